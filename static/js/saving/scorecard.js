// The scorecard on this page: what each field shows, and how a change becomes an operation.
//
// An operation is a field's whole new value, with the operation whose value the field showed when this edit began as
// its parent. It is written to the outbox at every input; `pending` mirrors the outbox, so that the page knows at once
// what is not saved, and can send it while it is being closed.
import { joinTabs, liveAs, living, onSignedIn } from "./device.js";
import { MemoryOutbox, after, isRefusal, isTime, openOutbox, refusal, unknown } from "./outbox.js";
import { Sender } from "./sender.js";

// What the page brings along: the state it starts from, and sentences, translated; say("left", {n: 3}) fills their slots.
export const state = JSON.parse(document.getElementById("scorecard-state").textContent);
const words = document.querySelector("[data-room-words]").dataset;
export const say = (name, slots = {}) => words[name].replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);
// The time of day where its reader says they are, as on every other page; the browser may be elsewhere.
const clock = (zone) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
let format;
try {
  format = clock({ timeZone: document.documentElement.dataset.zone });
} catch {
  format = clock(); // a zone this browser does not know
}
export const clockTime = (moment) => format.format(moment);

const LARGEST_VALUE = 24 * 1024; // bytes, as on the server
const SYNC_EVERY = 2000;
const REFRESH_AFTER = 10_000;
const LONGEST_START = 5000; // a browser whose storage does not answer at all does not keep anybody out
const { user, scorecard, protocol, saving: timing } = state;
const keeps = scorecard && !state.rehearsal; // an observer writes nothing, and of a rehearsal nothing is kept
const writer = randomId();
const fields = new Map(Object.entries(state.fields).map(([name, known]) => [name, { ...shownAs(known), known }]));
const pending = new Map(); // by id, in order of entry: this scorecard's operations that the server has not acknowledged
const writing = new Map(); // by field: how many changes are on their way into the outbox
let refused = [];
let stored = true; // whether this browser keeps what is typed
let savedAt = null;
let trouble = "";
let away = false; // somebody else is signed in here
let unsynced = false;

function shownAs({ value, head }) {
  return { value, tip: head, settling: new Set(), excess: 0 };
}

function field(name) {
  if (!fields.has(name)) fields.set(name, { ...shownAs({ value: null, head: null }), known: unknown() });
  return fields.get(name);
}

// Reading

export const valueOf = (name, otherwise) => fields.get(name)?.value ?? otherwise;
export const names = (fresh = state) => [...new Set([...fields.keys(), ...Object.keys(fresh.fields)])];
export const refusals = () => refused;

// The versions that lost in a field and wait for a choice, and the one that stands: `[{op, value, typed_at, stands}]`.
export function versionsOf(name) {
  const { known, settling } = field(name);
  const lost = known.conflicts.filter(({ op }) => !settling.has(op));
  if (!lost.length) return [];
  return [...lost, { op: known.head, value: known.value, typed_at: known.at, stands: true }];
}

// Fields with two versions.
export const tornFields = () => names().filter((name) => versionsOf(name).length);

// The last applied operation of every field, as submitting names them: what the author saw.
export const heads = () => Object.fromEntries([...fields].filter(([, { known }]) => known.head).map(([name, { known }]) => [name, known.head]));

// What was typed and is not acknowledged; time spent goes the same way, but nobody typed it.
const unsaved = () => [...pending.values()].filter((operation) => !isTime(operation));

// The first field that holds more than the server takes: it is on this page and nowhere else.
const longer = () => [...fields].find(([, { excess }]) => excess);
export const allSafe = () => !pending.size && !longer();

export function status() {
  if (state.rehearsal) return { name: "rehearsal", words: say("rehearsal") };
  const waiting = unsaved();
  const tooLong = longer();
  const torn = tornFields();
  if (trouble === "signin") return { name: "signin", words: say("signin") };
  if (trouble === "reload") return { name: "failed", words: say("reload") };
  if (tooLong) return { name: "failed", words: say("tooLong", { n: tooLong[1].excess }), field: tooLong[0] };
  if (!stored) return { name: "nostore", words: waiting.length ? say("nostore") : say("nostoreSaved") };
  if (trouble && waiting.length) {
    const since = clockTime(new Date(waiting[0].typed_at));
    return { name: "local", words: say(waiting.length === 1 ? "localOne" : "local", { n: waiting.length, time: since }) };
  }
  if (torn.length) return { name: "conflict", words: say(torn.length === 1 ? "conflict" : "conflicts", { n: torn.length }), field: torn[0] };
  if (waiting.length) return { name: "saving", words: say("saving") };
  if (refused.length) return { name: "failed", words: say("notAll") };
  return { name: "saved", words: savedAt ? say("saved", { time: clockTime(savedAt) }) : say("savedNone") };
}

