// Elapsed time, the hard end, and one quiet line on whether the rest fits.
import { open } from "./room.js";
import { state } from "../saving/scorecard.js";
import { clockTime, say } from "./words.js";

let { clock } = state;
const loadedAt = Number(document.documentElement.dataset.kept) || Date.now(); // a kept page is as old as it is
let skew = Date.parse(clock.now) - loadedAt; // this device's clock may be wrong; the server's is the panel's
const endsAt = () => Date.parse(clock.ends_at);
const elapsed = document.querySelector("[data-elapsed]");
const ends = document.querySelector("[data-ends]");
const budget = document.querySelector("[data-budget]");
const pace = document.querySelector("[data-pace]");

const serverNow = () => Date.now() + skew;

function seconds() {
  return clock.running ? clock.elapsed + Math.floor((serverNow() - Date.parse(clock.now)) / 1000) : clock.elapsed;
}

const written = (all) => {
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), String(all % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

function tick() {
  elapsed.textContent = written(seconds());
  const over = Math.floor((serverNow() - endsAt()) / 60_000);
  ends.textContent = isOver() ? say("finished") : !clock.running ? say("paused") : over > 0 ? say("over", { n: over }) : say("ends", { time: clockTime(endsAt()) });
  document.querySelector("[data-clock]").classList.toggle("over", over >= 0);
  budget.value = Math.min(1, seconds() / (clock.length * 60));
}

// What is still to come: open questions, and the segments after the place where we are.
function advise() {
  const left = open();
  const panels = [...document.querySelectorAll("[data-panel]")];
  const here = panels.findIndex((panel) => !panel.hidden);
  const ahead = panels.filter((panel, index) => panel.dataset.kind === "segment" && index >= here);
  const needed = [...left, ...ahead].reduce((sum, panel) => sum + Number(panel.dataset.minutes), 0);
  const spare = Math.round((endsAt() - serverNow()) / 60_000) - needed;
  const verdict = spare < -2 ? say("behind", { n: -spare }) : spare > 5 ? say("ahead", { n: spare }) : say("onTime");
  const minutes = left.reduce((sum, panel) => sum + Number(panel.dataset.minutes), 0);
  pace.textContent = left.length ? `${say(left.length === 1 ? "leftOne" : "left", { n: left.length, minutes })} ${verdict}` : say("leftNone");
}

const isOver = () => state.interview === "finished";

// Paused, resumed or finished elsewhere.
document.addEventListener("scorecard:clock", () => {
  ({ clock } = state);
  skew = Date.parse(clock.now) - Date.now();
  document.querySelector("[data-ended]").hidden = !isOver();
  tick();
});

tick();
advise();
setInterval(tick, 1000);
setInterval(advise, 15_000);
document.addEventListener("scorecard:field", advise);
document.addEventListener("room:shown", advise);
