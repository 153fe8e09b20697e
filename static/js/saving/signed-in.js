// The window that the room opened to sign in: here.js has told the room, so it can go.
setTimeout(() => window.close(), 300);
