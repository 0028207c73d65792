// What every page does: keep a form from being sent twice, and lend its CSRF token to other modules.

/** @param {SubmitEvent} event */
function sendOnce(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
}

/** A page brought back by the browser's Back button may be sent again. */
function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete (/** @type {HTMLFormElement} */ (form).dataset.sent);
  }
}

// A page loads this file under its address with a digest, other modules import it without: it runs twice.
if (!document.documentElement.dataset.shell) {
  document.documentElement.dataset.shell = "ready";
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", allowAgain);
}

/** The token that requests from scripts carry in the header X-CSRF. @returns {string} */
export function csrfToken() {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf"]'));
  return meta ? meta.content : "";
}
