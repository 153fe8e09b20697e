// Signing in again, perhaps in another tab, changes the token against forged requests; a page made before would be
// refused and what was typed in it lost. So whatever is sent takes the token from the cookie at that moment.
const cookie = document.querySelector("meta[name=csrf-cookie]").content + "=";

document.addEventListener("submit", ({ target }) => {
  const field = target.querySelector("input[name=csrfmiddlewaretoken]");
  if (field) field.value = csrfToken() ?? field.value;
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const fresh = csrfToken();
  if (!fresh) return;
  detail.headers["x-csrftoken"] = fresh;
  if (detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = fresh;
});

export function csrfToken() {
  return document.cookie.split("; ").find((pair) => pair.startsWith(cookie))?.slice(cookie.length);
}
