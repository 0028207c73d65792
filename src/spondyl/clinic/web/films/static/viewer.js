// @ts-check
/** The film viewer's page: two panes, their tools, the panel and the keys, wired together. */

import { toFilm, toPane, zoomed } from "./camera.js";
import { setAll, write } from "./changed_text.js";
import { FilmBeside } from "./film_beside.js";
import { FilmPane } from "./film_pane.js";
import { fetchPixels } from "./film_pixels.js";
import { handOn } from "./hand_on.js";
import { HandMeasures } from "./hand_measure.js";
import { actOf, fillKeyList } from "./keys.js";
import { LandmarkLayer } from "./landmark_layer.js";
import { example, isNamedAlike, namesWords } from "./level_names.js";
import { MeasurementPanel } from "./measurement_panel.js";
import { PointerTools, SLACK_PX } from "./pointer_tools.js";
import { moved, nameOf, nearFilm, nearestPlace, pointAt, shifted } from "./points.js";
import { Reading } from "./reading.js";

const REACH_PX = { mouse: 14, pen: 16, touch: 30 };
const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, string>} */
const OPPOSITE = { patient_left: "patient_right", patient_right: "patient_left", anterior: "posterior", posterior: "anterior" };

/** The page of one film. */
class Viewer {
  /** @param {HTMLElement} root @param {any} state */
  constructor(root, state) {
    this.root = root;
    this.state = state;
    /** @type {import("./points.js").Place | null} */
    this.chosen = null;
    /** @type {import("./points.js").Points | null} the points whose names the page says */
    this._named = null;
    this.isWhole = false;
    this.isHidden = false;
    this.host = this.part("pane");
    this.panel = new MeasurementPanel(this.part("panel"));
    this.reading = new Reading(state, {
      changed: () => this._onChange(),
      measured: (assessed) => this._onMeasured(assessed),
      status: (text, isBad) => this.say(text, isBad),
      preview: (kind, value) => this.panel.preview(kind, value),
      unmeasured: (why) => this.panel.showUnmeasured(why),
    });
    const svg = /** @type {SVGSVGElement} */ (this.host.querySelector("svg"));
    this.layer = new LandmarkLayer(svg);
    this.hand = new HandMeasures(svg, state.film);
    this.pane = new FilmPane(this.host, () => this._drawOver());
    this.tools = new PointerTools(this.pane, {
      corner: { begin: (e) => this._grip(e), move: (e) => this._pull(e), end: () => this._release(), cancel: () => this._giveUp() },
      point: (tool, event) => this._lay(tool, this.pane.filmPoint(event)),
      hover: (event) => this._hover(event),
      camera: () => this._showView(),
    });
    this._wire();
    if (state.assessment) this.panel.show(state.assessment);
    this._showReading();
  }

  /** @param {string} name */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  async load() {
    const { film } = this.state;
    const progress = /** @type {HTMLProgressElement} */ (this.part("loading"));
    const values = await fetchPixels(film.pixels_url, film.rows, film.columns, (share) => (progress.value = share));
    this.pane.load(values, film.rows, film.columns);
    this.part("loading-box").hidden = true;
    this.root.dataset.ready = "true";
    this._showView();
    if (this.state.earlier.length) {
      new FilmBeside(this.root, this.state.earlier, this.reading, (text) => this.say(text, true));
    }
    await this.reading.rehearse();
  }

  /** @param {string} text @param {boolean} [isBad] */
  say(text, isBad = false) {
    const status = this.part("status");
    status.textContent = text;
    status.classList.toggle("is-bad", isBad);
  }

  _wire() {
    for (const button of this.root.querySelectorAll("button[data-act]")) {
      button.addEventListener("click", () => this.act(/** @type {HTMLElement} */ (button).dataset.act ?? ""));
    }
    this.host.addEventListener("keydown", (event) => this._key(event));
    fillKeyList(this.part("keys"));
    this._showTool();
    addEventListener("beforeunload", (event) => this.reading.isUnsaved && event.preventDefault());
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    this.act(act, event);
  }

  /** @param {string} act @param {KeyboardEvent} [event] */
  act(act, event) {
    /** @type {Record<string, () => void>} */
    const acts = {
      "next-unsure": () => this._nextUnsure(),
      "next-vertebra": () => this._step(1),
      "previous-vertebra": () => this._step(-1),
      corner: () => this._choose(this.chosen?.vertebra ?? 0, Number(event?.key) - 1),
      whole: () => this._chooseWhole(),
      arrow: () => event && this._arrow(event),
      lay: () => this._layAtCursor(),
      escape: () => this._escape(),
      "names-head": () => this._rename(-1),
      "names-feet": () => this._rename(1),
      "names-right": () => this._confirmNames(),
      exchange: () => void this._exchange(),
      back: () => this.reading.goBack(),
      undo: () => this.reading.undo(),
      redo: () => this.reading.redo(),
      accept: () => void this._accept(),
      sign: () => void this._sign(),
      ...this.pane.looks(),
      reset: () => this._reset(),
      "close-up": () => this._closeUp(),
      flip: () => this.pane.flip(),
      hide: () => this._hide(),
      help: () => this.part("help").toggleAttribute("open"),
    };
    if (act.startsWith("side-")) void this._stateSide(act.slice(5));
    else if (act.startsWith("tool-")) this._setTool(/** @type {any} */ (act.slice(5)));
    else acts[act]?.();
    this._showView();
    this.pane.redraw();
  }

