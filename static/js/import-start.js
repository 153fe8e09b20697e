// A file that is too large is refused before it is sent: form[data-import] with input[type=file][data-largest].
// A file dropped anywhere on the page is read at once.
const form = document.querySelector("form[data-import]");
const field = form.querySelector("input[type=file]");

field.addEventListener("change", check);
form.addEventListener("submit", (event) => {
  if (check()) return;
  event.preventDefault();
  field.focus();
});

document.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  field.files = event.dataTransfer.files;
  form.requestSubmit();
});

function check() {
  form.querySelector("[data-too-large-said]")?.remove();
  const fits = !field.files[0] || field.files[0].size <= Number(field.dataset.largest);
  field.toggleAttribute("aria-invalid", false);
  if (fits) return true;
  const said = Object.assign(document.createElement("p"), { className: "errorlist", role: "alert", textContent: form.dataset.tooLarge });
  said.dataset.tooLargeSaid = "";
  field.before(said);
  field.setAttribute("aria-invalid", "true");
  return false;
}
