// @ts-check
/**
 * Where a film lies in its pane. Film points are film pixels (x right, y down, origin at the centre of the top-left
 * pixel), as everywhere in Spondyl; pane points are CSS pixels from the pane's top-left corner.
 *
 * @typedef {[number, number]} Point
 * @typedef {{zoom: number, left: number, top: number, flipped: boolean, columns: number, rows: number}} Camera
 */

export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 24;

/**
 * The camera that shows the whole film in the middle of a pane.
 * @param {number} rows @param {number} columns @param {number} width @param {number} height
 * @param {boolean} [flipped]
 * @returns {Camera}
 */
export function fitted(rows, columns, width, height, flipped = false) {
  const zoom = Math.max(MIN_ZOOM, Math.min(width / columns, height / rows));
  return {
    zoom,
    left: (width - columns * zoom) / 2,
    top: (height - rows * zoom) / 2,
    flipped,
    columns,
    rows,
  };
}

/** @param {Camera} camera @param {Point} point @returns {Point} */
export function toPane(camera, [x, y]) {
  const across = camera.flipped ? camera.columns - 1 - x : x;
  return [camera.left + (across + 0.5) * camera.zoom, camera.top + (y + 0.5) * camera.zoom];
}

/** @param {Camera} camera @param {Point} point @returns {Point} */
export function toFilm(camera, [x, y]) {
  const across = (x - camera.left) / camera.zoom - 0.5;
  return [camera.flipped ? camera.columns - 1 - across : across, (y - camera.top) / camera.zoom - 0.5];
}

/**
 * Zoom by a factor; the film point under `at` stays there.
 * @param {Camera} camera @param {number} factor @param {Point} at @returns {Camera}
 */
export function zoomed(camera, factor, at) {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, camera.zoom * factor));
  const ratio = zoom / camera.zoom;
  return {
    ...camera,
    zoom,
    left: at[0] - (at[0] - camera.left) * ratio,
    top: at[1] - (at[1] - camera.top) * ratio,
  };
}

/** @param {Camera} camera @param {number} dx @param {number} dy @returns {Camera} */
export function panned(camera, dx, dy) {
  return { ...camera, left: camera.left + dx, top: camera.top + dy };
}

/**
 * Mirror left and right about the pane's middle.
 * @param {Camera} camera @param {number} width @returns {Camera}
 */
export function mirrored(camera, width) {
  return {
    ...camera,
    flipped: !camera.flipped,
    left: width - camera.left - camera.columns * camera.zoom,
  };
}