// Writing

export function edit(name, value) {
  if (!scorecard || covered()) return; // an observer has nothing to save, and who comes after the author neither
  const shown = field(name);
  Object.assign(shown, { value, excess: excess(value), next: null });
  if (!keeps) return changed(name);
  if (shown.excess) return changed(name); // what does not fit is not taken for saved: the field says so
  const latest = pending.get(shown.tip);
  if (latest?.writer === writer && !latest.settles && (!latest.sent || writing.has(name))) replace(latest, value);
  else follow(name, operationOf(name, value, shown.tip));
  changed(name);
}

// Adds to an append-only field: such values follow from nothing and replace nothing.
export function append(name, value) {
  if (!keeps || covered()) return;
  enter(operationOf(name, value, null));
}

// One of two versions is the one: it settles the others, if nothing moved meanwhile.
export function settle(name, value) {
  const shown = field(name);
  const settles = shown.known.conflicts.map(({ op }) => op);
  Object.assign(shown, { value, settling: new Set(settles), next: null });
  follow(name, { ...operationOf(name, value, shown.known.head), settles });
  changed(name);
  flush();
}

// The outbox decides whether it is still to be replaced, for another page may have sent it a moment ago.
function replace(latest, value) {
  const replacement = { ...latest, value, typed_at: now() };
  if (!latest.sent) pending.set(latest.op, replacement);
  keep({ ...replacement }, async (outbox, operation) => {
    const { kept, overtaken } = await outbox.replace(operation, (parent) => operationOf(operation.field, value, parent));
    if (kept.op !== operation.op) adopt(operation.op, kept, overtaken);
    else if (pending.has(kept.op)) pending.set(kept.op, { ...kept }); // as it stands in the outbox, in the outbox's order
    return kept;
  });
}

// It had been sent: the change stands in an operation that follows.
function adopt(op, kept, overtaken) {
  if (pending.has(overtaken?.op)) pending.set(overtaken.op, overtaken);
  pending.set(kept.op, { ...kept });
  if (field(kept.field).tip === op) field(kept.field).tip = kept.op;
}

const now = () => new Date().toISOString();
export const excess = (value) => (typeof value === "string" ? Math.max(0, Math.ceil((new TextEncoder().encode(value).length - LARGEST_VALUE) / 1024)) : 0);
const operationOf = (name, value, parent) => ({ op: randomId(), writer, scorecard, field: name, parent, value, typed_at: now() });

function follow(name, operation) {
  field(name).tip = operation.op;
  enter(operation);
}

function enter(operation) {
  pending.set(operation.op, operation);
  keep({ ...operation }, (outbox) => outbox.add(operation).then(() => operation));
}

function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // without a secure context
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-8$4-");
}

// On this device

const sender = keeps && new Sender({ user, protocol, timing, outbox: new MemoryOutbox(), onSending: sent, onSettled: settled, onChange: () => heard(sender.trouble) });
export let recovery = null;
let ready = keeps ? openOutbox(user, lost).then(load).catch(lost) : Promise.resolve();

// Every change goes to the outbox at once and in order; where that fails, the page itself keeps it, and says so.
async function keep(operation, store) {
  unsynced = true;
  const { field: name } = operation;
  writing.set(name, (writing.get(name) ?? 0) + 1);
  tellAll();
  await ready;
  for (let kept = null; !kept && trouble !== "signed-out"; ) {
    const { outbox } = sender;
    try {
      kept = await store(outbox, operation);
      tell({ type: "written", operation: kept });
    } catch {
      if (sender.outbox === outbox) await lost(); // else it has been stored anew with the rest
    }
  }
  if (writing.get(name) > 1) writing.set(name, writing.get(name) - 1);
  else writing.delete(name);
  sender.soon(untilSent());
}

