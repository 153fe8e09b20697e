// Time: elapsed, the hard end, this question, and one quiet line on whether the rest fits, with the one thing to do.
//
// `advice` is the whole rule and knows nothing of the page. The hard end is the server's, so a late start or a pause
// leaves less time and the line says so by itself.
import { outcomeOf, setOutcome } from "./answers.js";
import { current, go, panels, spentOn } from "./room.js";
import { clockTime, covered as isCovered, say, state, valueOf } from "../saving/scorecard.js";

const TOLERANCE = 2; // minutes that nobody need hear of
const SPARE = 5;
const NAMED = 3;
const HINT = 3000; // milliseconds
const TOUCHED = 20; // seconds on screen after which a question counts as begun

// `entries` in the order of the room: {key, kind, title, minutes, spent (both minutes), settled, here, touched, mustAsk,
// weight, competency, ahead}. `left` is minutes to the hard end. Gives {spare, drop: [keys], wrapUp: key or null}.
// Must-ask questions, what has begun, and the last question of a competency with nothing rated yet are never dropped.
export function advice(entries, left) {
  const segments = entries.filter(({ kind, ahead, here }) => kind === "segment" && (ahead || here));
  const open = entries.filter(({ kind, settled }) => kind === "question" && !settled);
  const needed = sum([...segments, ...open].map(remaining));
  const closing = trailing(entries).filter(({ ahead, here }) => ahead || here);
  const wrapUp = closing.length && closing.every(({ here }) => !here) && left <= sum(closing.map(remaining)) + 1 && open.length ? closing[0].key : null;
  return { spare: Math.round(left - needed), drop: toDrop(entries, open, needed - left), wrapUp };
}

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
const remaining = ({ minutes, spent }) => Math.max(minutes - spent, 0);

// The segments after the last question.
function trailing(entries) {
  return entries.slice(entries.findLastIndex(({ kind }) => kind === "question") + 1);
}

// As few as will do, the least weighty first and of those the latest.
function toDrop(entries, open, over) {
  if (over <= TOLERANCE) return [];
  const dropped = new Set();
  let freed = 0;
  const candidates = open.filter(({ mustAsk, here, touched }) => !mustAsk && !here && !touched);
  const order = candidates.map((entry) => [entry, entries.indexOf(entry)]).sort(([a, i], [b, j]) => a.weight - b.weight || j - i);
  for (const [entry] of order) {
    if (freed >= over - TOLERANCE) break;
    if (!covered(entry, entries, dropped)) continue;
    dropped.add(entry);
    freed += remaining(entry);
  }
  // What turned out to be more than enough is asked after all, the largest first.
  for (const entry of [...dropped].sort((a, b) => remaining(b) - remaining(a))) {
    if (freed - remaining(entry) < over - TOLERANCE) continue;
    dropped.delete(entry);
    freed -= remaining(entry);
  }
  return entries.filter((entry) => dropped.has(entry)).map(({ key }) => key);
}

function covered({ key, competency }, entries, dropped) {
  if (!competency) return true;
  return entries.some((other) => other.key !== key && other.competency === competency && !dropped.has(other) && (other.rated || !other.settled));
}

// The page

const list = new Intl.ListFormat(document.documentElement.lang);
let { clock } = state;
const loadedAt = Number(document.documentElement.dataset.kept) || Date.now(); // a kept page is as old as it is
let skew = Date.parse(clock.now) - loadedAt; // this device's clock may be wrong; the server's is the panel's
const elapsedShown = document.querySelector("[data-elapsed]");
const ends = document.querySelector("[data-ends]");
const budget = document.querySelector("[data-budget]");
const pace = document.querySelector("[data-pace]");
const paceWords = document.querySelector("[data-pace-words]");
const paceSaid = document.querySelector("[data-pace-said]");
const paceAct = document.querySelector("[data-pace-act]");
const candidate = document.querySelector("[data-room]").dataset.candidate;
const questions = panels.filter(({ dataset }) => dataset.kind === "question");

const serverNow = () => Date.now() + skew;
const endsAt = () => Date.parse(clock.ends_at);
const isOver = () => state.interview === "finished";
const factor = () => clock.extra_time / 100;

function seconds() {
  return clock.running ? clock.elapsed + Math.floor((serverNow() - Date.parse(clock.now)) / 1000) : clock.elapsed;
}

