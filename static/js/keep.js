// Keeps what a page shows only once: [data-copy="id"] copies the text of an element, [data-download="id"] saves it as a file
// named by data-name, [data-print-page] prints. [data-kept] beside them says what became of it. Without scripts they are hidden.
for (const button of document.querySelectorAll("[data-copy], [data-download], [data-print-page]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-download], [data-print-page]");
  if (!button) return;
  if ("copy" in button.dataset) copy(button);
  else if ("download" in button.dataset) download(button);
  else window.print();
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    say(button, button.dataset.done);
  } catch {
    getSelection().selectAllChildren(source);
    say(button, button.dataset.failed);
  }
}

function download(button) {
  const text = document.getElementById(button.dataset.download).textContent.trim();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text + "\n"], { type: "text/plain" }));
  link.download = button.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function say(button, words) {
  const place = button.closest(".acts").querySelector("[data-kept]");
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = words));
}
