// The pages of one user in this browser, telling each other what was typed, what was saved and who is signed in.

// `tell(message)` reaches every other page of the user that called this with a `hear(message)`.
export function joinTabs(user, hear) {
  if (!globalThis.BroadcastChannel) return () => {};
  const channel = new BroadcastChannel(`evenhand-${user}`);
  channel.onmessage = ({ data }) => hear(data);
  return (message) => channel.postMessage(message);
}

// A page that writes holds a lock of its name for as long as it lives, so that others can tell it from a closed one.
export function liveAs(writer) {
  navigator.locks?.request(`evenhand-writer-${writer}`, () => new Promise(() => {}));
}

// Which of these pages live.
export async function living() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.filter(({ name }) => name.startsWith("evenhand-writer-")).map(({ name }) => name.slice("evenhand-writer-".length)));
}
