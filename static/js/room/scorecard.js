// The scorecard on this page: what each field shows, and the way of a change to the server.
//
// A change is an operation: a field's whole new value, with the operation whose value the field showed when this
// edit began as its parent. Unsent operations are replaced in place, sent ones never change. Only an answer that
// names an operation takes it off the queue. The queue lives in memory: what it still holds is never called saved.
import { clockTime, say } from "./words.js";

export const state = JSON.parse(document.getElementById("scorecard-state").textContent);
const { idle, most, timeout, retry_first: retryFirst, retry_most: retryMost } = state.saving ?? {}; // an observer saves nothing
const BATCH = 30 * 1024;
const writer = crypto.randomUUID();

const fields = new Map(Object.entries(state.fields).map(([name, field]) => [name, { ...field, tip: field.head, elsewhere: field.value }]));
let queue = [];
let refused = [];
let sending = null;
let timer = null;
let delay = retryFirst;
let failed = false;
let trouble = ""; // "signin", "other-user" or "reload" while the server asks for it
let savedAt = null;

export const valueOf = (name, otherwise) => fields.get(name)?.value ?? otherwise;
export const conflictsOf = (name) => fields.get(name)?.conflicts ?? [];

function field(name) {
  if (!fields.has(name)) fields.set(name, { value: null, head: null, tip: null, conflicts: [] });
  return fields.get(name);
}

export function edit(name, value) {
  if (!state.scorecard) return; // an observer has nothing to save
  const known = field(name);
  known.value = value;
  const waiting = queue.findLast((op) => op.field === name && !op.sent);
  if (waiting && !waiting.settles) Object.assign(waiting, { value, typed_at: new Date().toISOString() });
  else {
    const op = operation(name, value, known.tip);
    queue.push(op);
    known.tip = op.op;
  }
  changed(name);
  soon();
}

// Adds to an append-only field: such values follow from nothing and replace nothing.
export function append(name, value) {
  queue.push(operation(name, value, null));
  soon();
}

// One of two versions is the one: it settles the others, if nothing moved meanwhile.
export function settle(name, value) {
  const known = field(name);
  const op = { ...operation(name, value, known.head), settles: known.conflicts.map((conflict) => conflict.op) };
  queue.push(op);
  Object.assign(known, { value, tip: op.op, conflicts: [] });
  changed(name);
  flush();
}

const operation = (name, value, parent) => ({
  op: crypto.randomUUID(), writer, field: name, parent, value, typed_at: new Date().toISOString(), sent: false,
});

function changed(name) {
  document.dispatchEvent(new CustomEvent("scorecard:field", { detail: { field: name } }));
  tell();
}

const firstWait = () => Math.max(0, Math.min(idle, most - (Date.now() - Date.parse(queue[0]?.typed_at))));

function soon() {
  tell();
  if (failed || trouble) return;
  clearTimeout(timer);
  timer = setTimeout(flush, firstWait());
}

// Sends all there is. Resolves to true once nothing is left to send.
export async function flush({ leaving = false } = {}) {
  clearTimeout(timer);
  if (sending && !leaving) await sending;
  if (!queue.length || trouble === "reload") return !queue.length;
  sending = send(nextBatch(), leaving);
  const again = await sending;
  sending = null;
  tell();
  return again && queue.length ? flush() : !queue.length;
}

function nextBatch() {
  const batch = [];
  let size = 0;
  for (const op of queue) {
    size += new Blob([JSON.stringify(op)]).size;
    if (batch.length && size > BATCH) break;
    batch.push(op);
  }
  for (const op of batch) op.sent = true;
  return batch;
}

async function send(batch, leaving) {
  try {
    const response = await fetch(state.url, {
      method: "POST",
      keepalive: leaving,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ protocol: state.protocol, user: state.user, operations: batch.map(({ sent, ...op }) => op) }),
      signal: leaving ? undefined : AbortSignal.timeout(timeout),
    });
    const answer = await response.json();
    if (!response.ok && !answer.results) return refuse(response.status, answer);
    answer.results.forEach(settleResult);
    savedAt = new Date(answer.saved_at ?? Date.now());
    failed = false;
    trouble = "";
    delay = retryFirst;
    return true;
  } catch {
    return retryLater();
  }
}

