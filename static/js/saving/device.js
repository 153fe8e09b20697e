// What is kept of a user on this device, by name: the outbox, and the rooms that open without a network.
export const outboxName = (user) => `evenhand-${user}`;
const roomsName = (user) => `evenhand-room-${user}`; // as in service-worker.js

// Whether there is an outbox at all, so that looking does not make one.
export async function hasOutbox(user) {
  const databases = (await globalThis.indexedDB?.databases?.()) ?? [];
  return databases.some(({ name }) => name === outboxName(user));
}

// Removes both.
export async function empty(user) {
  await globalThis.caches?.delete(roomsName(user));
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(outboxName(user));
    request.onsuccess = request.onerror = request.onblocked = resolve; // pages that hold it close on `versionchange`
  });
}

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
