// Signing out leaves nothing of a scorecard on this device; what is not on the server is asked about first.
import { say } from "../errors.js";
import { empty, hasOutbox, joinTabs } from "./device.js";
import { isTime, openOutbox } from "./outbox.js"; // at once: what is on this device is asked about without a network too

const { user } = JSON.parse(document.querySelector("meta[name=saving]").content);
const words = document.querySelector("[data-words]").dataset;
const { lang } = document.documentElement;
const HEARING = 100; // milliseconds in which open pages hear of it, before their storage goes

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form) return;
  event.preventDefault();
  const waiting = await onlyHere().catch(() => []); // storage that cannot be read can be emptied all the same
  if (waiting.length && !("asked" in form.dataset)) {
    form.dataset.asked = "";
    const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(waiting[0].typed_at));
    return say((waiting.length === 1 ? words.notSentOne : words.notSent).replace("{n}", waiting.length).replace("{time}", time));
  }
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!response) return say(words.network); // still signed in, so everything stays
  if (!response.ok) return form.submit(); // the server says why
  joinTabs(user, () => {})({ type: "signed-out" });
  await new Promise((resolve) => setTimeout(resolve, HEARING));
  await empty(user).catch(() => {}); // a browser that stores nothing has nothing to empty
  location.assign(response.url);
});

async function onlyHere() {
  if (!(await hasOutbox(user))) return [];
  const outbox = await openOutbox(user, () => {});
  const { operations, refused } = await outbox.waiting();
  outbox.close();
  return [...operations, ...refused].filter((operation) => !isTime(operation));
}
