// @ts-check
/**
 * The points of a film: four corners a vertebra (TL, TR, BL, BR as seen in the stored picture), femoral heads. Values
 * are never changed in place, so that undo can keep them. `vertebrae` are what is seen, under the names that hold;
 * `read` is every vertebra as it was read, under the names of the reading (level_names.js).
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {{level: string, corners_px: (Point | null)[], unsure: boolean, at: number}} Vertebra `at`: its place in `read`
 * @typedef {{level: string, corners_px: (Point | null)[], unsure: boolean, unsure_renamed: boolean}} Read
 * @typedef {{centre_px: Point, radius_px: number | null}} Head
 * @typedef {{vertebrae: Vertebra[], heads: Head[], read: Read[], renamedBy: number, isConfirmed: boolean, isDoubted: boolean,
 *   levels: string[]}} Points `isConfirmed`: a person found the names right; `isDoubted`: the reading does not know
 * @typedef {{vertebra: number, corner: number}} Place a corner; `vertebra` −1 names femoral head `corner`
 */

export const CORNER_NAMES = ["top left", "top right", "bottom left", "bottom right"];
const OUTLINE = [0, 1, 3, 2];
/** How far outside the picture a corner is dragged, as a share of its size: a little less than the server allows. */
const OUTSIDE_MARGIN = 0.09;

/**
 * The nearest place where a corner may lie: the pointer may leave the film.
 * @param {Point} to @param {{rows: number, columns: number}} film @returns {Point}
 */
export function nearFilm([x, y], { rows, columns }) {
  const within = (/** @type {number} */ at, /** @type {number} */ size) =>
    Math.min(Math.max(at, -OUTSIDE_MARGIN * size), (1 + OUTSIDE_MARGIN) * size);
  return [within(x, columns), within(y, rows)];
}

/** @param {Points} points @param {Place} place @returns {Point | null} */
export function pointAt(points, place) {
  if (place.vertebra < 0) return points.heads[place.corner]?.centre_px ?? null;
  return points.vertebrae[place.vertebra]?.corners_px[place.corner] ?? null;
}

/** @param {Points} points @param {Place} place @returns {string} */
export function nameOf(points, place) {
  if (place.vertebra < 0) return `Femoral head ${place.corner + 1}`;
  return `${points.vertebrae[place.vertebra].level} ${CORNER_NAMES[place.corner]}`;
}

/**
 * The points with one of them moved; the vertebra is then a person's, so no longer unsure.
 * @param {Points} points @param {Place} place @param {Point} to @returns {Points}
 */
export function moved(points, place, to) {
  if (place.vertebra < 0) {
    const heads = points.heads.map((head, n) => (n === place.corner ? { ...head, centre_px: to } : head));
    return { ...points, heads };
  }
  const vertebrae = points.vertebrae.map((one, n) =>
    n === place.vertebra
      ? { ...one, unsure: false, corners_px: one.corners_px.map((old, c) => (c === place.corner ? to : old)) }
      : one,
  );
  return { ...points, vertebrae };
}

/**
 * A whole vertebra moved.
 * @param {Points} points @param {number} vertebra @param {number} dx @param {number} dy @returns {Points}
 */
export function shifted(points, vertebra, dx, dy) {
  const vertebrae = points.vertebrae.map((one, n) =>
    n === vertebra
      ? {
          ...one,
          unsure: false,
          corners_px: one.corners_px.map((at) => at && /** @type {Point} */ ([at[0] + dx, at[1] + dy])),
        }
      : one,
  );
  return { ...points, vertebrae };
}

/** The outline of a vertebra, without missing corners. @param {Vertebra} vertebra @returns {Point[]} */
export function outlineOf(vertebra) {
  return OUTLINE.map((corner) => vertebra.corners_px[corner]).filter((at) => at !== null && at !== undefined);
}

/** @param {Points} points @returns {Place[]} */
export function placesOf(points) {
  /** @type {Place[]} */
  const places = [];
  points.vertebrae.forEach((one, vertebra) =>
    one.corners_px.forEach((at, corner) => at && places.push({ vertebra, corner })),
  );
  points.heads.forEach((_, corner) => places.push({ vertebra: -1, corner }));
  return places;
}

/**
 * The place nearest to `at`, at most `reach` away; distances in film pixels.
 * @param {Points} points @param {Point} at @param {number} reach @returns {Place | null}
 */
export function nearestPlace(points, at, reach) {
  /** @type {Place | null} */
  let best = null;
  let least = reach;
  for (const place of placesOf(points)) {
    const point = pointAt(points, place);
    const distance = point ? Math.hypot(point[0] - at[0], point[1] - at[1]) : Infinity;
    if (distance <= least) [best, least] = [place, distance];
  }
  return best;
}
