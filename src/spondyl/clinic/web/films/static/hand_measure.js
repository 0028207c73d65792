// @ts-check
/**
 * A ruler (two points) and an angle (two lines) that a person lays on the film. They are not part of the report.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {{spacing_mm: [number, number] | null, spacing_at_patient: boolean | null}} Spaced spacing (row, column)
 */

import { toPane } from "./camera.js";
import { setAll } from "./changed_text.js";
import { svgChild } from "./landmark_layer.js";
import { betweenDeg } from "./live_angles.js";

const NEEDED = { ruler: 2, angle: 4 };

/**
 * What a finished or growing measure says. Lines that lean more than 90° apart make two angles, and both are said: the
 * larger one is a Cobb angle, which is measured as the lines lean.
 * @param {"ruler" | "angle"} kind @param {Point[]} points @param {Spaced} film
 */
export function handText(kind, points, film) {
  if (points.length < NEEDED[kind]) return "";
  const spacing = film.spacing_mm;
  if (kind === "angle") {
    const lines = [points.slice(0, 2), points.slice(2, 4)];
    const degrees = betweenDeg(lines[0], lines[1], spacing ?? [1, 1]);
    const lean = lines.map((line) => leanDeg(line, spacing ?? [1, 1]));
    const isWide = Math.abs(lean[0] - lean[1]) > 90;
    return `${degrees.toFixed(1)}°${isWide ? ` or ${(180 - degrees).toFixed(1)}°` : ""}`;
  }
  const [dx, dy] = [points[1][0] - points[0][0], points[1][1] - points[0][1]];
  if (!spacing) return `${Math.hypot(dx, dy).toFixed(0)} pixels (this film has no millimetres)`;
  const length = `${Math.hypot(dx * spacing[1], dy * spacing[0]).toFixed(1)} mm`;
  if (film.spacing_at_patient === null) {
    return `${length}, or less: the film does not say whether it is corrected for magnification`;
  }
  return film.spacing_at_patient ? length : `${length} at the detector, less in the patient`;
}

/** How a line leans from the horizontal, -90 to 90 degrees. @param {Point[]} line @param {[number, number]} aspect */
function leanDeg([from, to], aspect) {
  const [left, right] = from[0] <= to[0] ? [from, to] : [to, from];
  return (Math.atan2((right[1] - left[1]) * aspect[0], (right[0] - left[0]) * aspect[1]) * 180) / Math.PI;
}

/** The measures laid on one film. */
export class HandMeasures {
  /** @param {SVGSVGElement} svg @param {Spaced} film */
  constructor(svg, film) {
    this._group = svgChild("g", svg, "film-hand");
    this._film = film;
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
    return handText(kind, last.points, this._film);
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
      text.textContent = handText(kind, open, this._film);
    }
    if (this.cursor) this._drawCursor(toPane(camera, this.cursor));
  }

  /** @param {Point} at */
  _drawCursor([x, y]) {
    setAll(svgChild("path", this._group, "film-cursor"), { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18` });
  }
}
