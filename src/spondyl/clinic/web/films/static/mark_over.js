// @ts-check
/** What is drawn over a film while it is marked: vertebrae and heads as in the viewer, points of a rim, the cross. */

import { toPane } from "./camera.js";
import { setAll } from "./changed_text.js";
import { LandmarkLayer, svgChild } from "./landmark_layer.js";
import { drawnPoints, HEADS, isHead, markAt } from "./mark_model.js";

export class MarkOver {
  /** @param {SVGSVGElement} svg @param {string[]} levels every level, head to foot */
  constructor(svg, levels) {
    this._levels = levels;
    this._layer = new LandmarkLayer(svg);
    this._rims = svgChild("g", svg);
    this._cross = svgChild("g", svg, "mark-cross");
    svgChild("path", this._cross);
    svgChild("path", this._cross);
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this._layer.show(isShown);
    this._rims.toggleAttribute("hidden", !isShown);
  }

  /**
   * @param {import("./mark_model.js").Marks} marks @param {import("./camera.js").Camera} camera
   * @param {import("./camera.js").Point | null} cross film pixels
   */
  draw(marks, camera, cross) {
    const points = drawnPoints(marks, this._levels);
    this._layer.draw(points, camera, chosenIn(marks, points), []);
    this._rims.replaceChildren();
    for (const name of marks.hasHeads ? HEADS : []) {
      for (const at of marks.skipped.includes(name) ? [] : marks.marks[name] ?? []) {
        if (!at) continue;
        const [cx, cy] = toPane(camera, at);
        setAll(svgChild("circle", this._rims, "mark-rim"), { cx, cy, r: 3.5 });
      }
    }
    this._cross.toggleAttribute("hidden", !cross);
    if (!cross) return;
    const [x, y] = toPane(camera, cross);
    for (const path of this._cross.children) setAll(path, { d: `M${x - 13} ${y}h10M${x + 3} ${y}h10M${x} ${y - 13}v10M${x} ${y + 3}v10` });
  }
}

/**
 * Which drawn point is asked for, when it is marked already.
 * @param {import("./mark_model.js").Marks} marks @param {import("./points.js").Points} points
 */
function chosenIn({ target, ...marks }, points) {
  if (!target || !markAt({ target, ...marks }, target)) return null;
  if (!isHead(target.name)) return { vertebra: points.vertebrae.findIndex((one) => one.level === target.name), corner: target.corner };
  return null;
}
