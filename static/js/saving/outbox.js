// The outbox: what was typed and is not on the server yet, on this device, in IndexedDB, under the name of its user.
//
// One transaction decides each thing: an unsent operation is replaced only by its own writer and while nothing follows
// it; reading a batch and marking it as sent; taking the answers in. Beside it stands what the server last acknowledged
// of every field, so that a page opened without a network shows all that was written.
import { outboxName } from "./device.js";

const VERSION = 1;
const LARGEST_BATCH = 30 * 1024; // bytes; the server promises to take 32 KiB

// Resolves to the outbox; rejects where this browser stores nothing. `lost` is called once if it goes away later.
export function openOutbox(user, lost) {
  return new Promise((resolve, reject) => {
    if (!globalThis.isSecureContext || !globalThis.indexedDB) throw new Error("This browser stores nothing here.");
    const request = indexedDB.open(outboxName(user), VERSION);
    request.onupgradeneeded = () => create(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("Another page holds an older version open."));
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => (database.close(), lost());
      database.onclose = lost; // deleted under us, or the disk is gone
      resolve(new Outbox(database));
    };
  });
}

function create(database) {
  const operations = database.createObjectStore("operations", { keyPath: "entry", autoIncrement: true });
  operations.createIndex("op", "op", { unique: true });
  operations.createIndex("parent", "parent");
  operations.createIndex("scorecard", "scorecard");
  operations.createIndex("writer", ["scorecard", "field", "writer"]);
  database.createObjectStore("known", { keyPath: ["scorecard", "field"] });
  database.createObjectStore("refused", { keyPath: "op" }).createIndex("scorecard", "scorecard");
  database.createObjectStore("marks");
}

class Outbox {
  constructor(database) {
    this.database = database;
  }

  // Stores a new operation; one that is here already stays as it is.
  add(operation) {
    return this.#write(["operations"], ({ operations }) => {
      operations.index("op").getKey(operation.op).onsuccess = ({ target: { result: entry } }) => {
        if (entry === undefined) operations.add({ sent: false, ...operation });
      };
    });
  }

  // Stores a new value in place of an operation that was not sent when the page last knew. Where it has been sent since,
  // or something follows it, the value becomes an operation of its own, `follow(parent)`. Resolves to `{kept, overtaken}`:
  // what is stored now, and the one that it had to follow, if it had to.
  replace(operation, follow) {
    let kept;
    let overtaken = null;
    const latestOwn = IDBKeyRange.only([operation.scorecard, operation.field, operation.writer]);
    return this.#write(["operations"], ({ operations }) => {
      const further = (latest) => {
        overtaken = latest ?? { ...operation, sent: true }; // gone: it is on the server
        kept = follow(overtaken.op);
        operations.add({ sent: false, ...kept });
      };
      operations.index("writer").openCursor(latestOwn, "prev").onsuccess = ({ target: { result: cursor } }) => {
        const latest = cursor?.value;
        if (!latest || latest.sent || latest.settles) return further(latest);
        operations.index("parent").count(latest.op).onsuccess = ({ target: { result: children } }) => {
          if (children) return further(latest);
          kept = { ...latest, value: operation.value, typed_at: operation.typed_at };
          cursor.update(kept);
        };
      };
    }).then(() => ({ kept, overtaken }));
  }

  // The oldest operations, all of one scorecard, marked as sent; an empty list when nothing is left.
  take() {
    const batch = [];
    return this.#write(["operations"], ({ operations }) => {
      let size = 0;
      operations.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        const operation = cursor.value;
        if (batch.length && operation.scorecard !== batch[0].scorecard) return;
        size += bytesOf(operation);
        if (batch.length && size > LARGEST_BATCH) return;
        batch.push(operation);
        if (!operation.sent) cursor.update({ ...operation, sent: true });
        cursor.continue();
      };
    }).then(() => batch);
  }

  // Marks these as sent: a page that is leaving sends them without waiting.
  markSent(ops) {
    return this.#write(["operations"], ({ operations }) => {
      for (const op of ops) {
        operations.index("op").openCursor(IDBKeyRange.only(op)).onsuccess = ({ target: { result: cursor } }) => {
          if (cursor) cursor.update({ ...cursor.value, sent: true });
        };
      }
    });
  }

  // Takes in the server's answers of a moment by its clock: what is acknowledged leaves, what is refused moves aside.
  // Resolves to `[{operation, answer}]` for those that were still here.
  settle(answers, at) {
    const taken = [];
    return this.#write(["operations", "known", "refused"], ({ operations, known, refused }) => {
      for (const answer of answers) {
        operations.index("op").openCursor(IDBKeyRange.only(answer.op)).onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          const operation = cursor.value;
          taken.push({ operation, answer });
          cursor.delete();
          if (isRefusal(answer)) refused.put(refusal(operation, answer));
          else if (!isTime(operation)) {
            const { scorecard, field } = operation;
            known.get([scorecard, field]).onsuccess = ({ target: { result: before } }) =>
              known.put({ ...after(before ?? unknown(), operation, answer), scorecard, field, known_at: at });
          }
        };
      }
    }).then(() => taken);
  }

  // Everything kept of one scorecard: `{operations, known, refused}`, operations in order of entry.
  read(scorecard) {
    const found = {};
    return this.#transact(["operations", "known", "refused"], "readonly", ({ operations, known, refused }) => {
      const only = IDBKeyRange.only(scorecard);
      operations.index("scorecard").getAll(only).onsuccess = ({ target }) => (found.operations = target.result);
      known.getAll(IDBKeyRange.bound([scorecard], [scorecard, []])).onsuccess = ({ target }) => (found.known = target.result);
      refused.index("scorecard").getAll(only).onsuccess = ({ target }) => (found.refused = target.result);
    }).then(() => found);
  }

  // Keeps what the server's page says of these fields, `[{field, head, value, at, conflicts, known_at}]`.
  learn(scorecard, entries) {
    return this.#write(["known"], ({ known }) => entries.forEach((entry) => known.put({ ...entry, scorecard })));
  }

  // What is on this device only, of all scorecards: `{operations, refused}`, operations in order of entry.
  waiting() {
    const found = {};
    return this.#transact(["operations", "refused"], "readonly", ({ operations, refused }) => {
      operations.getAll().onsuccess = ({ target }) => (found.operations = target.result);
      refused.getAll().onsuccess = ({ target }) => (found.refused = target.result);
    }).then(() => found);
  }

  discard(ops) {
    return this.#write(["refused"], ({ refused }) => ops.forEach((op) => refused.delete(op)));
  }

  // A submitted scorecard needs nothing kept; what was refused stays until its author has seen it.
  forget(scorecard) {
    return this.#write(["known"], ({ known }) => known.delete(IDBKeyRange.bound([scorecard], [scorecard, []])));
  }

  // Puts all that was written so far on the disk itself, not only in the system's care.
  sync() {
    return this.#write(["marks"], ({ marks }) => marks.put(Date.now(), "synced"), { durability: "strict" });
  }

  close() {
    this.database.close();
  }

  #write(names, work, options) {
    return this.#transact(names, "readwrite", work, options);
  }

  #transact(names, mode, work, options = { durability: "relaxed" }) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, mode, options);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser gave up writing."));
      work(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
    });
  }
}

