// What is kept of a user on this device, by name: the outbox, and the rooms that open without a network.
export const outboxName = (user) => `evenhand-${user}`;
const SIGNED_IN = "evenhand-signed-in";
const roomsName = (user) => `evenhand-room-${user}`; // as in service-worker.js

// Whether there is an outbox at all, so that looking does not make one; true where a browser cannot tell.
export async function hasOutbox(user) {
  if (!globalThis.indexedDB?.databases) return Boolean(globalThis.indexedDB);
  return (await indexedDB.databases()).some(({ name }) => name === outboxName(user));
}

// An interview that is over is not opened without a network.
export async function dropRoom(user, room) {
  if (!(await globalThis.caches?.has(roomsName(user)))) return;
  const rooms = await caches.open(roomsName(user));
  for (const page of [room, room.replace("/room/", "/candidate/")]) await rooms.delete(page);
}

// What one tab keeps of rooms: that its user went their own way, or somewhere as the lead, and where they were writing.
// Only that tab can remove it.
export function emptyTab() {
  for (const name of Object.keys(sessionStorage)) if (/^evenhand-(strayed|untold|writing)-/.test(name)) sessionStorage.removeItem(name);
}

// Removes both, and of each room which question was shown last and for how long, how new it was, and whether its lead is followed.
export async function empty(user) {
  emptyTab();
  for (const name of Object.keys(localStorage)) if (/^evenhand-(place|follow|left|version)-/.test(name)) localStorage.removeItem(name);
  await globalThis.caches?.delete(roomsName(user));
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(outboxName(user));
    request.onsuccess = request.onerror = request.onblocked = resolve; // pages that hold it close on `versionchange`
  });
}

// Every page says who it was opened by, to the pages of everybody in this browser.
export const tellSignedIn = (user) => globalThis.BroadcastChannel && new BroadcastChannel(SIGNED_IN).postMessage(user);

export function onSignedIn(hear) {
  if (globalThis.BroadcastChannel) new BroadcastChannel(SIGNED_IN).onmessage = ({ data }) => hear(data);
}

// The pages of one user in this browser, telling each other what was typed and what was saved.

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
