// The live room opens and reloads without a network, for the person who had it open here; no other page is kept.
// Rooms come from the network as long as it answers. Files are kept under VERSION, which the server puts before this.
const FILES = `evenhand-files-${VERSION}`;
const WHO = "evenhand-who"; // who was signed in last: a kept page is nobody else's
const ROOM = /^\/interviews\/\d+\/room\/$/;
const PATIENCE = 8000; // milliseconds for a server that does not answer

const roomsOf = (user) => `evenhand-room-${user}`;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(Promise.all([dropOldFiles(), clients.claim()])));

async function dropOldFiles() {
  const names = await caches.keys();
  return Promise.all(names.filter((name) => name.startsWith("evenhand-files-") && name !== FILES).map((name) => caches.delete(name)));
}

addEventListener("message", (event) => {
  const { type, user, page, files } = event.data;
  if (type === "user") event.waitUntil(remember(user));
  if (type === "keep") event.waitUntil(keep(user, page, files));
});

async function remember(user) {
  const who = await caches.open(WHO);
  await who.put("/who", new Response(String(user)));
}

const whoIsHere = async () => (await (await caches.match("/who", { cacheName: WHO }))?.text()) ?? "";

// The room comes last: where it is kept, so is what it needs.
async function keep(user, page, files) {
  await Promise.allSettled(files.filter((file) => isFile(new URL(file))).map(fileFromNetwork));
  await roomFromNetwork(page, user);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && ROOM.test(url.pathname)) event.respondWith(room(url.pathname));
  else if (isFile(url)) event.respondWith(file(request));
});

const isFile = ({ origin, pathname }) => origin === location.origin && pathname.startsWith("/static/");

async function room(page) {
  const user = await whoIsHere();
  try {
    const response = await roomFromNetwork(page, user);
    if (response.status < 500) return response;
    return (await kept(page, user)) ?? response;
  } catch (problem) {
    const old = await kept(page, user);
    if (old) return old;
    throw problem;
  }
}

// The answer is kept only if it is the room itself, and for the person it was made for.
async function roomFromNetwork(page, user) {
  const since = Date.now();
  const response = await fetch(page, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  if (response.ok && response.headers.get("Evenhand-Room") === String(user)) {
    const rooms = await caches.open(roomsOf(user));
    const headers = new Headers(response.headers);
    headers.set("Kept", since);
    await rooms.put(page, new Response(await response.clone().text(), { headers }));
  }
  return response;
}

// A kept page says since when it is, by this device's clock, so that what was saved later is laid over it.
async function kept(page, user) {
  const response = user && (await caches.match(page, { cacheName: roomsOf(user) }));
  if (!response) return undefined;
  const html = await response.text();
  const since = response.headers.get("Kept");
  return new Response(html.replace("<html ", `<html data-kept="${since}" `), { headers: response.headers });
}

const NEVER_CHANGES = /\.[0-9a-f]{12}\.\w+$/; // named by its content

async function file(request) {
  const old = await caches.match(request, { cacheName: FILES });
  if (old && NEVER_CHANGES.test(request.url)) return old;
  try {
    const response = await fileFromNetwork(request);
    return response.status < 500 ? response : (old ?? response);
  } catch {
    return old ?? Response.error();
  }
}

async function fileFromNetwork(request) {
  const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  if (response.ok) await (await caches.open(FILES)).put(request, response.clone());
  return response;
}
