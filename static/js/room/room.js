// One question at a time: which panel is shown, the rail beside it, and how long each question was on screen.
import { append, edit, say, state, valueOf } from "../saving/scorecard.js";

const room = document.querySelector("[data-room]");
export const panels = [...room.querySelectorAll("[data-panel]")];
const links = new Map([...room.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]));
const questions = panels.filter((panel) => panel.dataset.kind === "question");
const INTERVAL = 30_000; // the most time on a question that a killed browser may forget
// Pausing, a reload, a closed tab and the way back from Today come to the question that was shown, not to the beginning.
const placeKey = `evenhand-place-${room.dataset.interview}`; // device.js removes all of these
const writingKey = `evenhand-writing-${room.dataset.interview}`;
const leftKey = `evenhand-left-${room.dataset.interview}-${state.user}`;
const versionKey = `evenhand-version-${room.dataset.interview}`;
export const UNTOLD = `evenhand-untold-${room.dataset.interview}`; // the lead went here in this tab, and nobody heard yet, not even before a reload
export const STRAYED = `evenhand-strayed-${room.dataset.interview}`; // who followed the lead goes their own way in this tab
let shown = null;
let before = null;
let since = 0;

export const sentHere = location.hash !== ""; // by an address that names a question
export const current = () => shown;
export const previous = () => before;

// Seconds on a question, on all devices as far as this one knows.
const spent = { ...state.spent };
export function spentOn(key) {
  const running = shown?.dataset.panel === key && since && state.clock.running ? Math.round((Date.now() - since) / 1000) : 0;
  return (spent[key] ?? 0) + running;
}

export const outcome = (key) => valueOf(`${key}.outcome`)?.outcome ?? "";
export const open = () => questions.filter((panel) => !outcome(panel.dataset.panel));

// As the review counts: without an outcome, or to come back to.
const unsettled = (key) => !outcome(key) || valueOf(`${key}.come_back`, false);

export function go(key, { focus = false } = {}) {
  const panel = panels.find((candidate) => candidate.dataset.panel === key);
  if (!panel) return;
  keepTime();
  if (shown) shown.hidden = true;
  links.get(shown?.dataset.panel)?.removeAttribute("aria-current");
  panel.hidden = false;
  links.get(key)?.setAttribute("aria-current", "step");
  before = shown ?? before;
  shown = panel;
  room.dataset.shows = panel.dataset.kind; // the layout turns on it
  if (!state.rehearsal) localStorage.setItem(placeKey, key);
  since = Date.now();
  dock();
  document.dispatchEvent(new CustomEvent("room:shown", { detail: { key } }));
  if (focus) panel.querySelector("h1").focus({ preventScroll: true }); // lays the page out, so nothing is changed after it
  requestAnimationFrame(() => setTimeout(() => links.get(key)?.scrollIntoView({ block: "nearest", inline: "center" })));
}

const replaced = (key) => panels.some(({ dataset }) => dataset.replaces === key);

// The next one, or the one before; what was dropped or swapped is passed over.
export function step(by) {
  const way = by > 0 ? panels.slice(panels.indexOf(shown) + 1) : panels.slice(0, panels.indexOf(shown)).reverse();
  const next = way.find(({ dataset }) => outcome(dataset.panel) !== "not_reached" && !replaced(dataset.panel)) ?? way[0];
  if (next) go(next.dataset.panel, { focus: true });
}

// Time counts while the interview runs and this question is in sight.
function passed() {
  const seconds = Math.round((Date.now() - since) / 1000);
  const counts = shown && since && seconds > 0 && state.clock.running;
  return counts ? { ...shown.dataset, started_at: new Date(since).toISOString(), seconds } : null;
}

function keepTime() {
  note(passed());
  since = document.visibilityState === "visible" ? Date.now() : 0;
}

function note(interval) {
  if (!interval) return;
  const { panel, question, started_at, seconds } = interval;
  spent[panel] = (spent[panel] ?? 0) + seconds;
  if (question) append(`${question}.time`, { started_at, seconds });
}

// What is stored as the page goes may come too late, and this does not: the room that is opened next takes it up.
function leaveTime() {
  const { panel, question, started_at, seconds } = passed() ?? {};
  if (seconds && !state.rehearsal) localStorage.setItem(leftKey, JSON.stringify({ panel, question, started_at, seconds }));
  since = 0;
}

function takeUpTime() {
  note(JSON.parse(localStorage.getItem(leftKey)));
  localStorage.removeItem(leftKey);
}

// Finishing and pausing lead away, and wait until all is saved.
let keptFor = 0;
function keepTimeFirst({ target }) {
  if (!target.matches("[data-save-first]") || Date.now() - keptFor < INTERVAL) return;
  keptFor = Date.now();
  keepTime();
}

function dock() {
  const at = panels.indexOf(shown);
  room.querySelector("[data-previous]").disabled = at === 0;
  room.querySelector("[data-next]").disabled = at === panels.length - 1;
  const place = questions.indexOf(shown);
  room.querySelector("[data-place]").textContent = place < 0 ? shown.dataset.title : say("place", { n: place + 1, all: questions.length });
}

const MARKS = { done: ["✓", "rated"], skip: ["–", "noRating"], back: ["↩", "comeBack"], touched: ["…", "touched"] };

