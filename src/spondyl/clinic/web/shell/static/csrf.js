// The token that a page carries for requests from scripts, in the header X-CSRF.

/** The page's token; empty on a page without one. @returns {string} */
export function csrfToken() {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf"]'));
  return meta ? meta.content : "";
}
