// The candidate's window: shows what the room beside it hands out, large, and nothing else.
const place = document.querySelector("[data-handout]");
const waiting = [...place.childNodes];
const channel = new BroadcastChannel(`evenhand-candidate-${place.dataset.handout}`);

const hello = () => channel.postMessage("hello");

channel.onmessage = ({ data }) => data !== "hello" && show(data);
hello();

function show({ kind, question, parts = [], materials = [] }) {
  if (kind === "here") return hello();
  if (kind === "nothing") return place.replaceChildren(...waiting);
  place.replaceChildren(element("h1", question), list(parts), ...materials.map(figure));
  scrollTo(0, 0);
}

function list(parts) {
  const ol = document.createElement("ol");
  ol.append(...parts.map((part) => element("li", part)));
  ol.hidden = !parts.length;
  return ol;
}

function figure({ title, body, code }) {
  const box = document.createElement("figure");
  box.append(element("figcaption", title), element("pre", body));
  box.lastChild.className = code ? "" : "wrap"; // a log has columns too, but may break its lines
  box.lastChild.tabIndex = 0;
  return box;
}

function element(name, textContent) {
  return Object.assign(document.createElement(name), { textContent, dir: "auto" });
}
