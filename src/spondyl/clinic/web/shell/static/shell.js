// What every page does: keep a form from being sent twice.

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

document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", allowAgain);
