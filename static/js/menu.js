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
