// The token that a page carries for requests from scripts, in the header X-CSRF.

/** The page's token; empty on a page without one. @returns {string} */
export function csrfToken() {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf"]'));
  return meta ? meta.content : "";
}

/**
 * Put another token where the page carries the old one: in its head and in every form.
 * @param {string} token
 */
export function takeToken(token) {
  const places = document.querySelectorAll('meta[name="csrf"], input[name="csrf"]');
  for (const place of places) place.setAttribute(place instanceof HTMLMetaElement ? "content" : "value", token);
}

/**
 * Fetch the token anew from a page of this site, and keep what is written on this one.
 * @param {string} address @returns {Promise<boolean>} whether it is another token than before
 */
export async function renewToken(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return false;
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = fetched.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";
  if (!token || token === csrfToken()) return false;
  takeToken(token);
  return true;
}
