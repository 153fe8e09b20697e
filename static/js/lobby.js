// The lobby of who does not lead opens into the room by itself. Lost streams come back by themselves too.
const { lobby } = document.querySelector("[data-lobby]").dataset;
const stream = new EventSource(lobby);
stream.addEventListener("message", ({ data }) => JSON.parse(data).interview === "scheduled" || location.reload());
addEventListener("pagehide", () => stream.close());
