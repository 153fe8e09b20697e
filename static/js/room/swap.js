// Another question in place of the one on screen. What can stand in is asked of the server, so this needs a network.
import { hint } from "./pacing.js";
import { say } from "./words.js";

const dialog = document.getElementById("swap");

export async function openSwap({ dataset: { question } }) {
  const answer = await fetch(`${dialog.dataset.swapBase}${question.slice(1)}/`).catch(() => null);
  if (!answer?.ok) return hint(say(answer?.status === 404 ? "swappedAlready" : "swapNeedsNetwork"));
  await show(answer);
  dialog.showModal();
}

async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  dialog.replaceChildren(...page.body.childNodes);
}

// A form that lacks something comes back with what it lacks; one that is complete leads to the question.
dialog.addEventListener("submit", async (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-swap-form]")) return;
  event.preventDefault();
  const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target) }).catch(() => null);
  if (!answer) return hint(say("swapNeedsNetwork"));
  if (!answer.redirected) return show(answer);
  location.reload(); // the room comes back at what stands in for this one
});
