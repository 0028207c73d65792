// @ts-check
/**
 * An earlier film beside the one that is read: chosen from a list, drawn with its points, compared with.
 *
 * @typedef {{id: string, title: string, state_url: string}} Earlier
 */

import { FilmPane } from "./film_pane.js";
import { fetchPixels } from "./film_pixels.js";
import { LandmarkLayer } from "./landmark_layer.js";
import { PointerTools } from "./pointer_tools.js";
import { Reading } from "./reading.js";

const QUIET = { changed() {}, measured() {}, status() {}, preview() {}, unmeasured() {} };

export class FilmBeside {
  /**
   * @param {HTMLElement} root the viewer @param {Earlier[]} films @param {Reading} compared what is compared with it
   * @param {(text: string) => void} fail
   */
  constructor(root, films, compared, fail) {
    this._root = root;
    this._films = films;
    this._compared = compared;
    this._fail = fail;
    /** @type {Reading | null} */
    this._reading = null;
    /** @type {FilmPane | null} made when the first film is laid beside */
    this._pane = null;
    this._chosen = "";
    const choice = this._choice;
    choice.addEventListener("change", () => void this._choose(choice.value));
  }

  get _choice() {
    return /** @type {HTMLSelectElement} */ (this._part("earlier"));
  }

  /** @param {string} name */
  _part(name) {
    return /** @type {HTMLElement} */ (this._root.querySelector(`[data-part="${name}"]`));
  }

  /** @param {string} id empty for none */
  async _choose(id) {
    this._chosen = id;
    this._part("earlier-pane").hidden = !id;
    this._root.classList.toggle("is-beside", Boolean(id));
    this._compared.compareWith(id);
    const film = this._films.find((one) => one.id === id);
    if (!film) return;
    // What is compared and what is seen are one film: until this one has come, none is seen.
    this._part("earlier-pane").classList.add("is-loading");
    this._part("earlier-side").textContent = "";
    this._part("earlier-caption").textContent = `Loading ${film.title} …`;
    try {
      await this._show(film);
    } catch {
      if (this._chosen !== id) return;
      this._choice.value = "";
      void this._choose("");
      this._fail(`${film.title} could not be loaded, so nothing is compared. Choose it again in a moment.`);
    }
  }

  /** @param {Earlier} chosen */
  async _show(chosen) {
    const response = await fetch(chosen.state_url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    const state = await response.json();
    const { film } = state;
    const values = await fetchPixels(film.pixels_url, film.rows, film.columns, () => {});
    if (this._chosen !== chosen.id) return; // another film was chosen meanwhile
    this._reading = new Reading(state, QUIET);
    this._pane ??= this._made(this._part("earlier-pane"));
    this._pane.load(values, film.rows, film.columns);
    this._part("earlier-pane").classList.remove("is-loading");
    this._part("earlier-side").textContent = film.side;
    this._part("earlier-caption").textContent = film.title;
  }

  /** @param {HTMLElement} host */
  _made(host) {
    const layer = new LandmarkLayer(/** @type {SVGSVGElement} */ (host.querySelector("svg")));
    const pane = new FilmPane(host, () => {
      if (this._reading) layer.draw(this._reading.points, pane.camera, null, this._reading.drawnLines());
    });
    new PointerTools(pane, {});
    return pane;
  }
}
