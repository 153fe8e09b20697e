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
