// @ts-check
/**
 * From grey values to screen pixels, without a GPU: sample the visible part once for a camera, then look every sample up
 * in a table that is rebuilt for each frame. Changing the window costs the second step only; a film moved by whole pixels
 * is shifted, and only what comes into view is sampled and looked up.
 *
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./film_pixels.js").Plane} Plane
 * @typedef {{centre: number, width: number, inverted: boolean}} Window
 * @typedef {{left: number, right: number, top: number, bottom: number}} Area in picture pixels; right and bottom lie outside
 * @typedef {{width: number, height: number, grey: Uint16Array, film: Area}} Sample `film`: where in the picture it lies
 */

const VALUES = 65536;
const OUTSIDE = 0xff14100c; // a dark blue-grey, as ABGR
const BLACK = 0xff000000;
const WHITE = 0xffffffff;
const A_WHOLE_PIXEL = 1e-6; // what adding and scaling may leave of a camera's place

/**
 * Screen colours (ABGR) of all grey values; only those within the window are worked out one by one.
 * @param {Window} window @param {Uint32Array} table
 */
export function fillTable(window, table) {
  const low = window.centre - window.width / 2;
  const gain = 255 / window.width;
  const first = Math.max(0, Math.min(VALUES, Math.floor(low) - 1));
  const last = Math.max(first, Math.min(VALUES, Math.ceil(low + window.width) + 1));
  const [dark, bright] = window.inverted ? [WHITE, BLACK] : [BLACK, WHITE];
  table.fill(dark, 0, first);
  table.fill(bright, last);
  for (let value = first; value < last; value++) {
    let grey = (value - low) * gain;
    grey = grey < 0 ? 0 : grey > 255 ? 255 : grey | 0;
    if (window.inverted) grey = 255 - grey;
    table[value] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
}

/** @param {number} width @param {number} height @returns {Sample} */
export function emptySample(width, height) {
  return { width, height, grey: new Uint16Array(width * height), film: { left: 0, right: 0, top: 0, bottom: 0 } };
}

/** The whole picture. @param {Sample} sample @returns {Area} */
export function wholeOf({ width, height }) {
  return { left: 0, right: width, top: 0, bottom: height };
}

/**
 * By how many whole pixels two cameras differ; null when they differ by anything else, or by more than the picture.
 * @param {Camera} from @param {Camera} to @param {Sample} sample @returns {[number, number] | null}
 */
export function shiftBetween(from, to, { width, height }) {
  const [dx, dy] = [Math.round(to.left - from.left), Math.round(to.top - from.top)];
  const isShift = [
    Math.abs(to.left - from.left - dx) < A_WHOLE_PIXEL,
    Math.abs(to.top - from.top - dy) < A_WHOLE_PIXEL,
    to.zoom === from.zoom && to.flipped === from.flipped && to.columns === from.columns && to.rows === from.rows,
    Math.abs(dx) < width && Math.abs(dy) < height,
  ];
  return isShift.every(Boolean) ? [dx, dy] : null;
}

/**
 * Move what is sampled and painted by whole pixels; returns what has come into view, to be sampled and painted anew.
 * @param {Sample} sample @param {Uint32Array} picture ABGR @param {[number, number]} by @returns {Area[]}
 */
export function shift(sample, picture, [dx, dy]) {
  const { width, height } = sample;
  const places = dy * width + dx;
  for (const pixels of [sample.grey, picture]) {
    if (places > 0) pixels.copyWithin(places, 0, pixels.length - places);
    else pixels.copyWithin(0, -places);
  }
  const [top, bottom] = dy > 0 ? [0, dy] : [height + dy, height];
  const [left, right] = dx > 0 ? [0, dx] : [width + dx, width];
  return [
    { left: 0, right: width, top, bottom },
    { left, right, top: Math.max(0, dy), bottom: height + Math.min(0, dy) },
  ];
}

/**
 * Sample the film for every pixel of an area, bilinear, from the plane that is at most twice too fine.
 * @param {Plane[]} planes @param {Camera} camera in picture pixels @param {Sample} sample @param {Area} area
 */
export function sampleFilm(planes, camera, sample, area) {
  const halvings = Math.max(0, Math.min(planes.length - 1, Math.floor(-Math.log2(camera.zoom) + 0.25)));
  const plane = planes[halvings];
  const shrink = 2 ** halvings;
  const { zoom, flipped } = camera;
  const across = axis(sample.width, { offset: camera.left, zoom, size: camera.columns, shrink, flipped }, plane.columns);
  const down = axis(sample.height, { offset: camera.top, zoom, size: camera.rows, shrink, flipped: false }, plane.rows);
  sample.film = { left: across.start, right: across.end, top: down.start, bottom: down.end };
  const { values, columns } = plane;
  const { index, weight } = across;
  const { grey, width } = sample;
  const { left, right, top, bottom } = shared(sample.film, area);
  for (let row = top; row < bottom; row++) {
    const upper = down.index[row] * columns;
    const lower = upper + (down.index[row] + 1 < plane.rows ? columns : 0);
    const rowWeight = down.weight[row];
    for (let column = left, to = row * width + left; column < right; column++, to++) {
      const x = index[column];
      const part = weight[column];
      const high = values[upper + x];
      const low = values[lower + x];
      const upperGrey = high + (((values[upper + x + 1] - high) * part) >> 8);
      const lowerGrey = low + (((values[lower + x + 1] - low) * part) >> 8);
      grey[to] = upperGrey + (((lowerGrey - upperGrey) * rowWeight) >> 8);
    }
  }
}

/**
 * Source index and weight (in 256ths, of the next index) of every picture pixel along one axis.
 * @param {number} pixels
 * @param {{offset: number, zoom: number, size: number, shrink: number, flipped: boolean}} line
 * @param {number} planeSize
 */
function axis(pixels, { offset, zoom, size, shrink, flipped }, planeSize) {
  const start = Math.max(0, Math.min(pixels, Math.ceil(offset - 0.5)));
  const end = Math.max(start, Math.min(pixels, Math.floor(offset + size * zoom - 0.5) + 1));
  const index = new Int32Array(pixels);
  const weight = new Int32Array(pixels);
  for (let pixel = start; pixel < end; pixel++) {
    const edge = (pixel + 0.5 - offset) / zoom;
    const place = (flipped ? size - edge : edge) / shrink - 0.5;
    const whole = Math.max(0, Math.min(planeSize - 2, Math.floor(place)));
    index[pixel] = whole;
    weight[pixel] = Math.max(0, Math.min(256, Math.round((place - whole) * 256)));
  }
  return { start, end, index, weight };
}

/** What two areas share; it may be empty. @param {Area} one @param {Area} other @returns {Area} */
function shared(one, other) {
  return {
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

/**
 * An area as if there were no film; that changes with the camera only.
 * @param {Sample} sample @param {Uint32Array} picture ABGR @param {Area} area
 */
export function paintOutside({ width, film }, picture, { left, right, top, bottom }) {
  if (film.left <= left && film.right >= right && film.top <= top && film.bottom >= bottom) return;
  for (let row = top; row < bottom; row++) picture.fill(OUTSIDE, row * width + left, row * width + right);
}

/**
 * Look every sample of an area up; what lies beside the film is left as it is. Eight at a time: that takes half the
 * time of one at a time, which was a third of a frame's work.
 * @param {Sample} sample @param {Uint32Array} table @param {Uint32Array} picture ABGR @param {Area} area
 */
export function paint(sample, table, picture, area) {
  const { grey, width } = sample;
  const { left, right, top, bottom } = shared(sample.film, area);
  for (let row = top; row < bottom; row++) {
    let at = row * width + left;
    const end = row * width + right;
    for (; at <= end - 8; at += 8) {
      picture[at] = table[grey[at]];
      picture[at + 1] = table[grey[at + 1]];
      picture[at + 2] = table[grey[at + 2]];
      picture[at + 3] = table[grey[at + 3]];
      picture[at + 4] = table[grey[at + 4]];
      picture[at + 5] = table[grey[at + 5]];
      picture[at + 6] = table[grey[at + 6]];
      picture[at + 7] = table[grey[at + 7]];
    }
    for (; at < end; at++) picture[at] = table[grey[at]];
  }
}
