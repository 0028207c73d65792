// @ts-check
/**
 * Angles that follow the pointer while the server measures again. The server's answer is the measurement; between two
 * answers the lines that end in landmarks are redrawn, and an angle that equals the one between its two lines is
 * computed from them.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./points.js").Points} Points
 * @typedef {import("./points.js").Place} Place
 * @typedef {{kind: string, value: number, unit: string, points_px: [Point, Point][]}} Measured
 * @typedef {{kind: string, ends: [Bound, Bound][], follows: boolean, sign: number}} LiveLine
 * @typedef {{at: Point, place: Place | null}} Bound
 */

import { placesOf, pointAt } from "./points.js";

const SAME_PX = 0.02;
const SAME_DEG = 0.05;

/**
 * Tie each end of each line to the landmark that it equals.
 * @param {Measured} measured @param {Points} points @param {[number, number]} aspect (row, column) size of a pixel
 * @returns {LiveLine}
 */
export function tied(measured, points, aspect) {
  const places = placesOf(points);
  const tie = (/** @type {Point} */ at) => {
    const place = places.find((one) => {
      const point = /** @type {Point} */ (pointAt(points, one));
      return Math.abs(point[0] - at[0]) < SAME_PX && Math.abs(point[1] - at[1]) < SAME_PX;
    });
    return { at, place: place ?? null };
  };
  /** @type {[Bound, Bound][]} */
  const ends = measured.points_px.map(([from, to]) => [tie(from), tie(to)]);
  const line = { kind: measured.kind, ends, follows: false, sign: measured.value < 0 ? -1 : 1 };
  const angle = ends.length === 2 && measured.unit === "deg" ? angleOf(line, points, aspect) : null;
  const all = ends.every((pair) => pair.every((end) => end.place));
  line.follows = all && angle !== null && Math.abs(angle - Math.abs(measured.value)) < SAME_DEG;
  return line;
}

/** The line where it is, tied to nothing. @param {LiveLine} line @returns {LiveLine} */
export function untied(line) {
  const loose = (/** @type {Bound} */ { at }) => ({ at, place: null });
  return { ...line, ends: line.ends.map(([from, to]) => [loose(from), loose(to)]), follows: false };
}

/** The line's segments with the points as they are now. @param {LiveLine} line @param {Points} points */
export function segmentsOf(line, points) {
  return line.ends.map((pair) => pair.map((end) => (end.place && pointAt(points, end.place)) || end.at));
}

/**
 * The live angle in degrees, or null when only the server can tell.
 * @param {LiveLine} line @param {Points} points @param {[number, number]} aspect @returns {number | null}
 */
export function liveAngleDeg(line, points, aspect) {
  const angle = line.follows ? angleOf(line, points, aspect) : null;
  return angle === null ? null : angle * line.sign;
}

/** @param {LiveLine} line @param {Points} points @param {[number, number]} aspect @returns {number | null} */
function angleOf(line, points, aspect) {
  const [first, second] = segmentsOf(line, points);
  return first && second ? betweenDeg(first, second, aspect) : null;
}

/**
 * The acute or right angle between two lines, degrees 0 to 90.
 * @param {Point[]} first @param {Point[]} second @param {[number, number]} aspect
 */
export function betweenDeg(first, second, aspect) {
  const turn = (/** @type {Point[]} */ [from, to]) =>
    Math.atan2((to[1] - from[1]) * aspect[0], (to[0] - from[0]) * aspect[1]);
  let degrees = Math.abs(((turn(first) - turn(second)) * 180) / Math.PI) % 180;
  if (degrees > 90) degrees = 180 - degrees;
  return degrees;
}
