// A form opened in place takes the cursor; Escape cancels it while nothing was typed, Ctrl or Cmd with Enter saves it.
// When it closes, the keyboard goes on from where it stood.
const open = "[data-detail-form]";

document.addEventListener("htmx:load", (event) => {
  const section = event.detail.elt;
  const form = section.querySelector?.(open);
  if (form && !form.querySelector("[data-error-summary]")) focusFirst(form);
  if (!form && section.classList?.contains("detail")) focusWhereItWas(section);
});
if (document.querySelector(open)) focusFirst(document.querySelector(open));

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(open);
  if (!form) return;
  if (event.key === "Escape" && !changed(form)) form.querySelector("[data-cancel]").click();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// What was typed is never thrown away unasked: not by another button of the same section, not by leaving the page.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.target.querySelector?.(open);
  if (!form || form.contains(event.detail.elt) || !changed(form)) return;
  if (!confirm(form.dataset.detailForm)) event.preventDefault();
});
let saving = false;
document.addEventListener("submit", () => (saving = true));
document.addEventListener("htmx:afterRequest", () => (saving = false));
window.addEventListener("beforeunload", (event) => {
  if (!saving && [...document.querySelectorAll(open)].some(changed)) event.preventDefault();
});

function focusFirst(form) {
  const fields = [...form.querySelectorAll("textarea, input:not([type=hidden]), select")];
  const field = fields.find((one) => one.matches("textarea") && !one.value) ?? fields.find((one) => one.matches("textarea, input")) ?? fields[0];
  field?.focus();
  field?.setSelectionRange?.(field.value.length, field.value.length);
}

function focusWhereItWas(section) {
  if (document.activeElement && document.activeElement !== document.body) return;
  (section.querySelector(".add") ?? section.querySelector("a, button"))?.focus({ preventScroll: true });
}

function changed(form) {
  return [...form.elements].some((field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue);
}
