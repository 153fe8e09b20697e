// Whoever types a password may look at it: [data-show-password] beside the field turns it into text and back.
// On the way out it is a password again, so that no browser remembers it as text.
reveal(document);
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (button) turn(button, field(button).type === "password");
});

document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-show-password]")) turn(button, false);
});

function reveal(root) {
  for (const button of root.querySelectorAll("[data-show-password]")) button.hidden = false;
}

function field(button) {
  return document.getElementById(button.getAttribute("aria-controls"));
}

function turn(button, shown) {
  const { show, showLabel, hide, hideLabel } = button.dataset;
  field(button).type = shown ? "text" : "password";
  button.textContent = shown ? hide : show;
  button.setAttribute("aria-label", shown ? hideLabel : showLabel);
}
