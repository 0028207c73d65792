// @ts-check
/** Where the focus goes from a button that did the last of its work: one that is switched off would drop it. */

/** @type {Record<string, string>} */
const AFTER = {
  undo: 'button[data-act="redo"]:enabled',
  redo: 'button[data-act="undo"]:enabled',
  accept: 'button[data-act="sign"]:enabled',
  sign: '[data-part="reports"] a',
};

/**
 * Give the focus of a button that is off now to what follows it, else to the film.
 * @param {HTMLElement} root @param {HTMLElement} film @param {Element | null} held what had the focus before
 */
export function handOn(root, film, held) {
  if (!(held instanceof HTMLButtonElement) || !root.contains(held)) return;
  if (!held.disabled) {
    if (document.activeElement === document.body) held.focus({ preventScroll: true });
    return;
  }
  const next = /** @type {HTMLElement | null} */ (root.querySelector(AFTER[held.dataset.act ?? ""] ?? "[data-none]"));
  (next ?? film).focus({ preventScroll: true });
}
