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
