// Signing out leaves nothing of a scorecard on this device; what is not on the server yet is asked about first.
import { say } from "../errors.js";
import { empty, hasOutbox, joinTabs } from "./device.js";

const { user } = JSON.parse(document.querySelector("meta[name=saving]").content);
const { lang } = document.documentElement;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form) return;
  event.preventDefault();
  const { count, since } = await waiting();
  if (count && !("asked" in form.dataset)) {
    form.dataset.asked = "";
    const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(since));
    return say(document.querySelector("[data-words]").dataset.notSent.replace("{n}", count).replace("{time}", time));
  }
  joinTabs(user, () => {})({ type: "signed-out" });
  await empty(user).catch(() => {}); // a browser that stores nothing has nothing to empty
  form.submit();
});

async function waiting() {
  if (!(await hasOutbox(user))) return { count: 0 };
  const { openOutbox } = await import("./outbox.js");
  const outbox = await openOutbox(user, () => {});
  const found = await outbox.waiting();
  outbox.close();
  return found;
}
