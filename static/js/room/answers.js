// Ratings, outcomes, notes and ticks on the page, tied to the scorecard's fields: what is typed is edited there,
// what is stored there is painted here. A control lives in [data-question="q17"]; outside one it is the scorecard's own.
import { allSafe, clockTime, discardRefused, edit, nameIn, names, recovery, refusals, same, say, settle, status, tornFields, valueOf, versionsOf } from "../saving/scorecard.js";

const NO_OUTCOME = { outcome: "", rating: null, covered_by: "" };
const questionOf = (element) => element.closest("[data-question]")?.dataset.question;
const panelOf = (key) => document.querySelector(`[data-question="${key}"]`);

export const outcomeOf = (key) => valueOf(`${key}.outcome`) ?? NO_OUTCOME;

export function rate(key, rating) {
  edit(`${key}.outcome`, { outcome: "rated", rating: Number(rating), covered_by: "" });
}

// What a chord stands for while something is being written, by the place of the key: on a Mac Alt+4 types a sign. Who
// needs the sign switches Alt off; Ctrl+Shift does the same for digits, also where a browser keeps Alt for its tabs.
// The keypad is none of it: with Alt its digits type signs on Windows.
export function chord(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (!MAC && event.getModifierState("AltGraph")) return undefined; // Firefox on a Mac says so of every Option
  if (event.code === "Enter") return ctrl && !event.shiftKey && !event.altKey ? "Enter" : undefined;
  const byAlt = event.altKey && !ctrl && !event.shiftKey && document.querySelector("[data-alt-keys]");
  if (byAlt || (ctrl && event.shiftKey && !event.altKey)) return /^Digit([0-5])$/.exec(event.code)?.[1] ?? (byAlt ? letterOf(event) : undefined);
  return undefined;
}

// By what it says; where Alt makes a sign of it, by its place.
function letterOf({ key, code }) {
  const letter = /^[a-z.]$/i.test(key) ? key.toLowerCase() : PLACES[code];
  return Object.values(PLACES).includes(letter) ? letter : undefined;
}
const PLACES = { KeyJ: "j", KeyK: "k", KeyA: "a", KeyU: "u", KeyL: "l", Period: "." };
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export function setOutcome(key, outcome, coveredBy = "") {
  edit(`${key}.outcome`, outcome ? { outcome, rating: null, covered_by: coveredBy } : NO_OUTCOME);
}

export function toggleComeBack(key) {
  edit(`${key}.come_back`, !valueOf(`${key}.come_back`, false));
}

document.addEventListener("input", (event) => {
  const control = event.target;
  if (control.dataset.field) edit(nameIn(control, control.dataset.field), control.value);
  else if (control.dataset.rating) rate(questionOf(control), control.value);
  else if (control.dataset.choice) edit(control.dataset.choice, Number(control.value));
  else if (control.dataset.list) edit(nameIn(control, control.dataset.list), ticked(control));
});

const ticked = (control) =>
  [...control.closest("[data-question]").querySelectorAll(`[data-list="${control.dataset.list}"]:checked`)].map((box) => Number(box.value));

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-flag]")) toggleComeBack(questionOf(target));
  if (target.closest("[data-outcome-clear]")) setOutcome(questionOf(target), "");
  if (target.closest("[data-keep]")) keep(target.closest("[data-keep]").dataset);
  if (target.closest("[data-notice-close]")) target.closest("[data-notice]").hidden = true;
});

// One of them, or all of a text, one below the other.
function keep({ name, keep: which }) {
  const values = versionsOf(name).map(({ value }) => value);
  settle(name, which === "all" ? values.join("\n\n") : values[Number(which)]);
}

document.addEventListener("scorecard:field", (event) => paint(event.detail.field));
document.addEventListener("scorecard:status", paintStatus);

// Lays one field over its controls. What is being written is its value already; one from elsewhere waits until it is left.
function paint(name) {
  const [key, part] = name.includes(".") ? name.split(".") : [null, name];
  const root = key ? panelOf(key) : document;
  if (!root || part === "time") return;
  const value = valueOf(name);
  if (part === "outcome") paintOutcome(root, outcomeOf(key));
  else if (part === "come_back") root.querySelector("[data-flag]")?.setAttribute("aria-pressed", Boolean(value));
  else if (Array.isArray(value)) for (const box of root.querySelectorAll(`[data-list="${part}"]`)) box.checked = value.includes(Number(box.value));
  else {
    const area = root.querySelector(`[data-field="${part}"]`);
    if (area && area.value !== (value ?? "")) area.value = value ?? "";
    const choice = [...root.querySelectorAll(`[data-choice="${part}"]`)].find((radio) => radio.value === String(value));
    if (choice) choice.checked = true;
  }
  paintVersions(root, name);
}

function paintOutcome(root, { outcome, rating, covered_by: coveredBy }) {
  for (const radio of root.querySelectorAll("[data-rating]")) radio.checked = radio.value === String(rating);
  const other = outcome && outcome !== "rated";
  root.querySelector(".scale")?.toggleAttribute("data-outcome", Boolean(other));
  const line = root.querySelector("[data-outcome]:not(.scale)");
  if (!line) return;
  line.hidden = !outcome;
  const { title, replaces } = (coveredBy && panelOf(coveredBy)?.dataset) || {};
  const swapped = Boolean(replaces) && replaces === root.dataset.question;
  line.querySelector("[data-outcome-words]").textContent = other ? say(swapped ? "swappedFor" : outcome, { title }) : outcome ? say("rated") : "";
  line.hidden = !other && !line.hasAttribute("data-always");
  line.querySelector("[data-outcome-change]")?.toggleAttribute("hidden", !coveredBy || swapped);
  line.querySelector("[data-outcome-clear]")?.toggleAttribute("hidden", swapped);
}

