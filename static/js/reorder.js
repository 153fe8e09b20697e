// Moving the rows of [data-reorder]: drag by the grip, Alt+↑ and Alt+↓ anywhere in a row. Each move is a request; the
// server's answer is what stands. The grip's menu does the same without this file. Afterwards the moved row has focus.
const rowOf = (target) => target.closest?.("[data-reorder] [data-item]");

// Keys. Presses during a request wait for its answer, which replaces the rows.
const waiting = [];
let busy = false;

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!row || !by || !event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  // What was typed is saved first: leaving a field is what saves it.
  if (event.target.matches("input, select, textarea")) event.target.blur();
  waiting.push({ id: row.dataset.item, by });
  next();
});

function next() {
  const step = busy ? null : waiting.shift();
  const row = step && document.querySelector(`[data-item="${CSS.escape(step.id)}"]`);
  if (!row) return;
  busy = true;
  htmx.ajax("POST", row.dataset.move, { source: row, values: { step: step.by } }).finally(() => {
    busy = false;
    next();
  });
}

// Dragging
let dragged = null;
const line = Object.assign(document.createElement("li"), { className: "drop-line", ariaHidden: "true" });

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (grip && event.pointerType === "mouse") grip.closest("[data-item]").draggable = true;
});
document.addEventListener("pointerup", () => dragged || settle());
document.addEventListener("dragstart", (event) => {
  const row = rowOf(event.target);
  if (!row || !row.draggable) return;
  dragged = row;
  row.classList.add("dragged");
  row.closest("[data-reorder]").classList.add("dragging");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", row.querySelector("b").textContent);
});
document.addEventListener("dragover", (event) => {
  const list = dragged && listAt(event);
  if (!list) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  const rows = [...list.children].filter((row) => row !== dragged && row !== line);
  const after = rows.find((row) => {
    const box = row.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  list.insertBefore(line, after ?? null);
});
document.addEventListener("drop", (event) => {
  if (!dragged || !line.isConnected) return;
  event.preventDefault();
  const stage = line.closest("[data-stage-list]").dataset.stageList;
  const values = { stage, before: itemAfter(line, stage) };
  htmx.ajax("POST", dragged.dataset.move, { source: dragged, values });
  settle();
});
document.addEventListener("dragend", settle);

// A stage's list, also where only its heading or the space around it is under the pointer.
function listAt(event) {
  const over = event.target.closest?.("[data-stage-list]");
  if (over) return over;
  const section = event.target.closest?.("[data-reorder] section");
  return section ? [...section.querySelectorAll("[data-stage-list]")].at(-1) : null;
}

function itemAfter(line, stage) {
  const rows = [...document.querySelectorAll("[data-reorder] :is([data-item], .drop-line)")];
  const after = rows.slice(rows.indexOf(line) + 1).find((row) => row !== dragged);
  return after?.dataset.stage === stage ? after.dataset.item : "";
}

function settle() {
  line.remove();
  for (const row of document.querySelectorAll("[data-item][draggable]")) row.removeAttribute("draggable");
  dragged?.classList.remove("dragged");
  document.querySelector("[data-reorder].dragging")?.classList.remove("dragging");
  dragged = null;
}

// Focus stays on what was moved; the server names it beside what it announces.
document.addEventListener("htmx:afterSettle", () => {
  const named = document.querySelector("[data-focus]");
  if (!named) return;
  document.getElementById(named.dataset.focus)?.focus();
  named.removeAttribute("data-focus");
});
