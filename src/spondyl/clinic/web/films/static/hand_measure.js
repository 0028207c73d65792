// @ts-check
/**
 * A ruler (two points) and an angle (two lines) that a person lays on the film. They are not part of the report.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./camera.js").Camera} Camera
 */

import { toPane } from "./camera.js";
import { setAll, svgChild } from "./landmark_layer.js";
import { betweenDeg } from "./live_angles.js";

const NEEDED = { ruler: 2, angle: 4 };

/**
 * What a finished or growing measure says.
 * @param {"ruler" | "angle"} kind @param {Point[]} points @param {[number, number] | null} spacing (row, column) mm
 */
export function handText(kind, points, spacing) {
  if (points.length < NEEDED[kind]) return "";
  if (kind === "angle") {
    const degrees = betweenDeg([points[0], points[1]], [points[2], points[3]], spacing ?? [1, 1]);
    return `${degrees.toFixed(1)}°`;
  }
  const [dx, dy] = [points[1][0] - points[0][0], points[1][1] - points[0][1]];
  return spacing
    ? `${Math.hypot(dx * spacing[1], dy * spacing[0]).toFixed(1)} mm`
    : `${Math.hypot(dx, dy).toFixed(0)} pixels (this film has no millimetres)`;
}

/** The measures laid on one film. */
export class HandMeasures {
  /** @param {SVGSVGElement} svg @param {[number, number] | null} spacing */
  constructor(svg, spacing) {
    this._group = svgChild("g", svg, "film-hand");
    this._spacing = spacing;
    /** @type {{kind: "ruler" | "angle", points: Point[]}[]} */
    this._measures = [];
    /** @type {Point | null} */
    this.cursor = null;
  }

  /** True while a measure waits for its next point. */
  get isOpen() {
    const last = this._measures[this._measures.length - 1];
    return Boolean(last) && last.points.length < NEEDED[last.kind];
  }

  /** Lay a point; returns what the measure says once it is whole. @param {"ruler" | "angle"} kind @param {Point} at */
  add(kind, at) {
    const last = this._measures[this._measures.length - 1];
    if (!this.isOpen || last.kind !== kind) {
      if (this.isOpen) this._measures.pop();
      this._measures.push({ kind, points: [at] });
      return "";
    }
    last.points.push(at);
    return handText(kind, last.points, this._spacing);
  }

  clear() {
    this._measures = [];
  }

  /** @param {Camera} camera */
  draw(camera) {
    this._group.replaceChildren();
    for (const { kind, points } of this._measures) {
      const open = points.length % 2 === 1 && this.cursor ? [...points, this.cursor] : points;
      const seen = open.map((at) => toPane(camera, at));
      for (let n = 0; n + 1 < seen.length; n += 2) {
        const [[x1, y1], [x2, y2]] = [seen[n], seen[n + 1]];
        setAll(svgChild("line", this._group), { x1, y1, x2, y2 });
      }
      for (const [cx, cy] of seen) setAll(svgChild("circle", this._group), { cx, cy, r: 3 });
      const text = svgChild("text", this._group);
      const last = seen[seen.length - 1];
      setAll(text, { x: last[0] + 10, y: last[1] - 8 });
      text.textContent = handText(kind, open, this._spacing);
    }
    if (this.cursor) this._drawCursor(toPane(camera, this.cursor));
  }

  /** @param {Point} at */
  _drawCursor([x, y]) {
    setAll(svgChild("path", this._group, "film-cursor"), { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18` });
  }
}