// What this device knows goes over what the server's page says, and what was never sent over both.
async function load(outbox) {
  sender.outbox = outbox;
  const { operations, known: before, refused: aside } = await outbox.read(scorecard);
  const newer = before.filter(({ known_at: at }) => Date.parse(at) >= Date.parse(state.as_of));
  newer.forEach(learn);
  refused = aside;
  const early = [...pending.values()]; // typed meanwhile
  pending.clear();
  for (const operation of [...operations, ...early]) pending.set(operation.op, operation);
  const written = new Set(early.map(({ field: name }) => name));
  const missed = operations.filter((operation) => !isTime(operation) && !written.has(operation.field));
  for (const { field: name, value, op } of missed) offer(name, value, op);
  tornFields().forEach(agree);
  recovery = await recovered(operations);
  await outbox.learn(scorecard, toLearn(before.filter((entry) => !newer.includes(entry))));
  tellAll();
  flush();
}

// What the page says of fields with two versions, where the device knows less or something older.
function toLearn(older) {
  const names = new Set([...older, ...entries()].filter(({ conflicts }) => conflicts.length).map(({ field: name }) => name));
  return entries().filter(({ field: name }) => names.has(name));
}

const entries = () => Object.entries(state.fields).map(([name, known]) => ({ ...known, field: name, known_at: state.as_of }));

function learn(entry) {
  field(entry.field).known = entry;
  offer(entry.field, entry.value, entry.head);
}

// Words of a page that is gone, not sent before it went: `{count, since}`, or null.
async function recovered(operations) {
  const alive = await living();
  const left = operations.filter((operation) => !isTime(operation) && !alive.has(operation.writer));
  return left.length ? { count: left.length, since: left[0].typed_at } : null;
}

// The storage is gone or refuses: what is pending is stored anew, once; after that the page alone holds it, and says so.
// Nothing is written or sent meanwhile, so that no operation is in two places.
let storing = null;
let failures = 0;
let former = null; // an outbox that refuses new words may still hold old ones
function lost() {
  ready = storing ??= storeAnew().finally(() => (storing = null));
  return ready;
}

async function storeAnew() {
  stored = false;
  tellAll();
  try {
    if (trouble === "signed-out" || failures++) throw new Error("This has been tried.");
    const outbox = await openOutbox(user, lost);
    for (const operation of pending.values()) await outbox.add(operation);
    sender.outbox = outbox;
    stored = true;
  } catch {
    former = sender.outbox;
    sender.outbox = new MemoryOutbox();
    for (const operation of pending.values()) await sender.outbox.add(operation);
  }
  tellAll();
}

// To and from the server and the other pages

const tell = keeps ? joinTabs(user, hear) : () => {};
if (keeps) {
  liveAs(writer);
  onSignedIn(signedIn);
}

function hear(message) {
  if (message.type === "written" && message.operation.scorecard === scorecard) writtenElsewhere(message.operation);
  else if (message.type === "settled") take(message.taken, message.savedAt);
  else if (message.type === "trouble") heardElsewhere(message.trouble);
  else if (message.type === "signed-out") signedOut();
}

function writtenElsewhere(operation) {
  pending.set(operation.op, operation);
  if (!isTime(operation)) offer(operation.field, operation.value, operation.op);
  tellAll();
}

// A value from elsewhere is shown unless somebody is writing there, and becomes a parent only by being shown.
function offer(name, value, op) {
  const shown = field(name);
  const mine = pending.get(shown.tip);
  if (shown.excess) return; // it is nowhere else
  if (mine?.writer === writer && mine.op !== op) return;
  if (beingWritten() === name) shown.next = { value, tip: op };
  else {
    Object.assign(shown, { value, tip: op, next: null });
    changed(name);
  }
}

const beingWritten = () => (document.hasFocus() ? nameOf(document.activeElement) : null);
const nameOf = (control) => (control?.dataset?.field ? nameIn(control, control.dataset.field) : null);

// The name of a question's field where a control stands: "q17.notes"; "summary" outside a question.
export function nameIn(control, part) {
  const question = control.closest("[data-question]")?.dataset.question;
  return question ? `${question}.${part}` : part;
}

function sent(batch) {
  for (const operation of batch) if (pending.has(operation.op)) pending.set(operation.op, { ...operation, sent: true });
}

function settled(taken, at) {
  take(taken, at);
  former?.settle(taken.map(({ answer }) => answer)).catch(() => {});
  tell({ type: "settled", taken, savedAt: at });
}

