// @ts-check
/**
 * What a person has marked on a film so far, and what comes next. Values are never changed in place, so that undo can
 * keep them. Corners are TL, TR, BL, BR as seen in the picture; of S1 only the upper endplate is marked; of a femoral
 * head its centre and a point of its rim.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {{name: string, corner: number}} Target
 * @typedef {{view: string, side: string, first: string, last: string, hasHeads: boolean,
 *   marks: Record<string, (Point | null)[]>, skipped: string[], target: Target | null}} Marks
 * @typedef {{rows: number, columns: number, views: Record<string, string[]>, image_left: string, levels: string[],
 *   version: number, given: Given | null}} Told
 * @typedef {{view: string, image_left: string, landmarks: {level: string, corners_px: (Point | null)[]}[],
 *   femoral_heads_px: {centre_px: Point, radius_px: number | null}[]}} Given landmarks of the documented format
 */

export const HEADS = ["Femoral head 1", "Femoral head 2"];
const CORNERS = ["upper left corner", "upper right corner", "lower left corner", "lower right corner"];
const OF_HEAD = ["its centre", "a point of its rim"];
const ENDS = { AP: ["T1", "L5"], PA: ["T1", "L5"], LATERAL: ["L1", "S1"] };
export const SIDE_NAMES = {
  patient_right: "Patient's right",
  patient_left: "Patient's left",
  anterior: "Front (anterior)",
  posterior: "Back (posterior)",
  unknown: "Cannot be told",
};
const SIDE_WORDS = {
  patient_right: ["patient's right", "patient's left"],
  patient_left: ["patient's left", "patient's right"],
  anterior: ["front", "back"],
  posterior: ["back", "front"],
};

/** Nothing marked yet. @param {Told} told @param {string} [view] @returns {Marks} */
export function emptyMarks(told, view = Object.keys(told.views)[0]) {
  const [first, last] = ENDS[/** @type {keyof typeof ENDS} */ (view)];
  const side = told.views[view].includes(told.image_left) ? told.image_left : "";
  const target = { name: first, corner: 0 };
  return { view, side, first, last, hasHeads: view === "LATERAL", marks: {}, skipped: [], target };
}

/** The marks to begin with: what a person gave before, else none. @param {Told} told @returns {Marks} */
export function firstMarks(told) {
  const { given, levels } = told;
  if (!given) return emptyMarks(told);
  const view = given.view in told.views ? given.view : Object.keys(told.views)[0];
  /** @type {Record<string, (Point | null)[]>} */
  const marks = Object.fromEntries(given.landmarks.map((one) => [one.level, one.corners_px.slice(0, pointsNeeded(one.level))]));
  given.femoral_heads_px.forEach(({ centre_px: at, radius_px: radius }, n) => {
    marks[HEADS[n]] = [at, radius ? [at[0] + radius, at[1]] : null];
  });
  const [first, last] = [given.landmarks[0].level, given.landmarks[given.landmarks.length - 1].level];
  const begun = { ...emptyMarks(told, view), side: given.image_left, first, last, hasHeads: given.femoral_heads_px.length > 0, marks };
  const skipped = namesOf(begun, levels).filter((name) => countOf(begun, name) === 0);
  return askingNext({ ...begun, skipped, target: null }, levels);
}

/** @param {string} name */
export const isHead = (name) => HEADS.includes(name);

/** How many points a level or a head has. @param {string} name */
export const pointsNeeded = (name) => (name === "S1" || isHead(name) ? 2 : 4);

/** The levels to mark, then the heads. @param {Marks} marks @param {string[]} levels every level, head to foot */
export function namesOf(marks, levels) {
  const named = levels.slice(levels.indexOf(marks.first), levels.indexOf(marks.last) + 1);
  return marks.hasHeads ? [...named, ...HEADS] : named;
}

/** @param {Marks} marks @param {Target} target @returns {Point | null} */
export function markAt(marks, { name, corner }) {
  return marks.marks[name]?.[corner] ?? null;
}

/** How many points of one level are marked. @param {Marks} marks @param {string} name */
export function countOf(marks, name) {
  return (marks.marks[name] ?? []).filter((at) => at !== null).length;
}

/** All points in the order in which they are asked for, without skipped levels. @param {Marks} marks @param {string[]} levels */
export function targetsOf(marks, levels) {
  return namesOf(marks, levels)
    .filter((name) => !marks.skipped.includes(name))
    .flatMap((name) => Array.from({ length: pointsNeeded(name) }, (_, corner) => ({ name, corner })));
}

