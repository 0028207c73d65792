// Traces as on a bedside monitor: a pen sweeps over the picture and only what it passes is drawn anew, so nothing moves.

import { numberWords } from "./number_words.js";

/** @typedef {{channel: number, low: number, high: number, name: string, unit: string, colour: string, level?: () => number}} Lane */

const LEFT = 56;
const PEN = 10;

export class Sweep {
  #pair = new Float32Array(2);
  #drawn = -1;
  #last = new Float32Array(64);

  /** @param {HTMLCanvasElement} canvas @param {import("./ring.js").Ring} ring @param {Lane[]} lanes
   * @param {number} seconds width of the picture */
  constructor(canvas, ring, lanes, seconds) {
    this.canvas = canvas;
    this.ring = ring;
    this.lanes = lanes;
    this.seconds = seconds;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.frames = 0;
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#resize());
    this.#resize();
  }

  /** Draw what came since the last frame. */
  draw() {
    this.frames += 1;
    const column = Math.floor(this.ring.next / this.perColumn);
    if (this.ring.next < 0 || column <= this.#drawn) return;
    const from = Math.max(this.#drawn < 0 ? column - 1 : this.#drawn, column - this.columns);
    this.#wipe(from, column);
    for (let lane = 0; lane < this.lanes.length; lane += 1) this.#trace(lane, from, column);
    this.#drawn = column;
  }

  #resize() {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = Math.round(this.canvas.clientWidth * ratio);
    this.height = Math.round(this.canvas.clientHeight * ratio);
    if (!this.width || !this.height) return;
    this.canvas.width = this.width;
    this.canvas.height = this.height;
    this.ratio = ratio;
    this.left = Math.round(LEFT * ratio);
    this.columns = Math.max(1, this.width - this.left);
    this.perColumn = (this.seconds * 1000) / this.columns;
    const style = getComputedStyle(this.canvas);
    this.paper = style.getPropertyValue("--surface").trim() || "#fff";
    this.ink = style.getPropertyValue("--ink-soft").trim() || "#555";
    this.line = style.getPropertyValue("--line").trim() || "#ddd";
    this.colours = this.lanes.map((lane) => style.getPropertyValue(lane.colour).trim() || "#0f6e67");
    this.stop = style.getPropertyValue("--stop").trim() || "#a00";
    this.context.fillStyle = this.paper;
    this.context.fillRect(0, 0, this.width, this.height);
    this.#labels();
    this.#last.fill(NaN);
    this.#drawn = Math.floor(this.ring.next / this.perColumn) - this.columns;
    if (this.#drawn < 0) this.#drawn = -1;
  }

  /** @param {number} lane */
  #box(lane) {
    const height = this.height / this.lanes.length;
    return { top: lane * height + 4 * this.ratio, bottom: (lane + 1) * height - 4 * this.ratio };
  }

  /** @param {number} lane @param {number} value */
  #y(lane, value) {
    const { top, bottom } = this.#box(lane);
    const { low, high } = this.lanes[lane];
    const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
    return bottom - share * (bottom - top);
  }

  #labels() {
    const context = this.context;
    context.fillStyle = this.ink;
    context.textAlign = "right";
    const size = Math.min(12, Math.max(8, this.height / this.ratio / this.lanes.length / 3));
    context.font = `${size * this.ratio}px system-ui, sans-serif`;
    this.lanes.forEach((lane, number) => {
      const { top, bottom } = this.#box(number);
      const x = this.left - 6 * this.ratio;
      context.textBaseline = "top";
      context.fillText(numberWords(lane.high, 0), x, top);
      context.textBaseline = "bottom";
      context.fillText(numberWords(lane.low, 0), x, bottom);
      context.textBaseline = "middle";
      context.fillText(lane.unit || lane.name, x, (top + bottom) / 2);
    });
  }

  /** @param {number} from @param {number} to */
  #wipe(from, to) {
    const context = this.context;
    const pen = Math.round(PEN * this.ratio);
    for (const [begin, length] of this.#pieces(from, Math.min(to - from + pen, this.columns))) {
      context.fillStyle = this.paper;
      context.fillRect(this.left + begin, 0, length, this.height);
      context.fillStyle = this.line;
      this.lanes.forEach((_, lane) => context.fillRect(this.left + begin, Math.round(this.#box(lane).bottom), length, 1));
      context.fillStyle = this.stop;
      this.lanes.forEach((lane, number) => {
        if (!lane.level) return;
        const y = Math.round(this.#y(number, lane.level()));
        for (let x = begin; x < begin + length; x += 1) if (x % 10 < 6) context.fillRect(this.left + x, y, 1, this.ratio);
      });
    }
  }

  /** Columns as pieces of the picture: one, or two where the pen begins again on the left.
   * @param {number} from @param {number} length @returns {[number, number][]} */
  #pieces(from, length) {
    const begin = from % this.columns;
    const first = Math.min(length, this.columns - begin);
    return first < length ? [[begin, first], [0, length - first]] : [[begin, first]];
  }

  /** @param {number} lane @param {number} from @param {number} to */
  #trace(lane, from, to) {
    const context = this.context;
    const { channel } = this.lanes[lane];
    const thick = Math.max(1, Math.round(1.5 * this.ratio));
    context.fillStyle = this.colours[lane];
    for (let column = from; column < to; column += 1) {
      this.ring.range(channel, Math.floor(column * this.perColumn), Math.floor((column + 1) * this.perColumn), this.#pair);
      let [least, greatest] = this.#pair;
      const before = this.#last[lane];
      if (Number.isNaN(least)) {
        this.#last[lane] = NaN;
        continue;
      }
      this.#last[lane] = greatest;
      // Joined to the column before, so that a steep flank is not a row of dots.
      if (before < least) least = before;
      if (before > greatest) greatest = before;
      const top = this.#y(lane, greatest);
      const height = Math.max(thick, this.#y(lane, least) - top);
      context.fillRect(this.left + (column % this.columns), top, 1, height);
    }
  }
}
