// The review: outcomes by select, the words of the chosen rating, what is still open, and the way to submit.
import { chord, outcomeOf, setOutcome } from "./answers.js";
import { dropRoom } from "../saving/device.js";
import { covered, edit, forget, heads, say, state, tornFields, valueOf } from "../saving/scorecard.js";

const questions = [...document.querySelectorAll("[data-question]")];
const isBare = ({ dataset: { question: key } }) => !outcomeOf(key).outcome;
// What was asked in the room was reached, whatever became of it, and so was what there is something of.
const hasTraces = ({ dataset: { question: key } }) => valueOf(`${key}.notes`, "").trim() || ["points", "parts", "follow_ups"].some((name) => valueOf(`${key}.${name}`, []).length);
const wasPassed = (question) => isBare(question) && !("asked" in question.dataset) && !hasTraces(question);
const isUnfounded = ({ dataset: { question: key } }) => outcomeOf(key).outcome === "rated" && !valueOf(`${key}.notes`, "").trim();
const isOpen = ({ dataset: { question: key } }) => !outcomeOf(key).outcome || valueOf(`${key}.come_back`, false) || tornFields().some((name) => name.startsWith(`${key}.`));

document.addEventListener("change", (event) => {
  const question = event.target.closest("[data-question]");
  if (event.target.matches("[data-outcome-select]")) {
    const outcome = event.target.value;
    setOutcome(question.dataset.question, outcome, outcome === "covered" ? question.querySelector("[data-covered-select]").value : "");
    settled(question);
  } else if (event.target.matches("[data-covered-select]")) {
    setOutcome(question.dataset.question, "covered", event.target.value);
  } else if (event.target.dataset.rating) settled(question);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-not-reached]")) return;
  for (const question of questions.filter(wasPassed)) setOutcome(question.dataset.question, "not_reached");
});

// Giving an outcome here is coming back: the flag has done its work.
function settled(question) {
  const key = question.dataset.question;
  if (valueOf(`${key}.come_back`, false)) edit(`${key}.come_back`, false);
}

document.addEventListener("scorecard:field", ({ detail: { field } }) => {
  if (/\.(outcome|come_back)$/.test(field)) paint(document.querySelector(`[data-question="${field.split(".")[0]}"]`));
  else count();
});

function paint(question) {
  const { outcome, rating, covered_by: coveredBy } = outcomeOf(question.dataset.question);
  const other = outcome === "rated" ? "" : outcome;
  question.querySelector("[data-outcome-select]").value = other;
  const covered = question.querySelector("[data-covered-select]");
  covered.hidden = outcome !== "covered";
  if (coveredBy) covered.value = coveredBy;
  question.querySelector("[data-anchor]").textContent = rating ? question.querySelector(`[data-rating="${rating}"]`).closest("label").title : "";
  count();
}

function count() {
  const open = questions.filter(isOpen).length;
  const bare = questions.filter(isBare).length;
  const [one, many] = bare || tornFields().length ? ["openOne", "openMany"] : ["flaggedOne", "flaggedMany"];
  const words = !open ? say("leftNone") : say(open === 1 ? one : many, { n: open });
  document.querySelector("[data-open-count]").textContent = open ? words : "";
  document.querySelector("[data-submit-words]").textContent = open ? words : `${words} ${unfounded()}`.trim();
  const links = [...document.querySelectorAll("#submit-problem[data-unresolved] a")];
  for (const link of links) link.closest("li").hidden = !isUnresolved(link.hash.slice(1));
  if (links.length && links.every((link) => link.closest("li").hidden)) forgetProblem();
  const bulk = document.querySelector("[data-not-reached]");
  if (bulk) bulk.hidden = !questions.some(wasPassed);
}

// As the server says which fields stand in the way.
function isUnresolved(name) {
  const question = questions.find(({ id }) => id === name.split(".")[0]);
  return question ? isOpen(question) : tornFields().includes(name) || !valueOf(name);
}

// Not asked for, but a rating that nobody can look up convinces nobody in the debrief.
function unfounded() {
  const n = questions.filter(isUnfounded).length;
  return n ? say(n === 1 ? "unfoundedOne" : "unfounded", { n }) : "";
}

// What is sealed is what the author saw: the form names the operations behind it.
document.addEventListener("scorecard:status", nameHeads);
document.addEventListener("submit", ({ target }) => target.matches("[data-submit-scorecard]") && forgetProblem(), { capture: true });

// What stood in the way of the last attempt may be gone.
function forgetProblem() {
  const place = Object.assign(document.createElement("div"), { id: "submit-problem", ariaLive: "assertive" });
  document.getElementById("submit-problem").replaceWith(place);
}

function nameHeads() {
  document.querySelector("[data-submit-scorecard] [name=heads]").value = JSON.stringify(heads());
}

// By keyboard, with the room's own keys; the digits rate the question in focus.
const place = () => questions.indexOf(document.activeElement.closest("[data-question]"));
const here = (selector) => questions[place()]?.querySelector(selector);
const recommended = () => document.querySelector("[data-choice=recommendation]:checked") ?? document.getElementById("recommendation");
const actions = {
  j: () => goTo(place() + 1),
  k: () => goTo(place() - 1),
  n: () => here("textarea")?.focus(),
  b: () => here("[data-flag]")?.click(),
  0: () => here("[data-outcome-select]")?.focus(),
  r: () => recommended().focus(),
  s: () => document.getElementById("summary").focus(),
  "?": () => document.getElementById("keys").showModal(),
};
for (const rating of "12345") actions[rating] = () => here(`[data-rating="${rating}"]`)?.click();

function goTo(index, selector) {
  const question = questions[index];
  if (!question) return index > 0 && recommended().focus(); // past the last one
  (selector ? question.querySelector(selector) : question).focus();
  question.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || covered() || document.querySelector("dialog[open]")) return;
  const act = whileWriting(event) ?? inPlace(event) ?? single(event);
  if (!act) return;
  event.preventDefault();
  act();
});

function whileWriting(event) {
  const pressed = chord(event);
  if (pressed === "Enter") return place() < 0 ? undefined : () => goTo(place() + 1, "textarea");
  return /[0-5]/.test(pressed) ? actions[pressed] : undefined;
}

// Keys of what has the focus: leaving notes, an outcome by its letter, a recommendation by its number.
function inPlace({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === "Escape" && target.matches("textarea, select")) return () => (place() < 0 ? target.blur() : questions[place()].focus());
  if (target.matches("[data-outcome-select]")) {
    const option = [...target.options].find(({ dataset }) => dataset.key === key.toLowerCase());
    return option && (() => choose(target, option.value));
  }
  if (target.matches("[data-choice=recommendation]") && /^[1-4]$/.test(key)) return () => document.querySelector(`[data-choice=recommendation][value="${key}"]`).click();
  return undefined;
}

function choose(select, outcome) {
  select.value = outcome;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  (outcome === "covered" ? here("[data-covered-select]") : questions[place()]).focus();
}

function single({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey || !document.querySelector("[data-single-keys]")) return undefined;
  return target.closest("textarea, select, input:not([type=radio], [type=checkbox])") ? undefined : actions[key.toLowerCase()];
}

// A sealed scorecard needs nothing kept on the device.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => target.matches("[data-submit-scorecard]") && detail.successful && forget());

questions.forEach(paint);
nameHeads();
dropRoom(state.user, document.querySelector("[data-review]").dataset.review); // it is over
