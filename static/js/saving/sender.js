// The way of the outbox to the server: the oldest first, one sender at a time in all tabs of a user, again for ever.
//
// Only an answer that names an operation takes it out of the outbox. What stands in the way is told by its name:
// "signin", "other-user", "reload" or "network"; the outbox keeps everything meanwhile.
import { csrfToken } from "../csrf.js";
import { bytesOf, isRefusal } from "./outbox.js";

const LARGEST_KEEPALIVE = 60 * 1024; // browsers take 64 KiB at once from a page that leaves

export class Sender {
  // `timing` is the server's setting, in milliseconds. `onSending(batch)` gets what is on its way from now on,
  // `onSettled(taken, savedAt)` `[{operation, answer}]`; `onChange()` comes after every try, and finds `trouble` as it is.
  constructor({ user, protocol, timing, outbox, onSending = () => {}, onSettled, onChange = () => {} }) {
    Object.assign(this, { user, protocol, timing, outbox, onSending, onSettled, onChange });
    this.trouble = "";
    this.delay = timing.retry_first;
    this.busy = null;
  }

  // Sends all there is. Resolves to true once nothing is left; to false if something stands in the way.
  flush() {
    clearTimeout(this.timer);
    this.busy ??= this.#alone(() => this.#sendAll()).finally(() => (this.busy = null));
    return this.busy;
  }

  // Sends within `wait` milliseconds. While something stands in the way, the next try comes when it comes.
  soon(wait) {
    if (this.trouble) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  // From a page that may be gone in a moment: no waiting for storage, for a turn or for the answer.
  leave(operations) {
    let size = 0;
    const fitting = operations.filter((operation) => (size += bytesOf(operation)) < LARGEST_KEEPALIVE);
    if (!fitting.length) return;
    this.outbox.markSent(fitting.map(({ op }) => op)).catch(() => {});
    this.#post(fitting, { keepalive: true }).then((answers) => this.#settle(answers)).then(() => this.#clear(), () => {});
  }

  // Where there are no locks there is no storage either, and this tab knows only its own operations.
  #alone(work) {
    return navigator.locks ? navigator.locks.request(`evenhand-sender-${this.user}`, work) : work();
  }

  async #sendAll() {
    try {
      for (let batch = await this.outbox.take(); batch.length; batch = await this.outbox.take()) {
        this.onSending(batch);
        await this.#settle(await this.#post(batch));
      }
      this.#clear();
      return true;
    } catch (problem) {
      return problem instanceof Closed ? this.#stop(problem) : this.#later();
    }
  }

  // The server's answers. Throws `Closed` where only a person can help, anything else for what may pass.
  async #post(batch, { keepalive = false } = {}) {
    const response = await fetch(`/scorecards/${batch[0].scorecard}/ops`, {
      method: "POST",
      keepalive,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() ?? "" },
      body: JSON.stringify({ protocol: this.protocol, user: this.user, operations: batch.map(asSent) }),
      signal: keepalive ? undefined : AbortSignal.timeout(this.timing.timeout),
    });
    const answer = await response.json();
    if (response.ok && answer.results) return { answers: answer.results, savedAt: answer.saved_at };
    if (response.status === 401 || answer.code === "csrf") throw new Closed("signin");
    if (["other-user", "reload"].includes(answer.code)) throw new Closed(answer.code);
    // A batch that the server can never take is not tried for ever, nor is it lost: it moves aside and is shown.
    if (response.status >= 400 && response.status < 500 && answer.code) return { answers: refusals(batch, answer) };
    throw new Error(`The server answered ${response.status}.`);
  }

  async #settle({ answers, savedAt }) {
    const taken = await this.outbox.settle(answers, savedAt);
    this.onSettled(taken, savedAt && taken.some(({ answer }) => !isRefusal(answer)) ? savedAt : null);
  }

  #clear() {
    this.delay = this.timing.retry_first;
    this.#tell("");
  }

  // Somebody has to sign in or reload; whoever does calls `flush` again.
  #stop({ trouble }) {
    this.#tell(trouble);
    return false;
  }

  #later() {
    this.#tell("network");
    this.timer = setTimeout(() => this.flush(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(this.delay * 2, this.timing.retry_most);
    return false;
  }

  #tell(trouble) {
    this.trouble = trouble;
    this.onChange();
  }
}

class Closed extends Error {
  constructor(trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

const asSent = ({ op, writer, field, parent, value, typed_at, settles }) => ({ op, writer, field, parent, value, typed_at, ...(settles && { settles }) });

const refusals = (batch, { code, message }) => batch.map(({ op }) => ({ op, result: "rejected", reason: message ?? code }));