function take(taken, at) {
  for (const { operation, answer } of taken.filter(({ operation: { scorecard: of } }) => of === scorecard)) {
    pending.delete(operation.op);
    if (isRefusal(answer)) refused = [...refused, refusal(operation, answer)];
    else if (!isTime(operation)) settledField(operation, answer, at);
  }
  if (at) savedAt = new Date(at);
  tellAll();
}

function settledField(operation, answer, at) {
  const shown = field(operation.field);
  shown.known = { ...after(shown.known, operation, answer), known_at: at };
  if (operation.settles) shown.settling = new Set();
  if (operation.writer === writer) agree(operation.field);
  if (shown.known.head === operation.op && operation.writer !== writer) offer(operation.field, operation.value, operation.op);
  changed(operation.field);
}

// Two devices that say the same leave nothing to choose.
function agree(name) {
  const versions = versionsOf(name);
  if (!versions.length || beingWritten() === name || pending.has(field(name).tip)) return;
  const { value } = field(name).known;
  if (versions.every((version) => same(version.value, value))) settle(name, value);
}

// Whether two values of a field are equal; the database keeps an object's keys in an order of its own.
export function same(one, other) {
  if (!isObject(one) || !isObject(other)) return JSON.stringify(one) === JSON.stringify(other);
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => same(one[key], other[key]));
}
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

function heard(name) {
  if (name === trouble) return;
  tell({ type: "trouble", trouble: name });
  inTrouble(name);
}

function heardElsewhere(name) {
  inTrouble(name);
  if (!name && sender.trouble) flush(); // it works again: no need to wait for one's own turn
}

function inTrouble(name) {
  if (trouble === "signed-out") return;
  trouble = name;
  cover();
  tellAll();
}

// Under another name, and after signing out, nothing of this page is shown.
export const covered = () => away || ["other-user", "signed-out"].includes(trouble);

function cover() {
  const room = document.querySelector("[data-room]");
  if (!room || room.hasAttribute("data-covered") === covered()) return;
  room.toggleAttribute("data-covered");
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  for (const open of document.querySelectorAll(":popover-open")) open.hidePopover();
  document.dispatchEvent(new CustomEvent("scorecard:covered"));
}

// Some page of this browser has been opened by this user or another one.
function signedIn(who) {
  if (who === user && trouble === "signed-out") return location.reload();
  away = who !== user;
  cover();
  if (!away) flush();
}

// Whoever signed out here was asked first: nothing is kept.
function signedOut() {
  pending.clear();
  inTrouble("signed-out");
}

// Sends all there is. Resolves to true once nothing of this scorecard is left to send.
export async function flush() {
  if (!keeps) return true;
  await ready;
  if (!(await sender.flush())) return false;
  if (pending.size) await reconcile();
  return !pending.size || flush();
}

// What another page has sent meanwhile, and this one did not hear of.
async function reconcile() {
  const written = [...pending.values()].filter(({ field: name }) => !writing.has(name)); // the rest is not in it yet
  const { operations, known, refused: aside } = await sender.outbox.read(scorecard);
  refused = aside;
  const waiting = new Set(operations.map(({ op }) => op));
  const gone = written.filter(({ op }) => !waiting.has(op));
  for (const { op } of gone) pending.delete(op);
  for (const { field: name } of gone) known.filter((entry) => entry.field === name).forEach(learn);
  tellAll();
}

