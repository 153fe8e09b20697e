// What opens: dialogs, menus and sheets.

// <button data-dialog="id"> opens <dialog id>; [data-dialog-close] or a click beside it closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-dialog-close]") || event.target.matches("dialog.dialog")) {
    event.target.closest("dialog")?.close();
  }
});

// Ctrl+Enter sends the form of a dialog from within a text of several lines, as Enter does from one line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("dialog textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// A dialog that came by htmx opens itself, and leaves the page when closed.
document.addEventListener("htmx:load", (event) => {
  const dialog = event.detail.elt.matches?.("dialog[data-open]") ? event.detail.elt : event.detail.elt.querySelector?.("dialog[data-open]");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
});

// Menus and sheets are popovers and need no script to open. What they lack: closing once something was chosen,
// and when the window grows to where they stand in the page.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[popover]:popover-open :is(a, button)");
  if (chosen && !chosen.closest("[data-stay]") && !chosen.popoverTargetElement) chosen.closest("[popover]").hidePopover();
});

for (const width of ["64.01rem", "80rem"]) {
  matchMedia(`(min-width: ${width})`).addEventListener("change", () => {
    for (const open of document.querySelectorAll(".site-nav:popover-open, [data-room] :popover-open")) open.hidePopover();
  });
}
