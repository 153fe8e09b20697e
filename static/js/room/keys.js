// The room by keyboard. Single characters work only where nothing is being written, and can be switched off.
import { chord, outcomeOf, setOutcome, toggleComeBack } from "./answers.js";
import { hasNotes, moveLast } from "./filing.js";
import { hint, takeAdvice } from "./pacing.js";
import { followLead } from "./panel.js";
import { current, go, hideAnswers, panels, previous, step } from "./room.js";
import { copy, discreet, openCandidateView } from "./screen.js";
import { covered as isCovered, say, state } from "../saving/scorecard.js";

const room = document.querySelector("[data-room]");
const outcomes = document.getElementById("outcome");
const covered = document.getElementById("covered");
const jump = document.getElementById("jump");
const writing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const key = () => current()?.dataset.question;
const notes = () => current()?.querySelector("textarea");

const actions = {
  j: () => step(1),
  k: () => step(-1),
  n: () => (notes() ? notes().focus() : (hint(say("noNotesHere")), (muted = true))),
  h: () => hideAnswers(),
  f: () => toList("follow_ups") || hint(say("noFollowUps")),
  p: () => toList("points") || hint(say("noPoints")),
  b: () => key() && toggleComeBack(key()),
  m: () => (hasNotes() ? openJump("move") : hint(say("nothingToMove"))),
  w: () => swap(),
  c: () => openCandidateView(),
  y: () => copy(),
  e: () => (document.querySelector("[data-dialog=finish]:not([hidden]), [data-end]") ?? notHere).click(),
  a: () => takeAdvice("A"),
  u: () => takeAdvice("U"),
  l: () => followLead(),
  ".": () => discreet(),
  t: () => document.getElementById("tips")?.togglePopover?.(),
  0: () => openOutcomes(),
  "/": () => openJump(),
  "?": () => document.getElementById("keys").showModal(),
};
for (const rating of "12345") actions[rating] = () => rateBy(rating);
const notHere = { click: () => hint(say("notHere")) };

function rateBy(rating) {
  const radio = current()?.querySelector(`[data-rating="${rating}"]`);
  if (!radio || !state.scorecard) return;
  radio.click();
  hint(say("ratedNow", { n: rating }), { here: true }); // the eyes are elsewhere, and a screen reader on the notes
}

// While only the question is shown, what would open over it does not.
const UNSEEN = new Set([..."12345jknbl.", "Enter"]);
function allowed(pressed) {
  const may = !room.hasAttribute("data-discreet") || UNSEEN.has(pressed);
  if (!may) room.querySelector("[data-discreet-said]").textContent = say("onlyTheQuestion");
  return may;
}

// The first that is not ticked; pressed again, the one after. Arrows go through them too.
function toList(list) {
  const boxes = [...(current()?.querySelectorAll(`[data-list="${list}"]`) ?? [])];
  const at = boxes.indexOf(document.activeElement);
  (at < 0 ? boxes.find((box) => !box.checked) ?? boxes[0] : boxes[(at + 1) % boxes.length])?.focus();
  return boxes.length > 0;
}

document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !event.target.matches?.("[data-list]")) return;
  const boxes = [...event.target.closest("ul").querySelectorAll("[data-list]")];
  boxes.at((boxes.indexOf(event.target) + by) % boxes.length).focus();
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || isCovered() || document.querySelector("dialog[open], .menu:popover-open")) return;
  const pressed = chord(event);
  if (!pressed || !allowed(pressed)) return;
  event.preventDefault();
  const notesWere = event.target.matches?.("textarea[data-field=notes]");
  if (pressed === "Enter") step(1);
  else actions[pressed]();
  if (notesWere && event.target !== document.activeElement && pressed !== "0") notes()?.focus(); // of the question shown now
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isCovered()) return;
  const menu = document.querySelector(".menu:popover-open");
  if (menu) return menu === outcomes && !outcomes.contains(document.activeElement) ? undefined : inMenu(event, menu);
  if (event.key === "Escape" && event.target.matches?.("[data-field]")) return leave(event.target);
  if (!room.hasAttribute("data-single-keys") || writing(event.target) || document.querySelector("dialog[open]")) return;
  const pressed = event.key.toLowerCase();
  const action = actions[pressed];
  if (!action || goesOnTyping(event) || !allowed(pressed)) return;
  event.preventDefault();
  action();
});

// Whoever types where nothing can be written means words: after N none of their letters is a command until they have
// paused, and a space in the middle of them finishes nothing.
const PAUSED = 800; // milliseconds
let muted = false; // by N
let last = -Infinity;

function goesOnTyping({ timeStamp }) {
  muted &&= timeStamp - last < PAUSED;
  last = timeStamp;
  return muted;
}

let held = false; // a space that was typed, until it is let go: browsers press a button at either
document.getElementById("finish")?.addEventListener("keydown", (event) => {
  held = event.key === " " && event.timeStamp - last < PAUSED;
  last = event.timeStamp;
  if (held) event.preventDefault();
});
document.getElementById("finish")?.addEventListener("keyup", (event) => event.key === " " && held && event.preventDefault());

function leave(area) {
  area.blur();
  current()?.querySelector("h1").focus({ preventScroll: true });
}

