// On every page: tells the open rooms who is signed in, has the service worker at hand, and sends what an earlier page
// could not. Rooms and reviews send for themselves.
import { say } from "../errors.js";
import { hasOutbox, joinTabs } from "./device.js";

const { user, protocol, timing } = JSON.parse(document.querySelector("meta[name=saving]").content);

joinTabs(user, () => {})({ type: "signed-in" });
navigator.serviceWorker?.register("/sw.js").then(keepRoom, () => {});
if (!document.getElementById("scorecard-state")) sendLeftovers();
if (document.querySelector("[data-sign-out]")) import("./sign-out.js");

// The worker answers for a room only from the second time on: of the first, it is given the address and the files.
async function keepRoom() {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: "user", user });
  if (!document.querySelector("[data-room][data-interview]") || document.documentElement.dataset.kept) return;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve));
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ type: "keep", user, page: location.pathname, files });
}

async function sendLeftovers() {
  if (!(await hasOutbox(user))) return;
  const [{ openOutbox }, { Sender }] = await Promise.all([import("./outbox.js"), import("./sender.js")]);
  const outbox = await openOutbox(user, () => {});
  const { count } = await outbox.waiting();
  if (!count) return outbox.close();
  let saved = 0;
  const sender = new Sender({ user, protocol, timing, outbox, onSettled: (taken) => (saved += taken.length) });
  addEventListener("online", () => sender.flush());
  if (await sender.flush()) say(document.querySelector("[data-words]").dataset.leftOver.replace("{n}", saved), "success");
}
