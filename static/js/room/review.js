// The review: outcomes by select, the words of the chosen rating, what is still open, and the way to submit.
import { outcomeOf, setOutcome } from "./answers.js";
import { dropRoom } from "../saving/device.js";
import { edit, forget, heads, state, tornFields, valueOf } from "../saving/scorecard.js";
import { say } from "./words.js";

const questions = [...document.querySelectorAll("[data-question]")];
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
  for (const question of questions) {
    if (!outcomeOf(question.dataset.question).outcome) setOutcome(question.dataset.question, "not_reached");
  }
});

// Giving an outcome here is coming back: the flag has done its work.
function settled(question) {
  const key = question.dataset.question;
  if (valueOf(`${key}.come_back`, false)) edit(`${key}.come_back`, false);
}

document.addEventListener("scorecard:field", ({ detail: { field } }) => {
  if (/\.(outcome|come_back)$/.test(field)) paint(document.querySelector(`[data-question="${field.split(".")[0]}"]`));
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
  const bare = questions.filter((question) => !outcomeOf(question.dataset.question).outcome).length;
  const [one, many] = bare || tornFields().length ? ["openOne", "openMany"] : ["flaggedOne", "flaggedMany"];
  const words = !open ? say("leftNone") : say(open === 1 ? one : many, { n: open });
  document.querySelector("[data-open-count]").textContent = open ? words : "";
  document.querySelector("[data-submit-words]").textContent = words;
  const bulk = document.querySelector("[data-not-reached]");
  if (bulk) bulk.hidden = !bare;
}

// What is sealed is what the author saw: the form names the operations behind it.
document.addEventListener("scorecard:status", nameHeads);
document.addEventListener("submit", forgetProblem, { capture: true });

// What stood in the way of the last attempt may be gone.
function forgetProblem({ target }) {
  if (!target.matches("[data-submit-scorecard]")) return;
  const place = Object.assign(document.createElement("div"), { id: "submit-problem", ariaLive: "assertive" });
  document.getElementById("submit-problem").replaceWith(place);
}

function nameHeads() {
  document.querySelector("[data-submit-scorecard] [name=heads]").value = JSON.stringify(heads());
}

// J and K go from question to question, digits rate the one in focus.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !document.querySelector("[data-single-keys]")) return;
  const here = questions.indexOf(document.activeElement.closest("[data-question]"));
  if (event.key === "Escape" && event.target.matches("textarea")) return questions[here]?.focus();
  if (event.target.closest("textarea, select, input:not([type=radio], [type=checkbox])")) return;
  if (event.key === "j" || event.key === "k") {
    const next = questions[here + (event.key === "j" ? 1 : -1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "n" && here >= 0) questions[here].querySelector("textarea").focus();
  else if (/^[1-5]$/.test(event.key) && here >= 0) questions[here].querySelector(`[data-rating="${event.key}"]`).click();
  else return;
  event.preventDefault();
});

// A sealed scorecard needs nothing kept on the device.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => target.matches("[data-submit-scorecard]") && detail.successful && forget());

questions.forEach(paint);
nameHeads();
dropRoom(state.user, document.querySelector("[data-review]").dataset.review); // it is over
