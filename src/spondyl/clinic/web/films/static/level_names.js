// @ts-check
/**
 * The names of the vertebrae, moved along the spine as a whole (corners stay, each takes its neighbour's name) or confirmed. What has
 * no name of the format then (beyond C2 and S1; the lower corners of S1) is not shown, and is there again when the names
 * move back.
 *
 * @typedef {import("./points.js").Points} Points
 * @typedef {import("./points.js").Read} Read
 * @typedef {import("./points.js").Vertebra} Vertebra
 */

const EXAMPLES = ["L4", "T6", "C4"];
const SACRUM = "S1";

/** @type {Points} */
export const NO_POINTS = { vertebrae: [], heads: [], read: [], renamedBy: 0, isConfirmed: false, isDoubted: false, levels: [] };

/** The points as the server describes them. @param {any} told @returns {Points} */
export function pointsFrom(told) {
  const { vertebrae: read, renamed_by: by, names_confirmed: isConfirmed, names_doubted: isDoubted, levels, heads } = told;
  return { vertebrae: named(read, by, levels, isConfirmed), heads, read, renamedBy: by, isConfirmed, isDoubted, levels };
}

/** The points with all names moved by some more levels. @param {Points} points @param {number} by @returns {Points} */
export function renamed(points, by) {
  const read = readOf(points);
  const renamedBy = points.renamedBy + by;
  return { ...points, vertebrae: named(read, renamedBy, points.levels, false), read, renamedBy, isConfirmed: false };
}

/** The points whose names a person counted and found right as they are. @param {Points} points @returns {Points} */
export function confirmed(points) {
  const read = readOf(points);
  return { ...points, vertebrae: named(read, points.renamedBy, points.levels, true), read, isConfirmed: true };
}

/** Whether two states of the points bear the same names with the same say about them. @param {Points} one @param {Points} other */
export function isNamedAlike(one, other) {
  return one.renamedBy === other.renamedBy && one.isConfirmed === other.isConfirmed;
}

/** Every vertebra under the names of the reading, with what was moved since. @param {Points} points @returns {Read[]} */
function readOf(points) {
  return points.read.map((one, at) => {
    const now = points.vertebrae.find((vertebra) => vertebra.at === at);
    const corners = one.corners_px.map((old, corner) => now?.corners_px[corner] ?? old);
    if (corners.every((point, corner) => point === one.corners_px[corner])) return one;
    return { ...one, corners_px: corners, unsure: false, unsure_renamed: false };
  });
}

/** @param {Read[]} read @param {number} by @param {string[]} levels head to foot @param {boolean} isConfirmed @returns {Vertebra[]} */
function named(read, by, levels, isConfirmed) {
  const isSaid = by !== 0 || isConfirmed;
  return read.flatMap((one, at) => {
    const level = by === 0 ? one.level : levels[levels.indexOf(one.level) + by];
    if (!level) return [];
    const isCut = by !== 0 && level === SACRUM;
    const corners = isCut ? one.corners_px.map((point, corner) => (corner < 2 ? point : null)) : one.corners_px;
    if (by !== 0 && corners.every((point) => point === null)) return [];
    return [{ level, corners_px: corners, unsure: isSaid ? one.unsure_renamed : one.unsure, at }];
  });
}

/** `["L4", "L5"]`: a name that is shown and what it becomes; null when too little would be left. @param {Points} points @param {number} by */
export function example(points, by) {
  if (renamed(points, by).vertebrae.length < 2) return null;
  const have = points.vertebrae.map((one) => one.level);
  const become = (/** @type {string} */ name) => points.levels[points.levels.indexOf(name) + by];
  const name = [...EXAMPLES, ...have].find((one) => have.includes(one) && become(one));
  return name ? [name, become(name)] : null;
}

/**
 * What a renaming did, in words: the ends of the chain, and what could not be kept.
 * @param {Points} before @param {Points} after
 */
function renamingWords(before, after) {
  const ends = (/** @type {Points} */ { vertebrae: all }) => `${all[0].level} to ${all[all.length - 1].level}`;
  const lost = before.vertebrae.filter((one) => !after.vertebrae.some(({ at }) => at === one.at)).map((one) => one.level);
  const back = after.vertebrae.filter((one) => !before.vertebrae.some(({ at }) => at === one.at)).map((one) => one.level);
  const isCut = after.vertebrae.some((one) => one.level === SACRUM && after.read[one.at].corners_px[2] !== null && one.corners_px[2] === null);
  return [
    `Renamed: ${ends(before)} is now ${ends(after)}.`,
    lost.length ? `What was called ${lost.join(", ")} has no name and is left out.` : "",
    isCut ? "S1 keeps its upper endplate only." : "",
    back.length ? `${back.join(", ")} is there again.` : "",
  ].filter(Boolean).join(" ");
}

/** What happened to the names, in words; null for nothing. @param {Points | null} before @param {Points} after */
export function namesWords(before, after) {
  if (after.isConfirmed) return "The names are confirmed. Undo, a renaming or a new reading takes that back.";
  if (!before) return null;
  return before.renamedBy === after.renamedBy ? "The names are no longer confirmed." : renamingWords(before, after);
}

/** What the server needs to measure again: the names of the reading, and how far they are moved. @param {Points} points */
export function toRequest(points) {
  return {
    corners_px: Object.fromEntries(readOf(points).map((one) => [one.level, one.corners_px])),
    heads_px: points.heads.map((head) => head.centre_px),
    renamed_by: points.renamedBy,
    names_confirmed: points.isConfirmed,
  };
}
