// @ts-check
/**
 * Texts and attributes that are written only when they change: the same text written again costs the browser the layout
 * of the whole page, an attribute the painting of its element.
 */

/** The text of an element that holds nothing else. @param {Element} element @param {string} text */
export function write(element, text) {
  const only = element.childNodes.length === 1 ? element.firstChild : null;
  if (only instanceof Text) {
    if (only.data !== text) only.data = text; // the same node: a new one is one more thing to lay out
  } else if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {Record<string, string | number>} values */
export function setAll(element, values) {
  for (const [name, value] of Object.entries(values)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}
