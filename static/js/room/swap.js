// Another question in place of the one on screen. What can stand in is asked of the server, so this needs a network.
import { hint } from "./pacing.js";
import { savedFirst, say } from "../saving/scorecard.js";

const dialog = document.getElementById("swap");

export async function openSwap({ dataset: { question } }) {
  if (!question.startsWith("q")) return hint(say("swappedAlready")); // "u17" is not on the plan
  const answer = await fetch(`${dialog.dataset.swapBase}${question.slice(1)}/`).catch(() => null);
  if (!answer?.ok || answer.redirected) return hint(say(answer?.status === 404 ? "swappedAlready" : "swapNeedsNetwork"));
  await show(answer);
  dialog.showModal();
}

async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  dialog.replaceChildren(...page.body.childNodes);
}

// Reloading is leaving, so what was written is saved first. What is missing comes back in the form.
dialog.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (!(await savedFirst(form))) return;
  const headers = { Accept: "text/html, application/json" }; // who may not is told so here, and led nowhere
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers }).catch(() => null);
  if (answer?.redirected) return location.reload(); // the room comes back at what stands in for this one
  if (answer?.ok) {
    await show(answer);
    return dialog.querySelector("[aria-invalid], input:not([type=hidden])")?.focus();
  }
  const place = form.querySelector("[data-unsaved]");
  Object.assign(place, { textContent: say("swapNeedsNetwork"), hidden: false });
});
