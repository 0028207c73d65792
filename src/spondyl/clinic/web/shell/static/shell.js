// What every page does: keep a form from being sent twice, and show the tab of the page where tabs are cut off.

/** Its answer is a file, so the page stays: two clicks are one, and a later one begins anew. */
const AGAIN_MS = 1500;

/** @param {SubmitEvent} event */
function sendOnce(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if (form.dataset.again === undefined) return;
  for (const begun of form.querySelectorAll("[data-begun]")) {
    /** @type {HTMLElement} */ (begun).textContent = /** @type {HTMLElement} */ (begun).dataset.begun ?? "";
  }
  setTimeout(() => delete form.dataset.sent, AGAIN_MS);
}

/** A page that stays, or that the browser's Back button brought back, may be sent again. */
function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete (/** @type {HTMLFormElement} */ (form).dataset.sent);
  }
}

/** Esc stops what is being sent, and the page stays: it may be sent again. @param {KeyboardEvent} event */
function allowAfterStop(event) {
  if (event.key === "Escape") allowAgain();
}

/** What somebody wrote and did not send, kept in this tab under their name. */
const DRAFTS = "spondyl-draft:";

/** Forget what was written; but what who wrote stays. @param {string | null} who */
function forgetDrafts(who) {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(DRAFTS) && (who === null || !name.startsWith(`${DRAFTS}${who}:`))) sessionStorage.removeItem(name);
    }
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}

const frame = /** @type {HTMLElement | null} */ (document.querySelector("[data-who]"));
if (frame) forgetDrafts(frame.dataset.who ?? "");
for (const form of document.querySelectorAll("form[data-signs-out]")) form.addEventListener("submit", () => forgetDrafts(null));
document.addEventListener("submit", sendOnce);
document.addEventListener("keydown", allowAfterStop);
window.addEventListener("pageshow", allowAgain);

for (const tabs of document.querySelectorAll(".tabs")) {
  const here = tabs.querySelector("[aria-current]");
  if (!here) continue;
  const [cut, tab] = [tabs.getBoundingClientRect(), here.getBoundingClientRect()];
  if (tab.right > cut.right) tabs.scrollLeft += tab.left - cut.left - (cut.width - tab.width) / 2;
}
