// From a search field (form[data-results="id"]) the down arrow goes to the first result; between results (a[data-result])
// both arrows move, and up from the first goes back to the field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const form = document.querySelector("form[data-results]");
  const results = [...document.querySelectorAll("a[data-result]")];
  const here = results.indexOf(event.target);
  const field = event.target.closest("form[data-results] input[type='search']");
  if (here < 0 && !(field && event.key === "ArrowDown")) return;
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  const target = next < 0 ? form?.querySelector("input[type='search']") : results[next];
  if (!target) return;
  event.preventDefault();
  target.focus();
});