/** @param {Marks} marks @param {string[]} levels */
export function progressOf(marks, levels) {
  const targets = targetsOf(marks, levels);
  return { done: targets.filter((one) => markAt(marks, one)).length, total: targets.length };
}

/**
 * The same marks, asking for the next missing point after `from`, then from the top; for none when all are there.
 * @param {Marks} marks @param {string[]} levels @param {Target | null} [from] @returns {Marks}
 */
export function askingNext(marks, levels, from = marks.target) {
  const names = namesOf(marks, levels);
  const order = (/** @type {Target} */ one) => 4 * names.indexOf(one.name) + one.corner;
  const targets = targetsOf(marks, levels);
  const isAfter = (/** @type {Target} */ one) => from !== null && order(one) > order(from);
  const ordered = [...targets.filter(isAfter), ...targets.filter((one) => !isAfter(one))];
  return { ...marks, target: ordered.find((one) => !markAt(marks, one)) ?? null };
}

/** One point set, or taken away with null. The rim of a head goes with its centre. @param {Marks} marks @param {Target} target @param {Point | null} to @returns {Marks} */
export function withMark(marks, { name, corner }, to) {
  const old = marks.marks[name] ?? Array(pointsNeeded(name)).fill(null);
  const next = old.map((at, n) => (n === corner ? to : at));
  const [centre, rim] = old;
  if (isHead(name) && corner === 0 && centre && rim && to) next[1] = [rim[0] + to[0] - centre[0], rim[1] + to[1] - centre[1]];
  return { ...marks, marks: { ...marks.marks, [name]: next }, skipped: marks.skipped.filter((one) => one !== name) };
}

/** A level that cannot be seen, or can be after all. @param {Marks} marks @param {string[]} levels @param {string} name @returns {Marks} */
export function toggledSkip(marks, levels, name) {
  if (marks.skipped.includes(name)) {
    return { ...marks, skipped: marks.skipped.filter((one) => one !== name), target: { name, corner: 0 } };
  }
  const skipping = { ...marks, skipped: [...marks.skipped, name] };
  if (marks.target?.name !== name) return skipping;
  const names = namesOf(marks, levels);
  const above = names[names.indexOf(name) - 1];
  return askingNext(skipping, levels, above ? { name: above, corner: pointsNeeded(above) - 1 } : null);
}

/** The first missing corner of a level, or its first. @param {Marks} marks @param {string} name @returns {Target} */
export function firstOpen(marks, name) {
  const open = Array.from({ length: pointsNeeded(name) }, (_, corner) => corner).find((corner) => !markAt(marks, { name, corner }));
  return { name, corner: open ?? 0 };
}

/** "L3, upper left corner (front)". @param {Marks} marks @param {Target} target */
export function wordsOf(marks, { name, corner }) {
  if (isHead(name)) return `${name}, ${OF_HEAD[corner]}`;
  const sides = SIDE_WORDS[/** @type {keyof typeof SIDE_WORDS} */ (marks.side)];
  return `${name}, ${CORNERS[corner]}${sides ? ` (${sides[corner % 2]})` : ""}`;
}

/** The vertebrae and heads that have points, as the viewer draws them. @param {Marks} marks @param {string[]} levels */
export function drawnPoints(marks, levels) {
  const shown = namesOf(marks, levels).filter((name) => countOf(marks, name) > 0 && !marks.skipped.includes(name));
  const vertebrae = shown
    .filter((name) => !isHead(name))
    .map((level) => ({ level, corners_px: cornersOf(marks, level), unsure: false }));
  const heads = shown.filter(isHead).flatMap((name) => headOf(marks, name) ?? []);
  return { vertebrae, heads };
}

/** The documented landmark file (docs/reference/landmark-files.md). @param {Marks} marks @param {string[]} levels */
export function toFile(marks, levels) {
  const { vertebrae, heads } = drawnPoints(marks, levels);
  return {
    format: "spondyl-landmarks",
    version: 1,
    view: marks.view,
    image_left: marks.side || "unknown",
    landmarks: vertebrae.map(({ level, corners_px }) => ({ level, corners_px })),
    femoral_heads_px: heads,
  };
}

/** @param {Marks} marks @param {string} level */
function cornersOf(marks, level) {
  const corners = marks.marks[level];
  return [0, 1, 2, 3].map((n) => corners[n] ?? null);
}

/** @param {Marks} marks @param {string} name */
function headOf(marks, name) {
  const [centre, rim] = marks.marks[name];
  if (!centre) return null;
  const radius = rim ? Math.hypot(rim[0] - centre[0], rim[1] - centre[1]) : 0;
  return { centre_px: centre, radius_px: radius > 0 ? radius : null };
}
