// Says so where a browser makes or gives no passkey: somebody closed its window, or it has none. allauth's scripts do the rest.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-said]");
  if (!place) return;
  event.preventDefault();
  place.hidden = true; // said again, it is read out again
  requestAnimationFrame(() => (place.hidden = false));
});
