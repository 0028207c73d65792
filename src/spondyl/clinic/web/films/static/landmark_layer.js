// @ts-check
/**
 * Vertebrae, femoral heads and measured lines drawn over a film as SVG. A vertebra that is unsure has a dashed outline,
 * diamonds for corners and the word "unsure": never the colour alone. Names stand beside the picture of the spine.
 *
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./points.js").Points} Points
 * @typedef {import("./points.js").Place} Place
 * @typedef {{segments: Point[][], text: string}} DrawnLine
 */

import { toPane } from "./camera.js";
import { setAll, write } from "./changed_text.js";
import { placesOf } from "./label_places.js";
import { outlineOf, pointAt } from "./points.js";

const SVG = "http://www.w3.org/2000/svg";
const CORNER_PX = 3.5;
const NAME_PX = 13;

/** @param {string} name @param {Element} parent @param {string} [className] @returns {SVGElement} */
export function svgChild(name, parent, className = "") {
  const element = document.createElementNS(SVG, name);
  if (className) element.setAttribute("class", className);
  parent.append(element);
  return element;
}

/** @param {Point[]} points */
const listed = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** @param {Point} at @param {boolean} diamond */
function cornerPath([x, y], diamond) {
  const r = diamond ? CORNER_PX + 1.5 : CORNER_PX;
  return diamond ? `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z` : `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
}

/** Draws one film's points; elements are made once and then only moved. */
export class LandmarkLayer {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this._lines = svgChild("g", svg, "film-lines");
    this._bones = svgChild("g", svg, "film-bones");
    this._chosen = svgChild("g", svg, "film-chosen");
    this._ring = svgChild("circle", this._chosen, "film-ring");
    /** @type {{group: SVGElement, outline: SVGElement, corners: SVGElement, name: SVGElement, drawn: unknown[]}[]} */
    this._vertebrae = [];
    /** @type {SVGElement[]} */
    this._heads = [];
    this._size = { width: svg.clientWidth, height: svg.clientHeight };
    new ResizeObserver(() => (this._size = { width: svg.clientWidth, height: svg.clientHeight })).observe(svg);
  }

  /** @param {boolean} shown */
  show(shown) {
    for (const group of [this._lines, this._bones, this._chosen]) group.toggleAttribute("hidden", !shown);
  }

  /**
   * @param {Points} points @param {Camera} camera @param {Place | null} chosen @param {DrawnLine[]} lines
   */
  draw(points, camera, chosen, lines) {
    this._match(points);
    const every = nameEvery(points, camera);
    points.vertebrae.forEach((_, n) => this._drawVertebra(points, camera, n, { isChosen: chosen?.vertebra === n, isNamed: n % every === 0 }));
    points.heads.forEach((head, n) => {
      const [cx, cy] = toPane(camera, head.centre_px);
      setAll(this._heads[n], { cx, cy, r: Math.max(4, (head.radius_px ?? 0) * camera.zoom) });
    });
    this._drawChosen(points, camera, chosen);
    this._drawLines(points, camera, lines);
  }

  /** @param {Points} points */
  _match(points) {
    while (this._vertebrae.length > points.vertebrae.length) this._vertebrae.pop()?.group.remove();
    while (this._vertebrae.length < points.vertebrae.length) {
      const group = svgChild("g", this._bones, "film-vertebra");
      this._vertebrae.push({
        group,
        outline: svgChild("polygon", group, "film-outline"),
        corners: svgChild("path", group, "film-corners"),
        name: svgChild("text", group, "film-name"),
        drawn: [],
      });
    }
    while (this._heads.length > points.heads.length) this._heads.pop()?.remove();
    while (this._heads.length < points.heads.length) this._heads.push(svgChild("circle", this._bones, "film-head"));
  }

  /**
   * @param {Points} points @param {Camera} camera @param {number} n
   * @param {{isChosen: boolean, isNamed: boolean}} how
   */
  _drawVertebra(points, camera, n, { isChosen, isNamed }) {
    const vertebra = points.vertebrae[n];
    const drawn = this._vertebrae[n];
    const now = [vertebra, camera, isChosen, isNamed]; // points and cameras are never changed in place
    if (now.every((one, at) => one === drawn.drawn[at])) return;
    drawn.drawn = now;
    const outline = outlineOf(vertebra).map((point) => toPane(camera, point));
    setAll(drawn.group, { class: `film-vertebra${vertebra.unsure ? " unsure" : ""}${isChosen ? " chosen" : ""}` });
    setAll(drawn.outline, { points: listed(outline) });
    setAll(drawn.corners, { d: outline.map((at) => cornerPath(at, vertebra.unsure)).join("") });
    if (!outline.length) return;
    const right = Math.max(...outline.map(([x]) => x));
    const middle = outline.reduce((sum, [, y]) => sum + y, 0) / outline.length;
    setAll(drawn.name, { x: right + 10, y: middle + 4 });
    drawn.name.toggleAttribute("hidden", !(isNamed || isChosen || vertebra.unsure));
    const text = vertebra.unsure ? `${vertebra.level} unsure` : vertebra.level;
    write(drawn.name, text);
  }

  /** @param {Points} points @param {Camera} camera @param {Place | null} chosen */
  _drawChosen(points, camera, chosen) {
    const at = chosen && pointAt(points, chosen);
    this._ring.toggleAttribute("hidden", !at);
    if (!at) return;
    const [cx, cy] = toPane(camera, at);
    setAll(this._ring, { cx, cy, r: 9 });
  }

  /** @param {Points} points @param {Camera} camera @param {DrawnLine[]} lines */
  _drawLines(points, camera, lines) {
    while (this._lines.children.length > lines.length) this._lines.lastElementChild?.remove();
    while (this._lines.children.length < lines.length) {
      const group = svgChild("g", this._lines, "film-line");
      svgChild("path", group);
      svgChild("text", group, "film-value");
    }
    const drawn = lines.map((line) => line.segments.map((one) => lengthened(one.map((at) => toPane(camera, at)))));
    const labels = lines.map(({ text }, n) => ({ at: leftmost(drawn[n].flat()), text }));
    const places = placesOf(labels, boxesOf(points, camera), this._size);
    lines.forEach((_, n) => {
      const [path, text] = this._lines.children[n].children;
      const { x, y, text: shown } = places[n];
      const strokes = drawn[n].map(([a, b]) => `M${a[0]} ${a[1]}L${b[0]} ${b[1]}`).join("");
      setAll(path, { d: strokes + leader(labels[n].at, places[n]) });
      setAll(text, { x, y });
      write(text, shown);
    });
  }
}

/** @param {Point[]} points @returns {Point} */
const leftmost = (points) => points.reduce((best, at) => (at[0] < best[0] ? at : best), [Infinity, 0]);

/** A stroke from a value that was moved to its line. @param {Point} to @param {{x: number, y: number}} place */
function leader(to, { x, y }) {
  return Math.abs(y - 4 - to[1]) > 6 && x < to[0] ? `M${x + 2} ${y - 4}L${to[0]} ${to[1]}` : "";
}

/** The boxes around the vertebrae. @param {Points} points @param {Camera} camera */
function boxesOf(points, camera) {
  return points.vertebrae.flatMap((one) => {
    const outline = outlineOf(one).map((at) => toPane(camera, at));
    if (!outline.length) return [];
    const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
    return [{ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }];
  });
}

/** Every which vertebra is named, so that names never lie on each other. @param {Points} points @param {Camera} camera */
function nameEvery(points, camera) {
  const heights = points.vertebrae.map((one) => outlineOf(one)[0]?.[1]).filter((y) => y !== undefined);
  const gap = ((heights[heights.length - 1] - heights[0]) * camera.zoom) / Math.max(1, heights.length - 1);
  return gap > 0 ? Math.max(1, Math.ceil(NAME_PX / gap)) : 1;
}

/** The segment drawn a little past both ends, so that a line can be seen beside the bone. @param {Point[]} segment */
function lengthened([from, to]) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const share = Math.min(0.8, 46 / Math.max(Math.hypot(dx, dy), 1));
  return [
    [from[0] - share * dx, from[1] - share * dy],
    [to[0] + share * dx, to[1] + share * dy],
  ];
}
