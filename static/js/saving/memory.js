// The same outbox where the browser stores nothing: it lasts as long as the page does, and the page says so.
import { bytesOf, isLate, isRefusal } from "./outbox.js";

const LARGEST_BATCH = 30 * 1024;

export class MemoryOutbox {
  operations = [];
  refused = [];

  async add(operation) {
    this.operations.push({ sent: false, ...operation });
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
      if (isRefusal(answer)) this.refused.push({ ...operation, reason: answer.reason, late: isLate(answer) });
    }
    return taken;
  }

  async read() {
    return { operations: this.operations, known: [], refused: this.refused };
  }

  async waiting() {
    return { count: this.operations.length, since: this.operations[0]?.typed_at ?? null };
  }

  async discard(ops) {
    this.refused = this.refused.filter(({ op }) => !ops.includes(op));
  }

  async forget() {}
  async sync() {}
  close() {}
}
