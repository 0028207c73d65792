// @ts-check
/**
 * Where the values of measured lines stand: beside their line, off the bones, never on each other.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {{at: Point, text: string}} Label `at` the left end of its line, pane pixels
 * @typedef {{x: number, y: number, text: string}} Placed the right end of the baseline, and as much of the text as fits
 * @typedef {{left: number, right: number, top: number, bottom: number}} Box
 * @typedef {{width: number, height: number}} Size
 */

const LETTER_PX = 8.6; // about the width of a letter
const LINE_PX = 18;
const HALF_PX = 10;
const GAP_PX = 8;
const NAME_PX = 46; // what a vertebra's name takes to the right of it

/** @param {Label[]} labels @param {Box[]} bones @param {Size} size @returns {Placed[]} */
export function placesOf(labels, bones, size) {
  const heights = spread(labels.map((one) => one.at[1]), size.height);
  return labels.map((label, n) => ({ ...across(label, heights[n], bones, size), y: heights[n] + 4 }));
}

/** The heights moved apart so that each has a line of its own, in their order. @param {number[]} wanted @param {number} bottom */
function spread(wanted, bottom) {
  const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b]);
  const heights = [...wanted];
  let least = LINE_PX / 2;
  for (const n of order) least = (heights[n] = Math.max(wanted[n], least)) + LINE_PX;
  let most = bottom - LINE_PX / 2;
  for (const n of order.reverse()) most = (heights[n] = Math.min(heights[n], most)) - LINE_PX;
  return heights;
}

/**
 * Left of the bones at that height where there is room, else right of them; where neither is wide enough the text loses
 * its first word, then all but the value: the table beside the film has the names.
 * @param {Label} label @param {number} y @param {Box[]} bones @param {Size} size
 */
function across({ at, text }, y, bones, size) {
  const near = bones.filter((one) => one.top - HALF_PX < y && one.bottom + HALF_PX > y);
  const left = Math.min(at[0], ...near.map((one) => one.left)) - GAP_PX;
  const right = Math.max(0, ...near.map((one) => one.right)) + NAME_PX;
  const words = text.split(" ");
  const value = words[words.length - 1];
  for (const shorter of [text, words.slice(1).join(" ") || text, value]) {
    const width = LETTER_PX * shorter.length;
    if (left >= width + 2) return { x: left, text: shorter };
    if (near.length && right + width <= size.width - 4) return { x: right + width, text: shorter };
  }
  return { x: LETTER_PX * value.length + 2, text: value };
}
