// @ts-check
/** A round window that shows what lies under the pointer larger, while the film itself is shown small. */

import { toPane } from "./camera.js";
import { FilmPane } from "./film_pane.js";

const TIMES = 3;
const LEAST_ZOOM = 1;
const NEEDED_BELOW_ZOOM = 1.5;
const MARGIN_PX = 30;

export class Loupe {
  /** @param {HTMLElement} host @param {FilmPane} pane the pane it belongs to */
  constructor(host, pane) {
    this.isOn = true;
    this._host = host;
    this._over = pane;
    this._pane = new FilmPane(host, () => {});
    /** @type {import("./camera.js").Point | null} */
    this._at = null;
  }

  load() {
    this._pane.loadFrom(this._over);
  }

  hide() {
    this._at = null;
    this._host.classList.remove("is-shown");
  }

  /** After the film was zoomed or its window changed. */
  again() {
    if (this._at) this.show(this._at);
  }

  /** @param {import("./camera.js").Point} at film pixels */
  show(at) {
    const { camera } = this._over;
    if (!this.isOn || camera.zoom >= NEEDED_BELOW_ZOOM) return this.hide();
    const zoom = Math.max(LEAST_ZOOM, TIMES * camera.zoom);
    const { clientWidth: width, clientHeight: height } = this._host;
    this._at = at;
    this._pane.setWindow(this._over);
    this._pane.setCamera({ ...camera, zoom, left: width / 2 - (at[0] + 0.5) * zoom, top: height / 2 - (at[1] + 0.5) * zoom });
    const [x, y] = toPane(camera, at);
    this._host.classList.toggle("is-away", x > this._over.host.clientWidth - width - MARGIN_PX && y < height + MARGIN_PX);
    this._host.classList.add("is-shown");
    return undefined;
  }
}