// The rail says rated, open, come back, no rating, or that something was noted; never which rating.
function mark(key) {
  const pip = links.get(key)?.querySelector("[data-pip]");
  if (!pip) return;
  const result = outcome(key);
  const kind = valueOf(`${key}.come_back`, false) ? "back" : result === "rated" ? "done" : result ? "skip" : valueOf(`${key}.notes`) ? "touched" : "";
  if (pip.dataset.kind === kind) return;
  pip.dataset.kind = kind;
  pip.className = `pip ${kind}`;
  pip.textContent = kind ? MARKS[kind][0] : "";
  pip.title = kind ? say(MARKS[kind][1]) : "";
  pip.setAttribute("aria-label", pip.title);
  pip.setAttribute("role", kind ? "img" : "presentation");
}

function count() {
  for (const place of room.querySelectorAll("[data-stage-count]")) {
    const inStage = questions.filter((panel) => panel.dataset.stage === place.dataset.stageCount);
    const settled = inStage.filter((panel) => outcome(panel.dataset.panel)).length;
    place.textContent = inStage.length ? say("count", { n: settled, all: inStage.length }) : "";
  }
  const words = document.querySelector("[data-finish-words]");
  const left = questions.filter((panel) => unsettled(panel.dataset.panel)).length;
  if (words && left) words.textContent = say(left === 1 ? "noOutcomeOne" : "noOutcome", { n: left });
}

document.addEventListener("scorecard:field", ({ detail: { field } }) => {
  if (!/\.(outcome|come_back|notes)$/.test(field)) return;
  mark(field.split(".")[0]);
  if (!field.endsWith(".notes")) count(); // notes come with every key
});
document.addEventListener("room:go", (event) => go(event.detail.key, { focus: true }));
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (link) {
    event.preventDefault();
    go(link.dataset.go, { focus: true });
  }
  if (event.target.closest("[data-next]")) step(1);
  if (event.target.closest("[data-previous]")) step(-1);
  if (event.target.closest("[data-hide-answers]")) hideAnswers();
});
document.addEventListener("visibilitychange", keepTime);
document.addEventListener("submit", keepTimeFirst, { capture: true });
addEventListener("pagehide", leaveTime);
addEventListener("pageshow", ({ persisted }) => persisted && (takeUpTime(), keepTime()));
setInterval(keepTime, INTERVAL);

export function hideAnswers(hide = room.dataset.answers !== "hidden", { keep = true } = {}) {
  if (hide) room.dataset.answers = "hidden";
  else delete room.dataset.answers;
  for (const label of room.querySelectorAll(".scale label")) label.title = hide ? "" : label.querySelector("span").textContent; // shown under the pointer
  if (keep) localStorage.setItem("answers", hide ? "hidden" : "");
}

// The tips are one list for all questions; it stands in the reference column of the one that is shown.
const tips = document.getElementById("tips");
const tipsHome = tips.parentElement;
document.addEventListener("room:shown", () => (shown.querySelector(".aside") ?? tipsHome).append(tips));

// Where the candidate can see the screen, answers start hidden whatever one is used to.
if (localStorage.getItem("answers") === "hidden" || room.hasAttribute("data-starts-hidden")) hideAnswers(true, { keep: false });
for (const panel of questions) mark(panel.dataset.panel);
for (const place of room.querySelectorAll("[data-asker]")) place.textContent = state.asked_by?.[place.dataset.asker] ?? place.textContent;
count();
// What was swapped is covered by what stands in for it, in every panelist's room.
for (const { dataset } of panels) if (dataset.replaces && valueOf(`${dataset.replaces}.outcome`) == null) edit(`${dataset.replaces}.outcome`, { outcome: "covered", rating: null, covered_by: dataset.panel });
takeUpTime();
go(place(), { focus: true });
remember();
document.addEventListener("scorecard:panel", remember);
goOnWriting();
history.replaceState(history.state, "", location.pathname); // an address that names a question has brought us there
document.querySelector("dialog[data-open-now]")?.showModal();

// A reload in the middle of a word goes on in the middle of the word: the next letter would be taken for a command.
function goOnWriting() {
  const [key, at] = JSON.parse(sessionStorage.getItem(writingKey) ?? "[]");
  sessionStorage.removeItem(writingKey);
  const area = shown.dataset.panel === key && shown.querySelector("textarea");
  if (!area) return;
  area.focus({ preventScroll: true });
  area.setSelectionRange(at, at);
}
addEventListener("pagehide", () => {
  const area = document.activeElement;
  if (area === shown.querySelector("textarea")) sessionStorage.setItem(writingKey, JSON.stringify([shown.dataset.panel, area.selectionStart]));
});

// Without a place of one's own that is where the lead is, or else the first open question, once something has been answered.
function place() {
  const known = [location.hash.slice(1), ledTo(), localStorage.getItem(placeKey), state.panel?.shown].find((key) => links.has(key));
  const left = open();
  const first = left.length && left.length < questions.length ? left[0] : panels[0];
  const standIn = known && panels.find(({ dataset }) => dataset.replaces === known);
  return (standIn ?? panels.find(({ dataset }) => dataset.panel === known) ?? first).dataset.panel;
}

// Whoever leads goes on where the interview is, on whatever device: only this tab may know better, and a page that was
// kept on this device may be older than what was heard here since.
function ledTo() {
  const here = [UNTOLD, STRAYED].some((name) => sessionStorage.getItem(name) !== null);
  const outdated = state.panel?.version < Number(localStorage.getItem(versionKey));
  return room.hasAttribute("data-leads") && !here && !outdated ? state.panel?.shown : null;
}

function remember() {
  if (state.panel && !state.rehearsal) localStorage.setItem(versionKey, Math.max(state.panel.version, Number(localStorage.getItem(versionKey))));
}