// What another device or another person did meanwhile. What was typed here and is under way is not touched by it.
let refreshedAt = Date.now();
async function refresh() {
  if (!state.refresh || document.visibilityState === "hidden" || trouble || away || Date.now() - refreshedAt < REFRESH_AFTER) return;
  refreshedAt = Date.now();
  const response = await fetch(state.refresh, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return; // sending says what is wrong
  const fresh = await response.json();
  if (fresh.clock) share(fresh);
  if (!fresh.scorecard || fresh.user !== user) return;
  if (String(fresh.unplanned) !== String(state.unplanned)) document.dispatchEvent(new CustomEvent("scorecard:added"));
  const moved = names(fresh).map((name) => ({ ...unknown(), ...fresh.fields[name], field: name, known_at: fresh.as_of })).filter(isNews);
  moved.forEach(learn);
  tornFields().forEach(agree);
  if (moved.length) await sender.outbox.learn(scorecard, moved).catch(() => {});
}

// What everybody in the room shares, by the stream or, at the latest, by `refresh`. What is older than what is known is left.
export function share({ interview, clock, panel }) {
  if (panel.version < state.panel?.version) return;
  Object.assign(state, { interview, clock: clock ?? state.clock, panel });
  if (clock) document.dispatchEvent(new CustomEvent("scorecard:clock"));
  document.dispatchEvent(new CustomEvent("scorecard:panel"));
  if (document.querySelector("[data-room]") && panel.unplanned.some((key) => !document.getElementById(`panel-${key}`))) document.dispatchEvent(new CustomEvent("scorecard:added"));
}

function isNews({ field: name, head, conflicts, known_at: at }) {
  const { known } = field(name);
  if (Date.parse(known.known_at) >= Date.parse(at) || [...pending.values()].some(({ field: of }) => of === name)) return false;
  const versions = (list) => list.map(({ op }) => op).join();
  return known.head !== head || versions(known.conflicts) !== versions(conflicts);
}

const untilSent = () => {
  const [oldest] = pending.values();
  return Math.max(0, Math.min(timing.idle, timing.most - (Date.now() - Date.parse(oldest?.typed_at ?? now()))));
};

// Keeps nothing more of a scorecard that is sealed.
export const forget = () => sender.outbox.forget(scorecard);

export function discardRefused() {
  sender.outbox.discard(refused.map(({ op }) => op));
  refused = [];
  tellAll();
}

function changed(name) {
  document.dispatchEvent(new CustomEvent("scorecard:field", { detail: { field: name } }));
  tellAll();
}

// Several things change at once with every key; they are told once.
let telling = false;
function tellAll() {
  if (telling) return;
  telling = true;
  queueMicrotask(() => {
    telling = false;
    document.dispatchEvent(new CustomEvent("scorecard:status"));
  });
}

// What is on its way may be cut off when the page goes: all that is not acknowledged is sent once more. What is still
// being written to the outbox, here or by another page, is left to it: sent now, it might say something else than what
// the outbox comes to hold.
let leftAt = 0;
function leave() {
  const certain = ({ field: name, sent, writer: by }) => !writing.has(name) && (sent || by === writer);
  const operations = [...pending.values()].filter(certain);
  if (!operations.length || trouble === "signed-out") return;
  if (Date.now() - leftAt < 1000 && operations.every(({ sent }) => sent)) return;
  leftAt = Date.now();
  for (const operation of operations) operation.sent = true;
  sender.leave(operations);
}

const comeBack = () => flush().then(refresh);
addEventListener("online", comeBack);
addEventListener("pageshow", comeBack);
addEventListener("focus", comeBack);
document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : comeBack()));
setInterval(refresh, REFRESH_AFTER);
addEventListener("pagehide", leave);
document.addEventListener("focusout", ({ target }) => {
  const name = nameOf(target);
  if (name) setTimeout(() => catchUp(name)); // once the focus has moved
  if (pending.size && !trouble) flush();
  sync();
});
addEventListener("beforeunload", (event) => ((!stored && pending.size) || longer()) && event.preventDefault());
setInterval(sync, SYNC_EVERY);

function catchUp(name) {
  const { next } = field(name);
  field(name).next = null;
  if (next) offer(name, next.value, next.tip);
}

function sync() {
  if (!unsynced || !stored) return;
  unsynced = false;
  sender.outbox.sync().catch(() => (unsynced = true));
}

// A form that leaves the page, or ends something, first saves what is there; it goes nowhere while that fails.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-save-first]:not([hx-post])");
  if (!form || allSafe()) return;
  event.preventDefault();
  if (await savedFirst(form)) form.requestSubmit(event.submitter);
});
document.addEventListener("htmx:confirm", async (event) => {
  if (!event.target.matches("[data-save-first]") || allSafe()) return;
  event.preventDefault();
  if (await savedFirst(event.target)) event.detail.issueRequest();
});

export async function savedFirst(form) {
  if ((await flush()) && allSafe()) return true;
  const tooLong = longer()?.[1].excess ?? 0;
  document.dispatchEvent(new CustomEvent("scorecard:unsaved", { detail: { form, count: Math.max(1, unsaved().length), tooLong } }));
  return false;
}

// Nothing is shown, and so nothing typed, before it is known what this device holds: words typed over an empty field
// would be a second version of those that it held.
await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, LONGEST_START))]);