  // The chosen corner ------------------------------------------------------------------------------------------------

  /** @param {number} vertebra @param {number} corner */
  _choose(vertebra, corner) {
    const place = { vertebra, corner };
    this.chosen = pointAt(this.reading.points, place) ? place : null;
    this.isWhole = false;
    this._tellChosen();
  }

  _chooseWhole() {
    this.isWhole = this.chosen !== null && this.chosen.vertebra >= 0;
    this._tellChosen();
  }

  /** @param {number} by */
  _step(by) {
    const count = this.reading.points.vertebrae.length;
    if (!count) return;
    const from = this.chosen ? this.chosen.vertebra : by > 0 ? -1 : count;
    this._choose(Math.max(0, Math.min(count - 1, from + by)), this.chosen?.corner ?? 0);
  }

  _nextUnsure() {
    const { vertebrae } = this.reading.points;
    const from = this.chosen?.vertebra ?? -1;
    const order = [...vertebrae.keys()].map((n) => (n + from + 1) % vertebrae.length);
    const next = order.find((n) => vertebrae[n].unsure);
    if (next === undefined) return this.say("No vertebra is unsure.");
    this._choose(next, 0);
    return undefined;
  }

  _tellChosen() {
    const { points } = this.reading;
    if (!this.chosen) return this.say("Nothing is chosen.");
    const [x, y] = pointAt(points, this.chosen) ?? [0, 0];
    const unsure = points.vertebrae[this.chosen.vertebra]?.unsure ? ", unsure" : "";
    const name = this.isWhole ? points.vertebrae[this.chosen.vertebra].level : nameOf(points, this.chosen);
    this.say(`${name}${unsure}: ${x.toFixed(1)}, ${y.toFixed(1)}`);
    return undefined;
  }

  /** @param {KeyboardEvent} event */
  _arrow(event) {
    const [dx, dy] = STEP[/** @type {keyof typeof STEP} */ (event.key)];
    const size = event.shiftKey ? 10 : event.altKey ? 0.25 : 1;
    const across = this.pane.camera.flipped ? -dx : dx;
    const isHand = this.tools.tool === "ruler" || this.tools.tool === "angle";
    if (isHand) return this._moveCursor(across * size * 4, dy * size * 4);
    if (!this.chosen || this.isHidden) return this.pane.panBy(-dx * 40, -dy * 40);
    this._moveChosen(across * size, dy * size);
    return undefined;
  }

  /** @param {number} dx @param {number} dy film pixels */
  _moveChosen(dx, dy) {
    if (!this.chosen) return;
    const { points } = this.reading;
    const at = pointAt(points, this.chosen) ?? [0, 0];
    const next = this.isWhole
      ? shifted(points, this.chosen.vertebra, dx, dy)
      : moved(points, this.chosen, [at[0] + dx, at[1] + dy]);
    this.reading.drag(next);
    this.reading.drop();
    this._tellChosen();
  }

  // The names of the levels --------------------------------------------------------------------------------------------

  /** @param {number} by */
  _rename(by) {
    if (!example(this.reading.points, by)) return this.say("No name is left for these vertebrae.");
    this.chosen = null;
    this.reading.rename(by);
    return undefined;
  }

  _confirmNames() {
    const { points } = this.reading;
    if (points.isDoubted && !points.isConfirmed) this.reading.confirmNames();
  }

  /** The buttons' words and what last happened to the names, also when it was undone. */
  _showNames() {
    const { points } = this.reading;
    const before = this._named;
    if (before && isNamedAlike(before, points)) return;
    this._named = points;
    const words = namesWords(before, points);
    if (words) this.part("renamed").textContent = words;
    this.part("names-right").hidden = !points.isDoubted;
    this._enable("names-right", !points.isConfirmed);
    for (const [act, by] of /** @type {[string, number][]} */ ([["names-head", -1], ["names-feet", 1]])) {
      const change = example(points, by);
      this._enable(act, change !== null);
      const button = this.root.querySelector(`button[data-act="${act}"]`);
      if (button && change) button.textContent = `${change[0]} is ${change[1]}`;
    }
  }

