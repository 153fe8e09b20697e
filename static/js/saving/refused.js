// What the server will never take is shown, can be copied or downloaded, and goes only when its author says so.
import { isTime } from "./outbox.js";

const notice = document.querySelector("[data-refused]");
let shown = [];
let discard = () => {};

// `operations` with their `reason`; `onDiscard()` is called when their author lets them go.
export function showRefused(operations, onDiscard) {
  if (!notice) return;
  [shown, discard] = [operations.filter((operation) => !isTime(operation)), onDiscard];
  notice.hidden = !shown.length;
  if (shown.length) notice.querySelector("p").textContent = notice.dataset.refused.replace("{reason}", shown.at(-1).reason);
}

notice?.addEventListener("click", ({ target }) => {
  if (target.closest("[data-refused-copy]")) navigator.clipboard.writeText(text());
  if (target.closest("[data-refused-download]")) download(text());
  if (target.closest("[data-refused-discard]")) discard();
});

const text = () => shown.map((op) => `${op.typed_at} ${op.field}\n${typeof op.value === "string" ? op.value : JSON.stringify(op.value)}`).join("\n\n");

function download(words) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([words], { type: "text/plain" })), download: "not-saved.txt" });
  link.click();
  URL.revokeObjectURL(link.href);
}