const written = (all) => {
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), String(all % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

// Elapsed time as notes name it.
export const elapsed = () => written(seconds());

function tick() {
  elapsedShown.textContent = elapsed();
  const over = Math.floor((serverNow() - endsAt()) / 60_000);
  ends.textContent = isOver() ? say("finished") : !clock.running ? say("paused") : over > 0 ? say("over", { n: over }) : say("ends", { time: clockTime(endsAt()) });
  document.querySelector("[data-clock]").classList.toggle("over", over >= 0);
  budget.value = Math.min(1, seconds() / (clock.length * 60));
  const spent = current()?.querySelector("[data-spent]");
  if (spent) {
    const [now, planned] = [spentOn(current().dataset.panel), Number(current().dataset.minutes) * factor()];
    spent.hidden = now < 60;
    spent.textContent = spent.hidden ? "" : `${say("spent", { time: written(now) })} · `;
    spent.classList.toggle("over", planned > 0 && now > planned * 60);
  }
  title();
}

// Which room this is can be read off the tab: "5/12 27:40 Candidate 0142".
function title() {
  const place = questions.indexOf(current());
  if (isCovered()) return void (document.title = "Evenhand");
  document.title = `${place < 0 ? "" : `${place + 1}/${questions.length} `}${elapsed()} ${candidate}`;
}

// What the plan says of each never changes; how it stands is looked up each time.
const planned = panels.map(({ dataset: { panel: key, kind, title, minutes, mustAsk, weight, competency, unplanned } }) => ({
  key, kind, title, competency,
  minutes: Number(minutes) * factor(),
  mustAsk: mustAsk !== undefined || unplanned !== undefined,
  weight: Number(weight),
}));

function entries() {
  const here = panels.indexOf(current());
  return planned.map((entry, index) => {
    const { outcome } = entry.kind === "question" ? outcomeOf(entry.key) : {};
    const spent = spentOn(entry.key);
    return {
      ...entry,
      spent: spent / 60,
      settled: Boolean(outcome),
      rated: outcome === "rated",
      touched: spent > TOUCHED || Boolean(valueOf(`${entry.key}.notes`)),
      here: index === here,
      ahead: index > here,
    };
  });
}

// Something to know at once, where the eye is used to look; the line comes back by itself.
let hintedUntil = 0;
let hintedHere = false; // it is about the question on screen, and goes with it
export function hint(words, { here = false } = {}) {
  show(words, null);
  paceSaid.textContent = words;
  hintedUntil = Date.now() + HINT;
  hintedHere = here;
  setTimeout(advise, HINT);
}

let advising = false;
let offered = null; // what the one key would do now
let dropped = []; // what it did last, so that it can be taken back
function advise() {
  if (Date.now() < hintedUntil) return;
  if (isOver() || !state.scorecard) return show("", null); // an observer's room does not know what was answered
  const all = entries();
  const titles = (keys) => listed(keys.map((key) => all.find((entry) => entry.key === key).title));
  const breaks = Math.max(clock.breaks - clock.paused, 0); // still to be taken
  const { spare, drop, wrapUp } = advice(all, (endsAt() - serverNow()) / 60_000 - breaks);
  const still = dropped.filter((key) => outcomeOf(key).outcome === "not_reached");
  if (wrapUp) return show(say("wrapUp", { title: titles([wrapUp]) }), { words: say("goThere"), key: "A", act: () => go(wrapUp, { focus: true }) });
  if (drop.length) return show(say("drop", { n: -spare, titles: titles(drop) }), { words: say(drop.length === 1 ? "dropOne" : "dropAll", { n: drop.length }), key: "A", act: () => accept(drop) });
  if (still.length) return show(`${say("dropped", { titles: titles(still) })} ${verdict(spare)}`, { words: say("undo"), key: "U", act: takeBack });
  const open = all.filter(({ kind, settled }) => kind === "question" && !settled);
  const minutes = Math.round(sum(open.map(remaining)));
  show(open.length ? `${say(open.length === 1 ? "leftOne" : "left", { n: open.length, minutes })} ${verdict(spare)}` : say("leftNone"), null);
}

// The first few by name: more than that nobody reads between two answers.
function listed(titles) {
  const named = titles.length > NAMED + 1 ? [...titles.slice(0, NAMED), say("more", { n: titles.length - NAMED })] : titles;
  return list.format(named);
}

const verdict = (spare) => (spare < -TOLERANCE ? say("behind", { n: -spare }) : spare > SPARE ? say("ahead", { n: spare }) : say("onTime"));

function show(words, offer) {
  offered = offer;
  if (paceWords.textContent !== words) paceWords.textContent = words;
  announce(offer ? words.replace(/\d+/g, "") : "", words);
  pace.toggleAttribute("data-act", Boolean(offer));
  paceAct.hidden = !offer;
  if (!offer || paceAct.dataset.words === offer.words) return;
  paceAct.dataset.words = offer.words;
  paceAct.replaceChildren(`${offer.words} `, Object.assign(document.createElement("kbd"), { textContent: offer.key }));
}

// Read out are a hint and a new offer, not every minute that passes.
let announced = "";
function announce(what, words) {
  if (what && what !== announced) paceSaid.textContent = words;
  announced = what;
}

function accept(keys) {
  dropped = keys;
  for (const key of keys) setOutcome(key, "not_reached");
}

function takeBack() {
  const keys = dropped.filter((key) => outcomeOf(key).outcome === "not_reached");
  dropped = [];
  for (const key of keys) setOutcome(key, "");
}

// Does what the line offers, if it is this key's to do.
export function takeAdvice(key) {
  if (offered?.key === key) offered.act();
}

paceAct.addEventListener("click", () => offered?.act());

// Paused, resumed or finished elsewhere.
document.addEventListener("scorecard:clock", () => {
  ({ clock } = state);
  skew = Date.parse(clock.now) - Date.now();
  document.querySelector("[data-ended]").hidden = !isOver();
  const paused = document.querySelector("[data-paused-notice]");
  paused.hidden = state.interview !== "paused";
  paused.querySelector("[data-pause-reason]").textContent = clock.pause_reason;
  tick();
  advise();
});

document.addEventListener("scorecard:covered", title);
tick();
advise();
setInterval(tick, 1000);
setInterval(advise, 15_000);
document.addEventListener("scorecard:field", ({ detail: { field } }) => field.endsWith(".outcome") && adviseSoon());
document.addEventListener("room:shown", () => {
  if (hintedHere) hintedUntil = 0;
  tick();
  adviseSoon();
});

// Once what was pressed is on the screen: nobody waits for advice.
function adviseSoon() {
  if (advising) return;
  advising = true;
  requestAnimationFrame(() => setTimeout(() => ((advising = false), advise())));
}
