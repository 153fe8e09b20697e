// Notes off order. "@7 words" on a line of its own goes to question 7 with the time, and each place links to the other;
// M does the same with the last paragraph. Both are plain text in the notes, so records and what is exported have them too.
import { edit, excess, say, state, valueOf } from "../saving/scorecard.js";
import { elapsed, hint } from "./pacing.js";
import { current, panels } from "./room.js";

const FROM = /^\[.*?(\d[\d:]*)\] (.*)$/u;
const LINE = /^@\s?(\+?\d+b?)[:.,]?\s+(\S.*)$/u;

// The question of this number, or what stands in for it.
function numbered(number) {
  const named = panels.find(({ dataset }) => dataset.number === number && dataset.question);
  return panels.find(({ dataset }) => named && dataset.replaces === named.dataset.question) ?? named;
}
const panelOf = (area) => area.closest("[data-panel]");
const notesOf = (panel) => panel?.querySelector("textarea[data-field=notes]");

// Enter ends a line, leaving the notes ends them all.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || !event.target.matches("textarea[data-field=notes]")) return;
  const area = event.target;
  if (area.selectionStart !== area.selectionEnd) return;
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  if (file(area, start, area.selectionStart)) event.preventDefault();
});
document.addEventListener("focusout", ({ target }) => {
  if (!target.matches("textarea[data-field=notes]") || target === document.activeElement) return; // the window was left, not the notes
  for (let start = 0; start <= target.value.length; ) {
    const end = target.value.indexOf("\n", start) < 0 ? target.value.length : target.value.indexOf("\n", start);
    file(target, start, end, "");
    start = (target.value.indexOf("\n", start) + 1 || target.value.length + 1);
  }
});

// Files the line between two places of the notes. Gives whether it was one.
function file(area, start, end, after = "\n") {
  const [, number, words] = LINE.exec(area.value.slice(start, end)) ?? [];
  const target = number && numbered(number);
  const here = panelOf(area); // on leaving, another question may be on screen by now
  if (number && !target) hint(say("noSuchNumber", { n: number }));
  if (!target || target === here) return false;
  if (!deliver(target, here, words.trim())) return false;
  replace(area, start, end, `${mark("filedTo", target.dataset.number)}${after}`);
  return true;
}

// Gives whether the words are there now. A line that was taken back and is filed again is there once: what it left the
// first time is gone from where it came from.
function deliver(panel, from, words) {
  const line = `${mark("filedFrom", from.dataset.number)} ${words}`;
  const name = `${panel.dataset.question}.notes`;
  const notes = valueOf(name) ?? "";
  const said = { n: panel.dataset.number, title: panel.dataset.title };
  const source = valueOf(`${from.dataset.question}.notes`) ?? "";
  const takenBack = (other) => {
    const [, time, rest] = FROM.exec(other) ?? [];
    return rest === words && other === `${say("filedFrom", { n: from.dataset.number, time })} ${rest}` && !source.includes(say("filedTo", { n: said.n, time }));
  };
  if (!notes.split("\n").some(takenBack)) {
    const after = [notes, line].filter(Boolean).join("\n");
    if (excess(after)) return hint(say("filedTooLong", said));
    edit(name, after);
  }
  hint(say("filed", said));
  return true;
}

const mark = (name, n) => say(name, { n, time: elapsed() });

// As if it were typed, so that the browser can take it back.
function replace(area, start, end, words) {
  const focused = document.activeElement === area;
  if (focused) {
    area.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, words)) return;
  }
  area.setRangeText(words, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// The last paragraph of these notes belongs to another question.
export function moveLast(key) {
  const area = notesOf(current());
  const target = panels.find(({ dataset }) => dataset.question === key);
  const text = area?.value.trimEnd() ?? "";
  const start = text.lastIndexOf("\n") + 1;
  if (!text || !target || target === current()) return;
  if (deliver(target, current(), text.slice(start))) replace(area, start, area.value.length, `${mark("filedTo", target.dataset.number)}\n`);
}

export const hasNotes = () => Boolean(notesOf(current())?.value.trim()) && Boolean(state.scorecard);

// Links beside the notes: where words went, and where they came from.
const pattern = (name) => new RegExp(say(name, { n: "#", time: "@" }).replace(/[[\](){}.*+?^$|\\]/g, "\\$&").replace("#", "(\\+?\\d+b?)").replace("@", "[\\d:]+"), "g");
const PATTERNS = [["linkTo", pattern("filedTo")], ["linkFrom", pattern("filedFrom")]];

document.addEventListener("scorecard:field", ({ detail: { field } }) => {
  if (field.endsWith(".notes")) link(field.split(".")[0]);
});

function link(key) {
  const panel = panels.find(({ dataset }) => dataset.question === key);
  const place = panel?.querySelector("[data-links]");
  if (!place) return;
  const notes = valueOf(`${key}.notes`) ?? "";
  const found = PATTERNS.flatMap(([name, of]) => [...new Set([...notes.matchAll(of)].map(([, number]) => number))].map((number) => [name, number]));
  if (place.dataset.of === String(found)) return; // notes come with every key
  place.dataset.of = found;
  place.replaceChildren(...found.filter(([, number]) => numbered(number)).map(([name, number]) => linkTo(name, numbered(number))));
  place.hidden = !place.children.length;
}

function linkTo(name, panel) {
  const link = document.createElement("a");
  Object.assign(link, { href: `#${panel.dataset.panel}`, textContent: say(name, { n: panel.dataset.number, title: panel.dataset.title }) });
  Object.assign(link.dataset, { go: panel.dataset.panel, way: name });
  return link;
}

for (const { dataset } of panels) if (dataset.question) link(dataset.question);
