// Errors find their reader: the summary takes focus, its links focus the field, and a failed request says so.
const words = document.querySelector("[data-words]").dataset;

focusSummary(document);
document.addEventListener("htmx:load", (event) => focusSummary(event.detail.elt));
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  const field = link && named(link.hash.slice(1));
  if (field) {
    event.preventDefault();
    const choice = field.matches("[type=radio], [type=checkbox]") && field.closest("fieldset.field");
    (choice || field.labels?.[0] || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  }
  event.target.closest("[data-dismiss]")?.closest(".message").remove();
});
document.addEventListener("htmx:sendError", () => say(words.network));
document.addEventListener("htmx:timeout", () => say(words.network));
document.addEventListener("htmx:responseError", (event) => {
  const sentences = { 401: words.signedOut, 403: words.forbidden, 404: words.missing };
  say(sentences[event.detail.xhr.status] ?? words.server);
});

// A scorecard's "q7.outcome" stands in the question "q7".
function named(id) {
  return document.getElementById(id) ?? document.getElementById(id.split(".")[0]);
}

function focusSummary(root) {
  const summary = root.matches?.("[data-error-summary]") ? root : root.querySelector("[data-error-summary]");
  summary?.focus();
}

export function say(sentence, kind = "error") {
  const region = document.getElementById("messages");
  if (!region || [...region.children].some((shown) => shown.firstChild.textContent === sentence)) return;
  const message = document.createElement("div");
  message.className = `message ${kind}`;
  const text = message.appendChild(document.createElement("p"));
  text.textContent = sentence;
  const dismiss = message.appendChild(document.createElement("button"));
  Object.assign(dismiss, { type: "button", className: "btn quiet small", textContent: words.dismiss });
  dismiss.dataset.dismiss = "";
  region.append(message);
  region.scrollIntoView({ block: "nearest" });
}
