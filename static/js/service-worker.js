// The live room and the candidate's window open and reload without a network, for the person who had the room open here;
// no other page is kept.
// Rooms come from the network as long as it answers. Files are kept under VERSION, which the server puts before this.
const FILES = `evenhand-files-${VERSION}`;
const WHO = "evenhand-who"; // who was signed in last: a kept page is nobody else's
const ROOM = /^\/interviews\/\d+\/(room|candidate)\/$/;
const SIGN_IN = "/accounts/login/";
const SINCE = "Evenhand-Since";
const PATIENCE = 8000; // milliseconds for a server that does not answer, where something kept can stand in

const roomsOf = (user) => `evenhand-room-${user}`;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(Promise.all([dropOldFiles(), clients.claim()])));

addEventListener("message", (event) => {
  const { type, user, pages, files } = event.data;
  if (type === "user") event.waitUntil(remember(user));
  if (type === "keep") event.waitUntil(keep(user, pages, files));
});

async function remember(user) {
  const who = await caches.open(WHO);
  await who.put("/who", new Response(String(user)));
}

const whoIsHere = async () => (await (await caches.match("/who", { cacheName: WHO }))?.text()) ?? "";

// The pages come last: where one is kept, so is what it needs.
async function keep(user, pages, files) {
  const keeping = [];
  const later = (work) => keeping.push(work);
  await Promise.allSettled(files.filter((file) => isFile(new URL(file))).map((file) => fileFromNetwork(file, later)));
  await Promise.all(keeping);
  for (const page of pages) await keepWith(page, user, later);
  await Promise.all(keeping);
}

// A page that is not open yet, with the files that it names.
async function keepWith(page, user, later) {
  const html = await (await roomFromNetwork(page, user, later)).text();
  const named = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => new URL(file, location).href);
  const known = await Promise.all(named.map((file) => caches.match(file)));
  await Promise.allSettled(named.filter((_file, index) => !known[index]).map((file) => fileFromNetwork(file, later)));
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const later = (work) => event.waitUntil(work); // the answer is not held up by what is kept of it
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === SIGN_IN) event.waitUntil(caches.delete(WHO)); // nobody, until a page says who
  else if (request.mode === "navigate" && ROOM.test(url.pathname)) event.respondWith(room(url.pathname, later));
  else if (isFile(url)) event.respondWith(file(request, later));
});

const isFile = ({ origin, pathname }) => origin === location.origin && pathname.startsWith("/static/");

async function room(page, later) {
  const user = await whoIsHere();
  const old = await kept(page, user);
  try {
    const response = await roomFromNetwork(page, user, later);
    return response.status < 500 ? response : (old ?? response);
  } catch (problem) {
    if (old) return old;
    throw problem;
  }
}

// A kept page says that it is one, and since when by this device's clock: its own says when it was.
async function kept(page, user) {
  const response = user && (await caches.match(page, { cacheName: roomsOf(user) }));
  if (!response) return undefined;
  const since = response.headers.get(SINCE);
  return new Response((await response.text()).replace("<html ", `<html data-kept="${since}" `), { headers: response.headers });
}

async function roomFromNetwork(page, user, later) {
  const since = Date.now();
  const response = await patiently(page, { credentials: "same-origin", redirect: "manual" });
  if (response.status < 500) later(keepRoom(page, user, response.clone(), since).catch(() => {})); // the answer stands, kept or not
  return response;
}

// The answer is kept only if it is the room itself, and for the person it was made for; a room that is over is not.
async function keepRoom(page, user, response, since) {
  const rooms = await caches.open(roomsOf(user));
  if (!response.ok || response.headers.get("Evenhand-Room") !== String(user)) await rooms.delete(page);
  else {
    const headers = new Headers(response.headers);
    headers.set(FILES_OF_ROOM, FILES);
    headers.set(SINCE, since);
    await rooms.put(page, new Response(await response.text(), { headers }));
  }
  await dropOldFiles();
}

// The head of an answer is waited for that long; its body takes the time it takes.
async function patiently(request, options) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await fetch(request, { ...options, signal: patience.signal });
  } finally {
    clearTimeout(timer);
  }
}

const NEVER_CHANGES = /\.[0-9a-f]{12}\.\w+$/; // named by its content

async function file(request, later) {
  const old = (await caches.match(request, { cacheName: FILES })) ?? (await caches.match(request));
  if (old && NEVER_CHANGES.test(request.url)) return old;
  try {
    const response = await fileFromNetwork(request, later, old ? patiently : fetch);
    return response.status < 500 ? response : (old ?? response);
  } catch (problem) {
    if (old) return old;
    throw problem;
  }
}

async function fileFromNetwork(request, later, ask = fetch) {
  const response = await ask(request);
  if (response.ok) later(keepFile(request, response.clone()).catch(() => {}));
  return response;
}

async function keepFile(request, response) {
  await (await caches.open(FILES)).put(request, response);
}

// Files of an older version go once no kept room is made of them.
const FILES_OF_ROOM = "Evenhand-Files";

async function dropOldFiles() {
  const names = await caches.keys();
  const needed = new Set([FILES]);
  for (const name of names.filter((name) => name.startsWith("evenhand-room-"))) {
    for (const response of await (await caches.open(name)).matchAll()) needed.add(response.headers.get(FILES_OF_ROOM));
  }
  const old = names.filter((name) => name.startsWith("evenhand-files-") && !needed.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}