// Two versions of a field stand side by side, each with its time, until one is chosen; the other stays in the history.
function paintVersions(root, name) {
  const place = placeOfVersions(root);
  if (!place) return;
  for (const box of [...place.children]) if (box.dataset.of === name) box.remove();
  const versions = versionsOf(name);
  place.append(...versions.map((version, index) => versionBox(root, name, version, index)));
  if (versions.length && ["notes", "summary"].includes(fieldOf(name))) place.append(keeper(name, "all", "btn small keep-all"));
  place.hidden = !place.children.length;
}

// Outside a question: those of the scorecard itself.
const placeOfVersions = (root) => root.querySelector(root === document ? "[data-versions=scorecard]" : "[data-versions]");

function versionBox(root, name, { value, typed_at: typedAt }, index) {
  const box = element("div", { className: "version" });
  box.dataset.of = name;
  const heading = box.appendChild(element("h3", { textContent: `${say(fieldOf(name))}: ${say(same(value, valueOf(name)) ? "versionShown" : "versionOther")}` }));
  if (typedAt) heading.append(element("small", { textContent: clockTime(new Date(typedAt)) }));
  box.append(element("pre", { className: "wrap", dir: "auto", tabIndex: 0, textContent: inWords(root, name, value) }));
  box.append(keeper(name, index, "btn small"));
  return box;
}

function keeper(name, which, className) {
  const button = element("button", { type: "button", className, textContent: say(which === "all" ? "keepAll" : "keep") });
  Object.assign(button.dataset, { keep: which, name, of: name });
  return button;
}

const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
const fieldOf = (name) => name.split(".").at(-1);

// A value as the page itself words it.
function inWords(root, name, value) {
  const part = fieldOf(name);
  const label = (selector) => root.querySelector(selector)?.closest("label").textContent.trim() ?? "";
  if (part === "outcome") {
    const { outcome, rating, covered_by: coveredBy } = value ?? NO_OUTCOME;
    return outcome === "rated" ? `${say("rated")} ${rating}` : say(outcome || "open", { title: panelOf(coveredBy)?.dataset.title ?? "" });
  }
  if (part === "recommendation") return label(`[data-choice="recommendation"][value="${value}"]`);
  if (part === "come_back") return say(String(Boolean(value)));
  if (Array.isArray(value)) return value.map((place) => label(`[data-list="${part}"][value="${place}"]`)).join("\n") || say("none");
  return value ?? "";
}

function paintStatus() {
  const shown = document.querySelector("[data-save]");
  const { name, words, field } = status();
  if (shown && (shown.dataset.state !== name || shown.dataset.words !== words)) {
    Object.assign(shown.dataset, { state: name, words });
    shown.querySelector("[data-save-words]").textContent = words;
    const act = shown.querySelector("[data-save-act]");
    act.hidden = name !== "signin" && !field;
    act.textContent = act.hidden ? "" : say(`act${name[0].toUpperCase()}${name.slice(1)}`);
    tell(shown, name, words);
  }
  if (refusals().length || refusedShown) paintRefused();
  paintWaiting();
}

// Read out once, when it changes: the first thing saved, what is wrong, and that all is saved again. Not each pause
// between two words.
let told = null;
function tell(shown, name, words) {
  const news = words === say("savedNone") ? "" : name;
  if (news === "saving" || news === told) return;
  if (news) shown.querySelector("[data-save-said]").textContent = words;
  told = news;
}

let refusedShown = null;
async function paintRefused() {
  refusedShown ??= import("../saving/refused.js"); // hardly ever needed
  (await refusedShown).showRefused(refusals(), discardRefused);
}

// A form that waits says what for, where its reader looks, as long as that is so.
document.addEventListener("scorecard:unsaved", ({ detail: { form, count, tooLong } }) => {
  const words = tooLong ? say("tooLong", { n: tooLong }) : say(count === 1 ? "leaveOne" : "leave", { n: count });
  const place = form.querySelector("[data-unsaved]");
  place.textContent = words;
  place.hidden = false;
});

function paintWaiting() {
  if (allSafe()) for (const place of document.querySelectorAll("[data-unsaved]")) place.hidden = true;
}

document.addEventListener("scorecard:added", () => document.querySelector("[data-added]")?.removeAttribute("hidden"));

function notify(words) {
  const notice = document.querySelector("[data-notice]");
  notice.hidden = false;
  notice.querySelector("p").textContent = words;
}

document.querySelector("[data-save-act]")?.addEventListener("click", () => {
  const { name, field } = status();
  if (name === "signin") window.open("/accounts/login/?next=/accounts/signed-in/", "evenhand-sign-in", "popup,width=480,height=720");
  else if (field) show(nearest(field));
});

// The versions of the question on screen come first.
function nearest(field) {
  const shown = document.querySelector("[data-panel]:not([hidden])")?.dataset.panel;
  return tornFields().find((name) => name.startsWith(`${shown}.`)) ?? field;
}

// In the room one question is on screen, in the review all are.
function show(name) {
  const key = name.includes(".") ? name.split(".")[0] : null;
  document.dispatchEvent(new CustomEvent("room:go", { detail: { key } }));
  const root = key ? panelOf(key) : document;
  const versions = placeOfVersions(root);
  const target = versions && !versions.hidden ? versions : root.querySelector(`[data-field="${fieldOf(name)}"]`);
  target?.scrollIntoView({ block: "nearest" });
}

names().forEach(paint);
paintStatus();
if (recovery) notify(say(recovery.count === 1 ? "recoveredOne" : "recovered", { n: recovery.count, time: clockTime(new Date(recovery.since)) }));
document.querySelector("[data-review]")?.removeAttribute("inert"); // until here nothing typed would be kept
