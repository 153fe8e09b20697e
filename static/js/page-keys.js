// Single keys for the page's own links: <a data-key="j">. Only where [data-page-keys] stands, for people who want
// them, and never while typing.
const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog, :popover-open");

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-page-keys]") || event.defaultPrevented) return;
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