  async _exchange() {
    await this._anew(() => this.reading.exchange());
  }

  /** What lies on the left of the picture as it is shown now. @param {string} side */
  async _stateSide(side) {
    const left = this.pane.camera.flipped ? OPPOSITE[side] ?? side : side;
    await this._anew(() => this.reading.stateSide(left));
  }

  /** Do what changes more than points, and show the page anew. @param {() => Promise<unknown>} deed */
  async _anew(deed) {
    try {
      await deed();
      location.reload();
    } catch (error) {
      this.say(/** @type {Error} */ (error).message, true);
    }
  }

  // The pointer ------------------------------------------------------------------------------------------------------

  /** @param {PointerEvent} event @returns {boolean} whether a corner was gripped */
  _grip(event) {
    this.host.focus({ preventScroll: true });
    if (this.isHidden) return false;
    const at = this.pane.filmPoint(event);
    const kind = /** @type {keyof typeof REACH_PX} */ (event.pointerType in REACH_PX ? event.pointerType : "mouse");
    const place = nearestPlace(this.reading.points, at, REACH_PX[kind] / this.pane.camera.zoom);
    this.chosen = place;
    this.isWhole = event.shiftKey && place !== null && place.vertebra >= 0;
    this.pane.redraw();
    if (!place) return false;
    const point = pointAt(this.reading.points, place) ?? at;
    const press = { x: event.clientX, y: event.clientY, slack: SLACK_PX[kind], hasMoved: false };
    this._held = { from: this.reading.points, point, dx: point[0] - at[0], dy: point[1] - at[1], press };
    return true;
  }

  /** @param {PointerEvent} event */
  _pull(event) {
    if (!this._held || !this.chosen) return;
    const { press } = this._held;
    if (!press.hasMoved && Math.hypot(event.clientX - press.x, event.clientY - press.y) < press.slack) return;
    press.hasMoved = true;
    const [x, y] = this.pane.filmPoint(event);
    const { from, point, dx, dy } = this._held;
    const to = nearFilm([x + dx, y + dy], this.pane.camera);
    const next = this.isWhole
      ? shifted(from, this.chosen.vertebra, to[0] - point[0], to[1] - point[1])
      : moved(from, this.chosen, to);
    this.reading.drag(next);
  }

  /** The pointer is up: a corner that was only pressed is chosen, and stays as it is read. */
  _release() {
    this._held = null;
    this.reading.drop();
  }

  /** A second finger came, or the pointer was lost: the corner goes back. */
  _giveUp() {
    this._held = null;
    this.reading.giveUp();
  }

  /** @param {PointerEvent} event */
  _hover(event) {
    if (this.hand.isOpen) {
      this.hand.cursor = this.pane.filmPoint(event);
      this.pane.redraw();
    }
  }

  // Ruler and angle --------------------------------------------------------------------------------------------------

  /** @param {"ruler" | "angle"} tool @param {import("./camera.js").Point} at */
  _lay(tool, at) {
    this.host.focus({ preventScroll: true });
    const text = this.hand.add(tool, at);
    this.hand.cursor = at;
    this.say(text ? `${tool === "ruler" ? "Ruler" : "Angle"}: ${text}` : "Lay the next point.");
    this.pane.redraw();
  }

  _middle() {
    return toFilm(this.pane.camera, [this.host.clientWidth / 2, this.host.clientHeight / 2]);
  }

  /** @param {number} dx @param {number} dy */
  _moveCursor(dx, dy) {
    const at = this.hand.cursor ?? this._middle();
    this.hand.cursor = [at[0] + dx, at[1] + dy];
    this.pane.redraw();
  }

  _layAtCursor() {
    const { tool } = this.tools;
    if (tool === "ruler" || tool === "angle") this._lay(tool, this.hand.cursor ?? this._middle());
  }

  _escape() {
    this.chosen = null;
    this.hand.clear();
    this.hand.cursor = null;
    this.pane.redraw();
    this._tellChosen();
  }

  // View -------------------------------------------------------------------------------------------------------------

  /** @param {import("./pointer_tools.js").Tool} tool */
  _setTool(tool) {
    this.tools.tool = tool;
    if (tool !== "ruler" && tool !== "angle") this.hand.cursor = null;
    this._showTool();
  }

  _showTool() {
    this.host.dataset.tool = this.tools.tool;
    for (const button of this.root.querySelectorAll('button[data-act^="tool-"]')) {
      const isOn = /** @type {HTMLElement} */ (button).dataset.act === `tool-${this.tools.tool}`;
      button.setAttribute("aria-pressed", String(isOn));
    }
  }

  _reset() {
    this.pane.resetWindow();
    this.pane.resetView();
  }