export const isTime = ({ field }) => field.endsWith(".time"); // nobody typed it
export const isRefusal = (answer) => ["rejected", "late"].includes(answer.stored ?? answer.result);
export const refusal = (operation, { reason }) => ({ ...operation, reason });
export const bytesOf = (operation) => new TextEncoder().encode(JSON.stringify(operation)).length;

// What the server is known to hold of a field: `{head, value, at, conflicts}`, `at` being when the head was typed.
// Pure functions, the same for the page and for what is kept on the device.
export const unknown = () => ({ head: null, value: null, at: null, conflicts: [] });

// After the server's answer to one operation. `operation` is as it was sent.
export function after(known, operation, answer) {
  const came = answer.result === "duplicate" ? answer.stored : answer.result;
  if (came === "conflict" && "value" in answer) return torn(known, operation, answer);
  if (came === "applied" && (answer.result === "applied" || answer.head === operation.op)) {
    const settled = new Set(operation.settles);
    return {
      head: operation.op,
      value: operation.value,
      at: operation.typed_at,
      conflicts: known.conflicts.filter((version) => !settled.has(version.op)),
    };
  }
  return known; // rejected, late, or repeated and long overtaken
}

// A branch that lost goes on: its newest version stands for it.
function torn(known, operation, answer) {
  const { op, value, typed_at: at } = operation;
  const others = known.conflicts.filter((version) => version.op !== operation.parent && version.op !== op);
  return { head: answer.head, value: answer.value, at: answer.at, conflicts: [...others, { op, value, typed_at: at }] };
}

// The same outbox where the browser stores nothing: it lasts as long as the page does, and the page says so.
export class MemoryOutbox {
  operations = [];
  refused = [];

  async add(operation) {
    if (!this.operations.some(({ op }) => op === operation.op)) this.operations.push({ sent: false, ...operation });
  }

  async replace(operation, follow) {
    const latest = this.operations.findLast(({ field, writer }) => field === operation.field && writer === operation.writer);
    if (!latest || latest.sent || latest.settles) {
      const overtaken = latest ?? { ...operation, sent: true };
      const kept = follow(overtaken.op);
      await this.add(kept);
      return { kept, overtaken };
    }
    Object.assign(latest, { value: operation.value, typed_at: operation.typed_at });
    return { kept: { ...latest }, overtaken: null };
  }

  async take() {
    const batch = [];
    let size = 0;
    for (const operation of this.operations) {
      size += bytesOf(operation);
      if (batch.length && size > LARGEST_BATCH) break;
      operation.sent = true;
      batch.push({ ...operation });
    }
    return batch;
  }

  async markSent(ops) {
    for (const operation of this.operations) operation.sent ||= ops.includes(operation.op);
  }

  async settle(answers) {
    const taken = [];
    for (const answer of answers) {
      const operation = this.operations.find(({ op }) => op === answer.op);
      if (!operation) continue;
      this.operations = this.operations.filter((other) => other !== operation);
      taken.push({ operation, answer });
      if (isRefusal(answer)) this.refused.push(refusal(operation, answer));
    }
    return taken;
  }

  async read() {
    return { operations: this.operations, known: [], refused: this.refused };
  }

  async discard(ops) {
    this.refused = this.refused.filter(({ op }) => !ops.includes(op));
  }

  async learn() {}
  async forget() {}
  async sync() {}
}