// The cookie is read at each send: signing in again changes it.
const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1] ?? "";

function refuse(status, answer) {
  if (status === 401 || answer.code === "csrf") trouble = "signin";
  else if (answer.code === "other-user" || answer.code === "reload") trouble = answer.code;
  else if (status >= 400 && status < 500 && answer.code) return refuseAll(answer.message ?? answer.code);
  document.querySelector("[data-room]")?.toggleAttribute("data-covered", trouble === "other-user");
  return retryLater();
}

// A batch that the server will never take must not be tried for ever, nor be lost: it is kept and shown.
function refuseAll(reason) {
  for (const op of queue.filter((waiting) => waiting.sent)) refused.push({ ...op, reason });
  queue = queue.filter((op) => !op.sent);
  return true;
}

function retryLater() {
  failed = true;
  timer = setTimeout(flush, delay * (0.75 + Math.random() / 2));
  delay = Math.min(delay * 2, retryMost);
  return false;
}

function settleResult(result) {
  const op = queue.find((waiting) => waiting.op === result.op);
  if (!op) return;
  queue = queue.filter((waiting) => waiting !== op);
  const known = field(op.field);
  if (result.result === "rejected" || result.result === "late") {
    refused.push({ ...op, reason: result.result === "late" ? say("late") : result.reason });
  } else if (result.result === "conflict") {
    const superseded = new Set([op.parent]);
    known.conflicts = [...known.conflicts.filter((other) => !superseded.has(other.op)), { op: op.op, value: op.value, typed_at: op.typed_at }];
    known.head = result.head;
    known.elsewhere = result.value;
    changed(op.field);
  } else if (!op.field.endsWith(".time")) {
    known.head = result.result === "applied" ? op.op : result.head;
    if (op.settles) changed(op.field);
  }
}

export function status() {
  if (trouble === "signin") return { name: "signin", words: say("signin") };
  if (trouble === "reload") return { name: "failed", words: say("reload") };
  if (failed && queue.length) {
    const time = clockTime(new Date(queue[0].typed_at));
    return { name: "local", words: say(queue.length === 1 ? "unsavedOne" : "unsaved", { n: queue.length, time }) };
  }
  const torn = [...fields].find(([, known]) => known.conflicts?.length);
  if (torn) return { name: "conflict", words: say("conflict"), field: torn[0] };
  if (queue.length) return { name: "saving", words: say("saving") };
  return { name: "saved", words: savedAt ? say("saved", { time: clockTime(savedAt) }) : say("savedNone") };
}

export const unsaved = () => queue.length;

// The last applied operation of every field, as submitting names them: what the author saw.
export const heads = () => Object.fromEntries([...fields].filter(([name, known]) => known.head && !name.endsWith(".time")).map(([name, known]) => [name, known.head]));
export const refusals = () => refused;
export const elsewhere = (name) => fields.get(name)?.elsewhere;

function tell() {
  document.dispatchEvent(new CustomEvent("scorecard:status"));
}

addEventListener("online", () => flush());
addEventListener("pageshow", () => flush());
addEventListener("focus", () => trouble && flush());
document.addEventListener("visibilitychange", () => flush({ leaving: document.visibilityState === "hidden" }));
addEventListener("pagehide", () => flush({ leaving: true }));
document.addEventListener("focusout", () => queue.length && !failed && flush());
addEventListener("beforeunload", (event) => queue.length && event.preventDefault());

// A form that leaves the page, or ends something, first saves what is there; it goes nowhere while that fails.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-save-first]:not([hx-post])");
  if (!form || !queue.length) return;
  event.preventDefault();
  if (await savedFirst()) form.requestSubmit(event.submitter);
});
document.addEventListener("htmx:confirm", async (event) => {
  if (!event.target.matches("[data-save-first]") || !queue.length) return;
  event.preventDefault();
  if (await savedFirst()) event.detail.issueRequest();
});

async function savedFirst() {
  const saved = await flush();
  const notice = document.querySelector("[data-refused]");
  notice.hidden = saved;
  if (!saved) notice.querySelector("p").textContent = say("leave", { n: queue.length });
  return saved;
}