  _closeUp() {
    const at = this.chosen && pointAt(this.reading.points, this.chosen);
    if (!at) return;
    const { clientWidth, clientHeight } = this.host;
    const pane = toPane(this.pane.camera, at);
    this.pane.panBy(clientWidth / 2 - pane[0], clientHeight / 2 - pane[1]);
    const factor = Math.max(1, 2.5 / this.pane.camera.zoom);
    this.pane.setCamera(zoomed(this.pane.camera, factor, [clientWidth / 2, clientHeight / 2]));
  }

  _hide() {
    this.isHidden = !this.isHidden;
    this.layer.show(!this.isHidden);
    this.root.querySelector('[data-act="hide"]')?.setAttribute("aria-pressed", String(this.isHidden));
  }

  _showView() {
    const { window: shown, camera } = this.pane;
    const share = (/** @type {number} */ value) => `${Math.round(value / 655.36)} %`;
    write(
      this.part("view"),
      `Zoom ${Math.round(camera.zoom * 100)} % · level ${share(shown.centre)} · window ${share(shown.width)}` +
        `${shown.inverted ? " · inverted" : ""}${camera.flipped ? " · flipped" : ""}`,
    );
    write(this.part("side"), camera.flipped ? this.state.film.side_flipped : this.state.film.side);
    for (const [act, isOn] of /** @type {[string, boolean][]} */ ([["invert", shown.inverted], ["flip", camera.flipped]])) {
      for (const button of this.root.querySelectorAll(`[data-act="${act}"]`)) setAll(button, { "aria-pressed": String(isOn) });
    }
  }

  _drawOver() {
    this.layer.draw(this.reading.points, this.pane.camera, this.chosen, this.reading.drawnLines());
    this.hand.draw(this.pane.camera);
  }

  // The reading ------------------------------------------------------------------------------------------------------

  /** @param {Element | null} held what had the focus before */
  _onChange(held = document.activeElement) {
    this.pane.redraw();
    this._enable("undo", this.reading.canUndo);
    this._enable("redo", this.reading.canRedo);
    this._showReading();
    handOn(this.root, this.host, held);
  }

  /** @param {any} assessed */
  _onMeasured(assessed) {
    this.panel.show(assessed);
    this.pane.redraw();
  }

  /** @param {string} act @param {boolean} isEnabled */
  _enable(act, isEnabled) {
    for (const button of this.root.querySelectorAll(`button[data-act="${act}"]`)) {
      /** @type {HTMLButtonElement} */ (button).disabled = !isEnabled;
    }
  }

  _showReading() {
    const { reading } = this.reading.state;
    const { hasPoints } = this.reading;
    write(this.part("reading"), reading.text);
    this.root.dataset.reading = reading.status;
    this._enable("accept", hasPoints && reading.status === "draft");
    this._showNames();
    if (reading.is_accepted) this.part("anew").hidden = true;
    const isBack = reading.status === "draft" && Boolean(this.reading.state.accepted);
    this._enable("back", isBack);
    this.part("back").hidden = !isBack;
    this._enable("sign", hasPoints && reading.status === "accepted" && reading.may_sign);
    write(this.part("next"), reading.next);
    this._showReports();
  }

  _showReports() {
    const { reports } = this.reading.state;
    const list = this.part("reports");
    const have = [...list.querySelectorAll("a")].map((link) => link.getAttribute("href")).join();
    if (have === reports.map((/** @type {any} */ one) => one.url).join()) return;
    list.replaceChildren(
      ...reports.map((/** @type {{name: string, url: string}} */ one) => {
        const link = Object.assign(document.createElement("a"), { href: one.url, textContent: one.name });
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
    this.part("report-box").hidden = reports.length === 0;
  }

  async _accept() {
    await this._decide(() => this.reading.accept(), "Accepted.");
  }

  async _sign() {
    await this._decide(() => this.reading.sign(), "Signed. The report is made.");
  }

  /** @param {() => Promise<any>} decide @param {string} done */
  async _decide(decide, done) {
    const held = document.activeElement;
    for (const act of ["accept", "sign"]) this._enable(act, false);
    this.say("Working…");
    try {
      const state = await decide();
      this.panel.show(state.assessment);
      this.say(done);
    } catch (error) {
      this.say(/** @type {Error} */ (error).message, true);
    }
    this._onChange(held);
  }
}

/** Start the viewer of the page. @param {HTMLElement} root */
async function start(root) {
  const response = await fetch(root.dataset.state ?? "", { credentials: "same-origin" });
  const state = await response.json();
  const viewer = new Viewer(root, state);
  await viewer.load();
}

for (const root of document.querySelectorAll("[data-film-viewer]")) {
  start(/** @type {HTMLElement} */ (root)).catch((error) => {
    const status = root.querySelector('[data-part="status"]');
    if (status) status.textContent = `The film cannot be shown. ${error.message}`;
  });
}
