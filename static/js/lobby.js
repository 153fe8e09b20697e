// The lobby of who does not lead opens into the room by itself, and everybody's is made anew as plan or panel change. A
// stream that breaks off comes back by itself too; one that was answered with something else (a deploy, too many streams,
// a session that is over) has to be opened anew.
const { lobby, version } = document.querySelector("[data-lobby]").dataset;
const FIRST = 2500; // milliseconds, at most, as is all that follows: who was sent away together comes back one by one
const LONGEST = 30_000;
let stream, retry;
let tries = 0;

function open() {
  close();
  stream = new EventSource(lobby);
  stream.addEventListener("message", heard);
  stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && again());
}

function heard({ data }) {
  tries = 0;
  const { interview, panel } = JSON.parse(data);
  if (interview !== "scheduled" || panel.version !== Number(version)) location.reload();
}

function again() {
  clearTimeout(retry);
  retry = setTimeout(open, Math.min(FIRST * 2 ** tries++, LONGEST) * (0.1 + 0.9 * Math.random()));
}

function close() {
  clearTimeout(retry);
  stream?.close();
}

addEventListener("pagehide", close);
addEventListener("pageshow", ({ persisted }) => persisted && open()); // the browser kept the page, and nothing of the stream
open();
