// @ts-check
/** A question that must be answered before points are taken away or sent with something odd about them. */

/**
 * Ask; true when the person goes on. Escape and the first button go back.
 * @param {HTMLDialogElement} dialog @param {{title: string, lines: string[], back: string, go: string}} question an empty `go` leaves only the way back
 * @returns {Promise<boolean>}
 */
export function ask(dialog, { title, lines, back, go }) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (dialog.querySelector(`[data-part="dialog-${name}"]`));
  part("title").textContent = title;
  part("list").replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  part("list").hidden = lines.length === 0;
  part("back").textContent = back;
  part("go").textContent = go;
  part("go").hidden = !go;
  part("back").onclick = () => dialog.close("");
  part("go").onclick = () => dialog.close("go");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "go"), { once: true }));
}
