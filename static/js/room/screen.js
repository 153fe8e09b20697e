// What can be seen of the room: by the candidate over one's shoulder, in a window of their own, in the call's chat; and
// that the screen stays awake.
import { hint } from "./pacing.js";
import { current } from "./room.js";
import { covered, say } from "../saving/scorecard.js";

const room = document.querySelector("[data-room]");
const { interview } = room.dataset;

// "." hides all but the question until it is pressed again. Who is writing goes on writing.
const DISCREET = `evenhand-discreet-${interview}`;
export function discreet(on = !room.hasAttribute("data-discreet")) {
  room.toggleAttribute("data-discreet", on);
  room.querySelector("[data-discreet-said]").textContent = "";
  for (const open of on ? document.querySelectorAll(":popover-open") : []) open.hidePopover();
  sessionStorage.setItem(DISCREET, on || "");
}
if (sessionStorage.getItem(DISCREET)) discreet(true); // a reload uncovers nothing
document.addEventListener("click", ({ target }) => target.closest("[data-discreet-off]") && discreet(false));

// What the candidate may have: the question, its parts and its material. Nothing else ever leaves the room.
function handout() {
  const panel = current();
  if (!panel.dataset.question || covered()) return { kind: "nothing" };
  const texts = (selector) => [...panel.querySelectorAll(selector)].map(({ textContent }) => textContent.trim());
  return {
    kind: "question",
    question: panel.querySelector("h1").innerText,
    parts: texts(".parts span"),
    materials: [...panel.querySelectorAll(".material")].map((figure) => ({
      title: figure.querySelector("figcaption").textContent.trim(),
      body: figure.querySelector("pre").textContent,
      code: !figure.querySelector("pre").matches(".wrap"),
    })),
  };
}

export async function copy() {
  const { question, parts, materials } = handout();
  if (!question) return hint(say("nothingToCopy"));
  const text = [question, ...parts.map((part, index) => `${String.fromCharCode(97 + index)}) ${part}`), ...materials.map(({ title, body }) => `${title}\n${body}`)].join("\n\n");
  const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
  hint(say(done ? "copiedQuestion" : "notCopied"));
}

// The candidate's window follows the room, by a channel of this browser: it needs no network, and its page holds nothing.
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(`evenhand-candidate-${interview}`) : null;
let watched = false; // a window has said that it is there
if (channel) channel.onmessage = ({ data }) => data === "hello" && ((watched = true), tell());
const tell = () => watched && channel.postMessage(handout());
document.addEventListener("room:shown", tell);
document.addEventListener("scorecard:covered", tell);
addEventListener("pagehide", () => channel?.postMessage({ kind: "nothing" }));
channel?.postMessage({ kind: "here" }); // to one that was open before this room was

export const openCandidateView = () => window.open(room.dataset.candidateWindow, `evenhand-candidate-${interview}`, "popup,width=1024,height=768");
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-candidate-view]")) openCandidateView();
  if (target.closest("[data-copy-question]")) copy();
  if (target.closest("[data-discreet-on]")) discreet(true);
});

// The keys of a phone take half the screen; what is being written stays above them.
const keepInSight = () => document.activeElement?.matches("textarea") && document.activeElement.scrollIntoView({ block: "nearest" });
addEventListener("resize", keepInSight);

// A laptop that falls asleep between two answers takes the notes with it. Browsers let go of the lock with the page.
const stayAwake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
