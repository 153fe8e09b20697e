// [data-panel-add] adds a row to [data-panel-rows]: a copy of the last one, emptied and numbered on.
const MOST = 30;
const button = document.querySelector("[data-panel-add]");
if (button) button.hidden = false;

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-panel-add]")) return;
  const rows = document.querySelector("[data-panel-rows]");
  const number = rows.children.length + 1;
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelector(".errorlist")?.remove();
  for (const element of row.querySelectorAll("[id], [for]")) {
    for (const name of ["id", "for", "name"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/\d+$/, number));
    }
    element.removeAttribute("aria-invalid");
    element.removeAttribute("aria-describedby");
    if (element.matches("label")) element.textContent = element.textContent.replace(/\d+/, number);
  }
  rows.append(row);
  for (const select of row.querySelectorAll("select")) select.selectedIndex = 0;
  row.querySelector("select").focus();
  event.target.closest("[data-panel-add]").hidden = number >= MOST;
});
