// @ts-check
/**
 * One film in one pane: canvas below, SVG above, one redraw per frame. It knows nothing of servers or keys.
 *
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./camera.js").Point} Point
 * @typedef {import("./film_pixels.js").Plane} Plane
 */

import { fitted, mirrored, panned, toFilm, zoomed } from "./camera.js";
import { fullWindow, planesOf } from "./film_pixels.js";
import { emptySample, fillTable, paint, paintOutside, sampleFilm, shift, shiftBetween, wholeOf } from "./raster.js";

const MOST_PIXELS = 2_300_000;
const MIN_WIDTH = 64;

export class FilmPane {
  /** @param {HTMLElement} host @param {() => void} drawOver draws the SVG for the camera as it is now */
  constructor(host, drawOver) {
    this.host = host;
    this._canvas = /** @type {HTMLCanvasElement} */ (host.querySelector("canvas"));
    this._context = /** @type {CanvasRenderingContext2D} */ (this._canvas.getContext("2d", { alpha: false }));
    this._drawOver = drawOver;
    /** @type {Plane[]} */
    this._planes = [];
    this._table = new Uint32Array(65536);
    this._asked = 0;
    this._sampleIsOld = true;
    this._pictureIsOld = true;
    this._overIsOld = true;
    this._panRest = [0, 0];
    this.window = { centre: 32768, width: 65536, inverted: false };
    /** @type {Camera} */
    this.camera = fitted(1, 1, 1, 1);
    new ResizeObserver(() => this._resize()).observe(host);
  }

  /** @param {Uint16Array} values @param {number} rows @param {number} columns */
  load(values, rows, columns) {
    this._planes = planesOf(values, rows, columns);
    this.camera = { ...this.camera, rows, columns };
    this.resetWindow();
    this.resetView();
  }

  /** The film of another pane, without a copy of its values. @param {FilmPane} other */
  loadFrom(other) {
    this._planes = other._planes;
    this.camera = { ...this.camera, rows: other.camera.rows, columns: other.camera.columns };
  }

  /** The same greys as another pane. @param {FilmPane} other */
  setWindow(other) {
    this.window = other.window;
    this._ask({ picture: true });
  }

  get isLoaded() {
    return this._planes.length > 0;
  }

  resetWindow() {
    this.window = { ...fullWindow(this._planes[this._planes.length - 1]), inverted: false };
    this._ask({ picture: true });
  }

  /** Show the whole film; it stays whole when the pane changes its size, until a person moves it. */
  resetView() {
    const { rows, columns, flipped } = this.camera;
    this._fit = { width: this.host.clientWidth, height: this.host.clientHeight };
    this.setCamera(fitted(rows, columns, this._fit.width, this._fit.height, flipped));
    this._isWhole = true;
  }

  /** @param {Camera} camera */
  setCamera(camera) {
    this._isWhole = false;
    this.camera = camera;
    this._ask({ sample: true });
  }

  /** @param {number} factor @param {Point} [at] */
  zoomBy(factor, at = [this.host.clientWidth / 2, this.host.clientHeight / 2]) {
    this.setCamera(zoomed(this.camera, factor, at));
  }

  /**
   * By whole pixels of the canvas, so that most of the picture is only shifted; the rest is kept for the next time.
   * @param {number} dx @param {number} dy
   */
  panBy(dx, dy) {
    const scale = this._scale ?? 1;
    const [x, y] = [this._panRest[0] + dx * scale, this._panRest[1] + dy * scale];
    this._panRest = [x - Math.round(x), y - Math.round(y)];
    this.setCamera(panned(this.camera, Math.round(x) / scale, Math.round(y) / scale));
  }

  flip() {
    this.setCamera(mirrored(this.camera, this.host.clientWidth));
  }

  /** Shares of the full grey range. @param {number} brighter @param {number} wider */
  changeWindow(brighter, wider) {
    const { centre, width, inverted } = this.window;
    const next = Math.min(131072, Math.max(MIN_WIDTH, width * Math.exp(wider)));
    const shift = brighter * Math.max(width, 4096);
    this.window = { centre: Math.min(98304, Math.max(-32768, centre - shift)), width: next, inverted };
    this._ask({ picture: true });
  }

