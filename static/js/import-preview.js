// [data-opens="id"] opens and closes what belongs to it; the first time, its own address is fetched into it. A form
// [data-once] is sent once, however often its button is pressed.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const body = document.getElementById(opener.dataset.opens);
  body.hidden = !body.hidden;
  show(opener, body);
  if (!body.hidden && !body.childElementCount) htmx.ajax("GET", opener.href, { target: body, swap: "innerHTML" });
});

// A row that was swapped does not know whether it is open.
document.addEventListener("htmx:afterSettle", refresh);
document.addEventListener("htmx:oobAfterSwap", refresh);

function refresh() {
  for (const opener of document.querySelectorAll("[data-opens]")) {
    show(opener, document.getElementById(opener.dataset.opens));
  }
}

function show(opener, body) {
  opener.setAttribute("aria-expanded", String(!body.hidden));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