function openOutcomes() {
  const opener = current()?.querySelector("[data-outcome-open]");
  if (!opener || !state.scorecard) return; // an observer has nothing to rate
  outcomes.showPopover({ source: opener });
  outcomes.querySelector("[data-set-outcome]").focus();
}

// Arrows go through what a menu offers, and its own keys choose it; no key reaches what is under it.
function inMenu(event, menu) {
  const items = [...menu.querySelectorAll("button, a")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next !== undefined) items.at(next % items.length).focus();
  else if (menu === outcomes && /^[1-5]$/.test(event.key)) rateAfterAll(event.key);
  else if (event.key.length === 1 && event.key !== " ") items.find((item) => item.querySelector("kbd")?.textContent === event.key.toUpperCase())?.click();
  else return;
  event.preventDefault();
}

// Left with Tab, the menu would stand open over notes and take letters for outcomes.
outcomes.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !outcomes.contains(event.relatedTarget)) outcomes.hidePopover();
});

function rateAfterAll(rating) {
  outcomes.hidePopover();
  actions[rating]();
}

// Hardly ever needed, and never without a network.
async function swap() {
  if (!document.getElementById("swap") || !key()) return notHere.click();
  const { openSwap } = await import("./swap.js").catch(() => ({ openSwap: () => hint(say("swapNeedsNetwork")) }));
  openSwap(current());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-swap]")) swap();
  const item = event.target.closest("[data-set-outcome]");
  if (item) choose(item.dataset.setOutcome);
  if (event.target.closest("[data-set-covered]")) setOutcome(key(), "covered", covered.querySelector("[data-covered-by]").value);
  if (event.target.closest("[data-outcome-change]")) askWhere();
  if (event.target.closest("[data-dialog=jump]")) openJump();
  if (event.target.closest("[data-dialog=unplanned]")) atThisStage();
});

// What comes to mind now is most often asked now.
function atThisStage() {
  const stage = document.querySelector("#unplanned [name=stage]");
  if (current().dataset.stage) stage.value = current().dataset.stage;
}

function choose(outcome) {
  outcomes.hidePopover();
  if (outcome !== "covered") return setOutcome(key(), outcome);
  const likely = coveredWhere();
  return likely ? setOutcome(key(), "covered", likely) : askWhere();
}

// Most often where the words came from, or the question before.
function coveredWhere() {
  const from = current().querySelector("[data-links] [data-way=linkFrom]")?.dataset.go;
  const last = previous();
  return from ?? (last?.dataset.question && last !== current() && outcomeOf(last.dataset.question).outcome === "rated" ? last.dataset.question : null);
}

function askWhere() {
  const select = covered.querySelector("[data-covered-by]");
  const others = [...room.querySelectorAll("[data-question]")].filter((panel) => panel !== current());
  select.replaceChildren(...others.map((panel) => new Option(`${panel.dataset.number}  ${panel.dataset.title}`, panel.dataset.question)));
  select.value = outcomeOf(key()).covered_by || (others.find((panel) => panel === previous()) ?? others[0])?.dataset.question;
  covered.querySelector("[data-set-covered]").disabled = !others.length;
  covered.showModal();
}

// Jumping: a number, or words; arrows choose among the hits, Enter goes there.
const field = jump.querySelector("[data-jump]");
const hits = jump.querySelector("[data-jump-hits]");

// To go to a question, or to move the last paragraph to it.
let moving = false;
function openJump(to = "go") {
  moving = to === "move";
  jump.querySelector("h2").textContent = say(moving ? "moveTo" : "goTo");
  if (!jump.open) jump.showModal();
  field.value = "";
  find();
  field.focus();
}

function find() {
  const words = field.value.trim().toLowerCase();
  const found = panels.filter((panel) => matches(panel, words) && (!moving || (panel.dataset.question && panel !== current())));
  found.sort((one, other) => (other.dataset.number === words) - (one.dataset.number === words)); // a number is meant as one
  hits.replaceChildren(...found.map(hit));
  hits.hidden = !found.length;
  jump.querySelector("[data-jump-none]").hidden = found.length > 0;
  field.setAttribute("aria-expanded", found.length > 0);
  select(hits.firstElementChild);
}

const matches = (panel, words) =>
  !words || panel.dataset.number === words || `${panel.dataset.title} ${panel.querySelector("h1").textContent}`.toLowerCase().includes(words);

function hit(panel) {
  const option = document.createElement("li");
  Object.assign(option, { id: `jump-${panel.dataset.panel}`, role: "option" });
  option.dataset.arrive = panel.dataset.panel;
  const number = Object.assign(document.createElement("span"), { className: "n", textContent: panel.dataset.number ?? "" });
  option.append(number, panel.dataset.title);
  return option;
}

function select(option) {
  for (const other of hits.children) other.ariaSelected = other === option;
  field.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function arrive(option) {
  if (!option) return;
  jump.close();
  if (moving) moveLast(option.dataset.arrive);
  else go(option.dataset.arrive, { focus: true });
}

const selected = () => hits.querySelector("[aria-selected=true]");

field.addEventListener("input", find);
field.addEventListener("keydown", (event) => {
  const options = [...hits.children];
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !options.length) return;
  event.preventDefault();
  select(options.at((options.indexOf(selected()) + by) % options.length));
});
hits.addEventListener("click", (event) => arrive(event.target.closest("[data-arrive]")));
jump.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  arrive(selected());
});
