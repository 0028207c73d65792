// @ts-check
/**
 * What looks wrong about marked corners before they are sent. What `isWrong` is never sent: no vertebra looks so,
 * and the server would refuse it (spondyl.anatomy.landmark_draft). The rest may be how the patient is built: it is asked.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./mark_model.js").Marks} Marks
 * @typedef {{name: string, text: string, isWrong: boolean}} Doubt
 * @typedef {{name: string, index: number, corners: Point[], centre: Point, width: number, height: number}} Whole
 */

import { drawnPoints } from "./mark_model.js";

const SIZE_RATIO = 1.6;
const GAP_RATIO = 1.6;

/** @param {Point} a @param {Point} b @returns {Point} */
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
/** @param {Point} a @param {Point} b @returns {Point} */
const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
/** @param {Point} a @param {Point} b */
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** @param {Marks} marks @param {string[]} levels every level, head to foot @returns {Doubt[]} */
export function doubtsOf(marks, levels) {
  const { vertebrae } = drawnPoints(marks, levels);
  const whole = vertebrae.flatMap(({ level, corners_px }) => {
    const corners = corners_px.filter((at) => at !== null);
    return corners.length === 4 ? [wholeOf(level, levels.indexOf(level), corners)] : [];
  });
  return [...whole.flatMap(turned), ...headToFoot(vertebrae), ...whole.slice(1).flatMap((one, n) => between(whole[n], one)), ...gaps(whole)];
}

/** @param {string} name @param {number} index @param {Point[]} corners @returns {Whole} */
function wholeOf(name, index, corners) {
  const [tl, tr, bl, br] = corners;
  const width = (apart(tl, tr) + apart(bl, br)) / 2;
  const height = (apart(tl, bl) + apart(tr, br)) / 2;
  return { name, index, corners, centre: middle(middle(tl, br), middle(tr, bl)), width, height };
}

/** Corners that are exchanged. @param {Whole} one @returns {Doubt[]} */
function turned({ name, corners }) {
  const [tl, tr, bl, br] = corners;
  const upper = minus(tr, tl);
  const lower = minus(br, bl);
  const down = minus(middle(bl, br), middle(tl, tr));
  if (upper[0] * lower[0] + upper[1] * lower[1] < 0) return [wrong(name, "the corners go round; left and right of one endplate are exchanged")];
  if (upper[0] * down[1] - upper[1] * down[0] < 0) return [wrong(name, "upper and lower, or left and right corners are exchanged")];
  return crosses(tl, bl, tr, br) ? [wrong(name, "its sides cross")] : [];
}

/** @param {string} name @param {string} what @returns {Doubt} */
const wrong = (name, what) => ({ name, text: `${name}: ${what}. Mark it again.`, isWrong: true });

/** The uppermost level must not lie below the lowest one. @param {{level: string, corners_px: (Point | null)[]}[]} vertebrae @returns {Doubt[]} */
function headToFoot(vertebrae) {
  const heights = vertebrae.map(({ corners_px }) => {
    const ys = corners_px.flatMap((at) => (at ? [at[1]] : []));
    return ys.reduce((sum, y) => sum + y, 0) / ys.length;
  });
  const last = vertebrae.length - 1;
  if (last < 1 || heights[0] < heights[last]) return [];
  return [wrong(vertebrae[0].level, `it lies below ${vertebrae[last].level}`)];
}

/** What looks odd between a level and the next marked one. @param {Whole} above @param {Whole} below @returns {Doubt[]} */
function between(above, below) {
  if (below.index !== above.index + 1) return [];
  const pair = `${above.name} and ${below.name}`;
  const floor = middle(above.corners[2], above.corners[3]);
  const ceiling = middle(below.corners[0], below.corners[1]);
  if (above.centre[1] >= below.centre[1]) return [odd(below.name, `${below.name} lies above ${above.name}: are the levels named rightly?`)];
  if (floor[1] > ceiling[1] && apart(floor, ceiling) > 0.15 * above.height) return [odd(below.name, `${pair} overlap.`)];
  const ratio = Math.max(above.width / below.width, below.width / above.width, above.height / below.height, below.height / above.height);
  return ratio > SIZE_RATIO ? [odd(below.name, `${pair} differ much in size: does every corner lie on its own vertebra?`)] : [];
}

/** Room for one more vertebra between two neighbours. @param {Whole[]} whole @returns {Doubt[]} */
function gaps(whole) {
  const steps = whole.slice(1).map((below, n) => ({ above: whole[n], below, far: apart(whole[n].centre, below.centre) }));
  const next = steps.filter(({ above, below }) => below.index === above.index + 1);
  return next.flatMap(({ above, below, far }, n) => {
    const beside = [next[n - 1], next[n + 1]].filter(Boolean).map((one) => one.far);
    if (!beside.length || far < GAP_RATIO * Math.max(...beside)) return [];
    return [odd(below.name, `Between ${above.name} and ${below.name} there is room for one more vertebra: was one left out?`)];
  });
}

/** @param {string} name @param {string} text @returns {Doubt} */
const odd = (name, text) => ({ name, text, isWrong: false });

/** Whether segments a–b and c–d cross. @param {Point} a @param {Point} b @param {Point} c @param {Point} d */
function crosses(a, b, c, d) {
  const turn = (/** @type {Point} */ p, /** @type {Point} */ q, /** @type {Point} */ r) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}
