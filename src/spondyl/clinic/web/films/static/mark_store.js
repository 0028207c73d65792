// @ts-check
/**
 * Marked points stay in this tab's session storage until they are measured, under the name of who marks: a reload, a lost
 * network or a session that ran out loses nothing. Signing out forgets them, and so does a page of somebody else
 * (shell.js); nothing is left when the tab is closed.
 *
 * @typedef {import("./mark_model.js").Marks} Marks
 * @typedef {import("./mark_model.js").Told} Told
 */

const who = /** @type {HTMLElement | null} */ (document.querySelector("[data-who]"))?.dataset.who ?? "";

/** @param {string} film */
const keyOf = (film) => `spondyl-draft:${who}:marks:${film}`;

/** Keep the marks; false when this browser keeps nothing. @param {string} film @param {Told} told @param {Marks} marks */
export function keep(film, told, marks) {
  try {
    sessionStorage.setItem(keyOf(film), JSON.stringify({ version: told.version, marks }));
    return true;
  } catch {
    return false;
  }
}

/**
 * What was kept of this film, or null. Marks that began from older points than the film now has are not taken up.
 * @param {string} film @param {Told} told @returns {Marks | null}
 */
export function kept(film, told) {
  try {
    const { version, marks } = JSON.parse(sessionStorage.getItem(keyOf(film)) ?? "{}");
    const fits = marks && marks.view in told.views && told.levels.includes(marks.first) && told.levels.includes(marks.last);
    return fits && (told.given === null || version === told.version) ? marks : null;
  } catch {
    return null;
  }
}

/** @param {string} film */
export function forget(film) {
  try {
    sessionStorage.removeItem(keyOf(film));
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}