  invert() {
    this.window = { ...this.window, inverted: !this.window.inverted };
    this._ask({ picture: true });
  }

  /** What the keys and buttons for looking do, by their act. @returns {Record<string, () => void>} */
  looks() {
    return {
      larger: () => this.zoomBy(1.25),
      smaller: () => this.zoomBy(0.8),
      brighter: () => this.changeWindow(0.04, 0),
      darker: () => this.changeWindow(-0.04, 0),
      wider: () => this.changeWindow(0, 0.1),
      narrower: () => this.changeWindow(0, -0.1),
      invert: () => this.invert(),
    };
  }

  /** The film point under a pointer. @param {{clientX: number, clientY: number}} event @returns {Point} */
  filmPoint(event) {
    return toFilm(this.camera, this.panePoint(event));
  }

  /** @param {{clientX: number, clientY: number}} event @returns {Point} */
  panePoint(event) {
    const box = this.host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** Redraw what lies over the film at the next frame. */
  redraw() {
    this._ask({ over: true });
  }

  /** @param {{sample?: boolean, picture?: boolean, over?: boolean}} what */
  _ask({ sample = false, picture = false, over = false }) {
    this._sampleIsOld ||= sample;
    this._pictureIsOld ||= sample || picture;
    this._overIsOld ||= sample || over;
    this._asked ||= requestAnimationFrame(() => this._frame());
  }

  _frame() {
    cancelAnimationFrame(this._asked);
    this._asked = 0;
    if (!this.isLoaded || !this._sample || !this._picture) return;
    if (this._pictureIsOld) this._paint(this._sample, this._picture);
    if (this._overIsOld) this._drawOver();
    this._sampleIsOld = this._pictureIsOld = this._overIsOld = false;
  }

  /** @param {import("./raster.js").Sample} sample @param {ImageData} picture */
  _paint(sample, picture) {
    const colours = this._colours ?? new Uint32Array(0);
    const camera = this._canvasCamera();
    let areas = [wholeOf(sample)];
    if (this._sampleIsOld) {
      const { planes, window: before, camera: from } = this._painted ?? {};
      const isSame = planes === this._planes && before === this.window;
      const by = isSame && from ? shiftBetween(from, camera, sample) : null;
      if (by) areas = shift(sample, colours, by);
      for (const area of areas) {
        sampleFilm(this._planes, camera, sample, area);
        paintOutside(sample, colours, area);
      }
    }
    fillTable(this.window, this._table);
    for (const area of areas) paint(sample, this._table, colours, area);
    this._painted = { planes: this._planes, window: this.window, camera };
    const { left, top, right, bottom } = sample.film;
    if (this._sampleIsOld) this._context.putImageData(picture, 0, 0);
    else this._context.putImageData(picture, 0, 0, left, top, right - left, bottom - top);
  }

  _resize() {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    const sharpest = Math.sqrt(MOST_PIXELS / (width * height));
    this._scale = Math.min(window.devicePixelRatio || 1, sharpest);
    this._canvas.width = Math.max(1, Math.round(width * this._scale));
    this._canvas.height = Math.max(1, Math.round(height * this._scale));
    this._sample = emptySample(this._canvas.width, this._canvas.height);
    this._painted = undefined;
    this._picture = this._context.createImageData(this._canvas.width, this._canvas.height);
    this._colours = new Uint32Array(this._picture.data.buffer);
    if (this._fit && (this._fit.width !== width || this._fit.height !== height)) this._keepMiddle(width, height);
    this._sampleIsOld = this._pictureIsOld = this._overIsOld = true;
    this._frame(); // now: a canvas that waits for the next frame would flash
  }

  /** @param {number} width @param {number} height */
  _keepMiddle(width, height) {
    const old = this._fit ?? { width, height };
    this._fit = { width, height };
    if (this._isWhole) return this.resetView();
    const zoom = Math.min(width / old.width, height / old.height);
    this.camera = panned(this.camera, (width - old.width) / 2, (height - old.height) / 2);
    this.camera = zoomed(this.camera, zoom, [width / 2, height / 2]);
    return undefined;
  }

  _canvasCamera() {
    const scale = this._scale ?? 1;
    const { zoom, left, top } = this.camera;
    return { ...this.camera, zoom: zoom * scale, left: left * scale, top: top * scale };
  }
}
