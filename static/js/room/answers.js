// Ratings, outcomes, notes and ticks on the page, tied to the scorecard's fields: what is typed is edited there,
// what is stored there is painted here. A control lives in [data-question="q17"]; outside one it is the scorecard's own.
import { conflictsOf, edit, elsewhere, refusals, settle, state, status, valueOf } from "./scorecard.js";
import { clockTime, say } from "./words.js";

const NO_OUTCOME = { outcome: "", rating: null, covered_by: "" };
const questionOf = (element) => element.closest("[data-question]")?.dataset.question;
const panelOf = (key) => document.querySelector(`[data-question="${key}"]`);
const nameOf = (element, field) => (questionOf(element) ? `${questionOf(element)}.${field}` : field);

export const outcomeOf = (key) => valueOf(`${key}.outcome`) ?? NO_OUTCOME;

export function rate(key, rating) {
  edit(`${key}.outcome`, { outcome: "rated", rating: Number(rating), covered_by: "" });
}

export function setOutcome(key, outcome, coveredBy = "") {
  edit(`${key}.outcome`, outcome ? { outcome, rating: null, covered_by: coveredBy } : NO_OUTCOME);
}

export function toggleComeBack(key) {
  edit(`${key}.come_back`, !valueOf(`${key}.come_back`, false));
}

document.addEventListener("input", (event) => {
  const control = event.target;
  if (control.dataset.field) edit(nameOf(control, control.dataset.field), control.value);
  else if (control.dataset.rating) rate(questionOf(control), control.value);
  else if (control.dataset.choice) edit(control.dataset.choice, Number(control.value));
  else if (control.dataset.list) edit(nameOf(control, control.dataset.list), ticked(control));
});

const ticked = (control) =>
  [...control.closest("[data-question]").querySelectorAll(`[data-list="${control.dataset.list}"]:checked`)].map((box) => Number(box.value));

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-flag]")) toggleComeBack(questionOf(target));
  if (target.closest("[data-outcome-clear]")) setOutcome(questionOf(target), "");
  if (target.closest("[data-keep]")) keep(target.closest("[data-keep]"));
  if (target.closest("[data-refused-copy]")) navigator.clipboard.writeText(refusals().map((op) => `${op.field}: ${JSON.stringify(op.value)}`).join("\n"));
});

function keep(button) {
  const { name, keep: which } = button.dataset;
  const versions = [...conflictsOf(name).map((conflict) => conflict.value), elsewhere(name)];
  settle(name, versions[Number(which)]);
  paint(name, { typing: true });
}

document.addEventListener("scorecard:field", (event) => paint(event.detail.field));
document.addEventListener("scorecard:status", paintStatus);

// Lays one field over its controls. A field being written in is left alone: the reader of a value is never its writer.
function paint(name, { typing = false } = {}) {
  const [key, part] = name.includes(".") ? name.split(".") : [null, name];
  const root = key ? panelOf(key) : document;
  if (!root || part === "time") return;
  const value = valueOf(name);
  if (part === "outcome") paintOutcome(root, outcomeOf(key));
  else if (part === "come_back") root.querySelector("[data-flag]")?.setAttribute("aria-pressed", Boolean(value));
  else if (Array.isArray(value)) for (const box of root.querySelectorAll(`[data-list="${part}"]`)) box.checked = value.includes(Number(box.value));
  else {
    const area = root.querySelector(`[data-field="${part}"]`);
    if (area && (typing || area !== document.activeElement) && area.value !== (value ?? "")) area.value = value ?? "";
    const choice = root.querySelector(`[data-choice="${part}"][value="${value}"]`);
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
  const title = coveredBy ? panelOf(coveredBy)?.dataset.title : "";
  line.querySelector("[data-outcome-words]").textContent = other ? say(outcome, { title }) : outcome ? say("rated") : "";
  line.hidden = !other && !line.hasAttribute("data-always");
}

function paintVersions(root, name) {
  const place = root.querySelector(`[data-versions]`);
  if (!place || !name.endsWith(".notes")) return;
  const conflicts = conflictsOf(name);
  place.hidden = !conflicts.length;
  place.replaceChildren();
  if (!conflicts.length) return;
  conflicts.forEach((conflict, index) => place.append(version(say("mine"), conflict, name, index)));
  place.append(version(say("theirs"), { value: elsewhere(name) }, name, conflicts.length));
}

function version(title, { value, typed_at: typedAt }, name, index) {
  const box = Object.assign(document.createElement("div"), { className: "version" });
  const heading = box.appendChild(Object.assign(document.createElement("h3"), { textContent: title }));
  if (typedAt) heading.append(Object.assign(document.createElement("small"), { textContent: clockTime(new Date(typedAt)) }));
  box.append(Object.assign(document.createElement("pre"), { className: "wrap", textContent: value }));
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: say("keep") });
  Object.assign(button.dataset, { keep: index, name });
  box.append(button);
  return box;
}

function paintStatus() {
  const shown = document.querySelector("[data-save]");
  const { name, words } = status();
  if (shown && (shown.dataset.state !== name || shown.textContent !== words)) {
    shown.dataset.state = name;
    shown.textContent = words;
  }
  const refusedNow = refusals();
  const notice = document.querySelector("[data-refused]");
  if (notice && refusedNow.length) {
    notice.hidden = false;
    notice.querySelector("p").textContent = say("refused", { reason: refusedNow.at(-1).reason });
  }
}

document.querySelector("[data-save]")?.addEventListener("click", () => {
  const { name, field } = status();
  if (name === "signin") window.open("/accounts/login/", "evenhand-sign-in", "popup,width=480,height=720");
  if (name === "conflict") document.dispatchEvent(new CustomEvent("room:go", { detail: { key: field.split(".")[0] } }));
});

for (const name of Object.keys(state.fields)) paint(name, { typing: true });
paintStatus();
