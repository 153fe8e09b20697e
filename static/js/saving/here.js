// On every page: tells the open rooms who is signed in, has the service worker at hand, and sends what an earlier page
// could not. Rooms and reviews send for themselves. Signed out of in another tab, it keeps nothing of a room either.
import { emptyTab, hasOutbox, joinTabs, tellSignedIn } from "./device.js";

const { user, protocol, timing } = JSON.parse(document.querySelector("meta[name=saving]").content);

tellSignedIn(user);
joinTabs(user, ({ type }) => type === "signed-out" && emptyTab());
navigator.serviceWorker?.register("/sw.js").then(keepRoom, () => {});
if (!document.getElementById("scorecard-state")) sendLeftovers().catch(() => {}); // the next page tries again

// The worker answers for a room only from the second time on: of the first, it is given the address and the files.
async function keepRoom() {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: "user", user });
  if (!document.querySelector("[data-room][data-interview]") || document.documentElement.hasAttribute("data-kept")) return;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve));
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const { candidateWindow } = document.querySelector("[data-room]").dataset;
  active.postMessage({ type: "keep", user, pages: [location.pathname, candidateWindow], files });
}

async function sendLeftovers() {
  if (!(await hasOutbox(user))) return;
  const modules = [import("./outbox.js"), import("./sender.js"), import("./refused.js"), import("../errors.js")];
  const [{ isRefusal, isTime, openOutbox, refusal }, { Sender }, { showRefused }, { say }] = await Promise.all(modules);
  const outbox = await openOutbox(user, () => {});
  let { operations, refused } = await outbox.waiting();
  const show = () => showRefused(refused, discard);
  const discard = () => outbox.discard(refused.map(({ op }) => op)).then(() => ((refused = []), show()));
  show();
  if (!operations.length) return refused.length || outbox.close();

  let saved = 0;
  const tell = joinTabs(user, () => {});
  const onSettled = (taken, savedAt) => {
    tell({ type: "settled", taken, savedAt });
    for (const { operation, answer } of taken) {
      if (isRefusal(answer)) refused = [...refused, refusal(operation, answer)];
      else if (!isTime(operation)) saved += 1;
    }
    show();
  };
  const sender = new Sender({ user, protocol, timing, outbox, onSettled });
  const send = async () => (await sender.flush()) && saved && say(document.querySelector("[data-words]").dataset.leftOver.replace("{n}", saved), "success");
  addEventListener("online", send);
  await send();
}
