// @ts-check
/**
 * A film's grey values as the server decoded them: little-endian uint16, row by row. The browser parses no DICOM.
 *
 * @typedef {{values: Uint16Array, rows: number, columns: number, halvings: number}} Plane
 */

/**
 * Fetch the raw values; `onShare` hears the loaded share, 0 to 1.
 * @param {string} url @param {number} rows @param {number} columns @param {(share: number) => void} onShare
 * @returns {Promise<Uint16Array>}
 */
export async function fetchPixels(url, rows, columns, onShare) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || !response.body) throw new Error(`The film could not be loaded (${response.status}).`);
  const bytes = new Uint8Array(rows * columns * 2);
  let filled = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > bytes.length) throw new Error("The film is larger than its header says.");
    bytes.set(value, filled);
    filled += value.length;
    onShare(filled / bytes.length);
  }
  if (filled !== bytes.length) throw new Error("The film broke off while loading. Load the page again.");
  return new Uint16Array(bytes.buffer);
}

/**
 * The film and its copies of half, quarter … size, so that a small picture neither flickers nor costs much.
 * @param {Uint16Array} values @param {number} rows @param {number} columns
 * @returns {Plane[]}
 */
export function planesOf(values, rows, columns) {
  const planes = [{ values, rows, columns, halvings: 0 }];
  for (let last = planes[0]; Math.min(last.rows, last.columns) > 256; last = planes[planes.length - 1]) {
    planes.push(halved(last));
  }
  return planes;
}

/** @param {Plane} plane @returns {Plane} */
function halved(plane) {
  const rows = plane.rows >> 1;
  const columns = plane.columns >> 1;
  const small = new Uint16Array(rows * columns);
  const { values } = plane;
  for (let row = 0, to = 0; row < rows; row++) {
    let from = 2 * row * plane.columns;
    for (let column = 0; column < columns; column++, from += 2, to++) {
      const below = from + plane.columns;
      small[to] = (values[from] + values[from + 1] + values[below] + values[below + 1] + 2) >> 2;
    }
  }
  return { values: small, rows, columns, halvings: plane.halvings + 1 };
}

/**
 * The middle and width that show the darkest to the brightest hundredth of the film.
 * @param {Plane} plane @returns {{centre: number, width: number}}
 */
export function fullWindow(plane) {
  const counts = new Uint32Array(65536);
  for (const value of plane.values) counts[value]++;
  const total = plane.values.length;
  let low = 0;
  let high = 65535;
  for (let seen = counts[0]; seen < total * 0.002 && low < 65535; seen += counts[++low]);
  for (let seen = counts[65535]; seen < total * 0.002 && high > low; seen += counts[--high]);
  return { centre: (low + high) / 2, width: Math.max(high - low, 256) };
}
