// @ts-check
/** The page on which a film is marked by hand: the film with its tools, the panel and the keys, wired together. */

import { toFilm, toPane, zoomed } from "./camera.js";
import { FilmPane } from "./film_pane.js";
import { fetchPixels } from "./film_pixels.js";
import { handOn } from "./hand_on.js";
import { History } from "./history.js";
import { actOf, fillKeyList } from "./keys.js";
import { ask } from "./mark_dialog.js";
import { doubtsOf } from "./mark_doubts.js";
import { MARK_KEYS, SHOWN_KEYS } from "./mark_keys.js";
import { Loupe } from "./mark_loupe.js";
import {
  askingNext, emptyMarks, firstMarks, firstOpen, markAt, namesOf, pointsNeeded, progressOf, SIDE_NAMES, targetsOf, toFile, toggledSkip, withMark, wordsOf,
} from "./mark_model.js";
import { MarkOver } from "./mark_over.js";
import { MarkPanel } from "./mark_panel.js";
import { sendMarks } from "./mark_send.js";
import { forget, keep, kept } from "./mark_store.js";
import { PointerTools, SLACK_PX } from "./pointer_tools.js";

/** @typedef {import("./camera.js").Point} Point @typedef {import("./mark_model.js").Marks} Marks @typedef {import("./mark_model.js").Target} Target */

const REACH_PX = { mouse: 12, pen: 16, touch: 26 };
const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const EDGE_PX = 24;

class Marking {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.film = root.dataset.film ?? "";
    /** @type {import("./mark_model.js").Told} */
    this.told = JSON.parse(root.dataset.told ?? "{}");
    this.history = new History(kept(this.film, this.told) ?? firstMarks(this.told));
    /** @type {Point | null} */
    this.cross = null;
    /** @type {Marks | null} the marks while a point is being dragged */
    this.dragged = null;
    /** @type {{x: number, y: number, at: Point, place: Target | null, hasMoved: boolean, slack: number} | null} */
    this.press = null;
    this.isSending = false;
    this.host = this.part("pane");
    this.panel = new MarkPanel(root, this.told, {
      change: (marks) => this._change(marks),
      jump: (name) => this._jump(name),
      skip: (name) => this.set(toggledSkip(this.marks, this.told.levels, name)),
    });
    this.over = new MarkOver(/** @type {SVGSVGElement} */ (this.host.querySelector("svg")), this.told.levels);
    this.pane = new FilmPane(this.host, () => this.over.draw(this.dragged ?? this.marks, this.pane.camera, this.cross));
    this.tools = new PointerTools(this.pane, {
      corner: { begin: (e) => this._begin(e), move: (e) => this._move(e), end: () => this._end(), cancel: () => this._cancel() },
      hover: (event) => this._hover(event),
      camera: () => this._showView(),
    });
    this.loupe = new Loupe(this.part("loupe"), this.pane);
    this.host.addEventListener("pointerleave", () => this.loupe.hide());
    this._wire();
    this._show();
  }

  /** @returns {Marks} */
  get marks() {
    return this.history.now;
  }

  /** @param {string} name */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  async load() {
    const { rows, columns } = this.told;
    const progress = /** @type {HTMLProgressElement} */ (this.part("loading"));
    const values = await fetchPixels(`/api/v1/films/${this.film}/pixels`, rows, columns, (share) => (progress.value = share));
    this.pane.load(values, rows, columns);
    this.loupe.load();
    this._tell("Zoom: wheel or two fingers. Drag beside the points: move the film.");
    this.part("loading-box").hidden = true;
    this.root.dataset.ready = "true";
    this._showView();
  }

  _wire() {
    for (const button of this.root.querySelectorAll("button[data-act]")) {
      button.addEventListener("click", () => this.act(/** @type {HTMLElement} */ (button).dataset.act ?? ""));
    }
    this.host.addEventListener("keydown", (event) => {
      const act = actOf(event, MARK_KEYS);
      if (!act) return;
      event.preventDefault();
      this.act(act, event);
    });
    fillKeyList(this.part("keys"), SHOWN_KEYS);
    this._setTool("correct");
  }

  /** @param {string} act @param {KeyboardEvent} [event] */
  act(act, event) {
    /** @type {Record<string, () => void>} */
    const acts = {
      "next-level": () => this._step(1),
      "previous-level": () => this._step(-1),
      "next-missing": () => this._nextMissing(),
      corner: () => this._chooseCorner(Number(event?.key) - 1),
      delete: () => this.marks.target && this.set(withMark(this.marks, this.marks.target, null)),
      skip: () => this.marks.target && this.set(toggledSkip(this.marks, this.told.levels, this.marks.target.name)),
      arrow: () => event && this._arrow(event),
      lay: () => this._place(this.cross ?? this._middle()),
      undo: () => this._travel("undo"),
      redo: () => this._travel("redo"),
      "start-over": () => void this._startOver(),
      measure: () => void this._measure(),
      ...this.pane.looks(),
      reset: () => this._reset(),
      "close-up": () => this._closeUp(),
      hide: () => this._hide(),
      loupe: () => this._toggleLoupe(),
      help: () => this.part("help").toggleAttribute("open"),
    };
    if (act.startsWith("tool-")) this._setTool(/** @type {any} */ (act.slice(5)));
    else acts[act]?.();
    this._showView();
    this.pane.redraw();
  }

  // The marks --------------------------------------------------------------------------------------------------------

  /** A new state, kept and shown. @param {Marks} marks */
  set(marks) {
    this.history.push(marks);
    this._keep();
  }

  _keep() {
    if (!keep(this.film, this.told, this.marks)) this._note("This browser keeps nothing: measure before you leave this page.");
    this.part("refused").hidden = true;
    this._show();
  }

  /** @param {"undo" | "redo"} way */
  _travel(way) {
    this.history[way]();
    this._keep();
    this._tell(way === "undo" ? "Undone." : "Done again.");
  }

  /** Other choices beside the film; other levels begin with the first point that is missing. @param {Marks} marks */
  _change(marks) {
    const isSame = namesOf(marks, this.told.levels).join() === namesOf(this.marks, this.told.levels).join();
    this.set(isSame ? marks : askingNext({ ...marks, target: null }, this.told.levels));
  }

  /** @param {Point} at film pixels */
  _place(at) {
    const { target } = this.marks;
    if (this.isSending) return this._tell("The points are being measured.");
    if (!target) return this._tell("Everything is marked. Choose a level to mark it again, or drag a point.");
    const point = /** @type {Point} */ (at.map((value) => Math.round(value * 100) / 100));
    this.set(askingNext(withMark(this.marks, target, point), this.told.levels, target));
    const wrong = doubtsOf(this.marks, this.told.levels).find((one) => one.isWrong && one.name === target.name);
    return this._tell(wrong ? `${target.name} cannot be right: see beside the film.` : `${wordsOf(this.marks, target)} marked.`, Boolean(wrong));
  }

  /** @param {string} name */
  _jump(name) {
    const marks = { ...this.marks, skipped: this.marks.skipped.filter((one) => one !== name) };
    this._aim(firstOpen(marks, name), marks);
  }

  /** Ask for this point; not a step of the history, since nothing was marked. @param {Target} target @param {Marks} [marks] */
  _aim(target, marks = this.marks) {
    const aimed = { ...marks, target };
    if (marks.skipped.length !== this.marks.skipped.length) this.history.push(aimed);
    else this.history.now = aimed;
    const at = markAt(this.marks, target);
    if (at && this.cross) this.cross = at;
    this._keep();
  }

  /** @param {number} by */
  _step(by) {
    const names = namesOf(this.marks, this.told.levels).filter((name) => !this.marks.skipped.includes(name));
    const now = this.marks.target ? names.indexOf(this.marks.target.name) : by > 0 ? -1 : names.length;
    const name = names[Math.max(0, Math.min(names.length - 1, now + by))];
    if (name) this._aim({ name, corner: 0 });
  }

  /** @param {number} corner */
  _chooseCorner(corner) {
    const name = this.marks.target?.name ?? namesOf(this.marks, this.told.levels)[0];
    if (corner < pointsNeeded(name)) this._aim({ name, corner });
  }

  _nextMissing() {
    this.history.now = askingNext({ ...this.marks, target: null }, this.told.levels);
    this._keep();
  }

  async _startOver() {
    const { done } = progressOf(this.marks, this.told.levels);
    const question = { title: `Take away all ${done} points of this film?`, lines: [], back: "Keep them", go: "Start over" };
    if (!(await ask(this._dialog(), question))) return;
    const { view, side, first, last, hasHeads } = this.marks;
    this.set(askingNext({ ...emptyMarks(this.told, view), side, first, last, hasHeads, target: null }, this.told.levels));
    this._tell("All points are taken away; Undo brings them back.");
    this.host.focus({ preventScroll: true });
  }

  // The pointer ------------------------------------------------------------------------------------------------------

  /** A press marks when it is let go without moving; it drags a point that lies there, else the film. @param {PointerEvent} event */
  _begin(event) {
    this.host.focus({ preventScroll: true });
    this.cross = null;
    const kind = /** @type {keyof typeof REACH_PX} */ (event.pointerType in REACH_PX ? event.pointerType : "mouse");
    const at = this.pane.filmPoint(event);
    const place = this._nearest(at, REACH_PX[kind] / this.pane.camera.zoom);
    this.press = { x: event.clientX, y: event.clientY, at, place, hasMoved: false, slack: SLACK_PX[kind] };
    return true;
  }

  /** @param {PointerEvent} event */
  _hover(event) {
    const isFree = !this.press || this.press.hasMoved;
    if (this.tools.tool !== "correct" || (event.pointerType === "touch" && !this.dragged)) this.loupe.hide();
    else if (isFree) this.loupe.show(this.pane.filmPoint(event));
  }

  /** @param {PointerEvent} event */
  _move(event) {
    const { press } = this;
    if (!press) return;
    const [dx, dy] = [event.clientX - press.x, event.clientY - press.y];
    if (!press.hasMoved && Math.hypot(dx, dy) < press.slack) return;
    press.hasMoved = true;
    const from = press.place && markAt(this.marks, press.place);
    if (press.place && from) {
      const [x, y] = this.pane.filmPoint(event);
      this.dragged = withMark(this.marks, press.place, [from[0] + x - press.at[0], from[1] + y - press.at[1]]);
      this.pane.redraw();
    } else {
      this.pane.panBy(dx, dy);
      Object.assign(press, { x: event.clientX, y: event.clientY });
    }
  }

  _end() {
    const { press, dragged } = this;
    this._cancel();
    if (dragged) this.set(dragged);
    else if (press && !press.hasMoved) this._clicked(press);
    this.pane.redraw();
  }

  _cancel() {
    this.press = null;
    this.dragged = null;
    this.pane.redraw();
  }

  /** @param {{at: Point, place: Target | null}} press */
  _clicked({ at, place }) {
    if (!this.marks.target && place) this._aim(place);
    else this._place(at);
  }

  /** The marked point nearest to `at`. @param {Point} at @param {number} reach film pixels @returns {Target | null} */
  _nearest(at, reach) {
    if (this.root.dataset.hidden) return null;
    const far = (/** @type {Target} */ one) => {
      const point = markAt(this.marks, one);
      return point ? Math.hypot(point[0] - at[0], point[1] - at[1]) : Infinity;
    };
    const [best] = targetsOf(this.marks, this.told.levels).sort((a, b) => far(a) - far(b));
    return best && far(best) <= reach ? best : null;
  }

  // The cross --------------------------------------------------------------------------------------------------------

  _middle() {
    return toFilm(this.pane.camera, [this.host.clientWidth / 2, this.host.clientHeight / 2]);
  }

  /** @param {KeyboardEvent} event */
  _arrow(event) {
    const [dx, dy] = STEP[/** @type {keyof typeof STEP} */ (event.key)];
    const size = event.shiftKey ? 40 : event.altKey ? 1 : 4;
    const { rows, columns } = this.told;
    const from = this.cross ?? (this.marks.target && markAt(this.marks, this.marks.target)) ?? this._middle();
    const x = Math.min(columns - 1, Math.max(0, from[0] + dx * size));
    const y = Math.min(rows - 1, Math.max(0, from[1] + dy * size));
    this.cross = [x, y];
    this._keepInSight(this.cross);
    this.loupe.show(this.cross);
    this._tell(`Cross at ${x.toFixed(0)}, ${y.toFixed(0)}`);
  }

  /** @param {Point} point */
  _keepInSight(point) {
    const [x, y] = toPane(this.pane.camera, point);
    const into = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - EDGE_PX, Math.max(EDGE_PX, at)) - at;
    const [dx, dy] = [into(x, this.host.clientWidth), into(y, this.host.clientHeight)];
    if (dx || dy) this.pane.panBy(dx, dy);
  }

  // View -------------------------------------------------------------------------------------------------------------

  /** @param {"correct" | "window"} tool */
  _setTool(tool) {
    this.tools.tool = tool;
    this.host.dataset.tool = tool;
    for (const name of ["correct", "window"]) {
      this.root.querySelector(`[data-act="tool-${name}"]`)?.setAttribute("aria-pressed", String(name === tool));
    }
  }

  _reset() {
    this.pane.resetWindow();
    this.pane.resetView();
  }

  _closeUp() {
    const marked = targetsOf(this.marks, this.told.levels).filter((one) => markAt(this.marks, one));
    const last = marked[marked.length - 1];
    const at = this.cross ?? (last && markAt(this.marks, last)) ?? this._middle();
    const { clientWidth, clientHeight } = this.host;
    const [x, y] = toPane(this.pane.camera, at);
    this.pane.panBy(clientWidth / 2 - x, clientHeight / 2 - y);
    this.pane.setCamera(zoomed(this.pane.camera, Math.max(1, 2 / this.pane.camera.zoom), [clientWidth / 2, clientHeight / 2]));
  }

  _hide() {
    const isHidden = !this.root.dataset.hidden;
    this.root.dataset.hidden = isHidden ? "true" : "";
    this.over.show(!isHidden);
    this.root.querySelector('[data-act="hide"]')?.setAttribute("aria-pressed", String(isHidden));
  }

  _toggleLoupe() {
    this.loupe.isOn = !this.loupe.isOn;
    if (!this.loupe.isOn) this.loupe.hide();
    this.root.querySelector('[data-act="loupe"]')?.setAttribute("aria-pressed", String(this.loupe.isOn));
  }

  _showView() {
    const { window: shown, camera } = this.pane;
    this.part("zoom").textContent = `Zoom ${Math.round(camera.zoom * 100)} %${shown.inverted ? " · inverted" : ""}`;
    this.loupe.again();
    this.root.querySelector('[data-act="invert"]')?.setAttribute("aria-pressed", String(shown.inverted));
  }

  _show() {
    const { marks, told } = this;
    const doubts = doubtsOf(marks, told.levels);
    this.panel.show(marks, doubts);
    const { done } = progressOf(marks, told.levels);
    const held = document.activeElement;
    this._enable("undo", this.history.canUndo);
    this._enable("redo", this.history.canRedo);
    this._enable("start-over", done > 0);
    this._enable("measure", done > 0 && marks.side !== "" && !this.isSending);
    handOn(this.root, this.host, held);
    if (done && !marks.side) this._note("To measure, choose what lies on the left of the picture.");
    else this._note("Points stay in this tab until they are measured.");
    const side = this.part("side");
    side.hidden = !marks.side || marks.side === "unknown";
    side.textContent = SIDE_NAMES[/** @type {keyof typeof SIDE_NAMES} */ (marks.side)] ?? "";
    this.pane.redraw();
  }

  /** @param {string} act @param {boolean} isEnabled */
  _enable(act, isEnabled) {
    const button = /** @type {HTMLButtonElement} */ (this.root.querySelector(`button[data-act="${act}"]`));
    button.disabled = !isEnabled;
  }

  /** @param {string} text @param {boolean} [isBad] */
  _tell(text, isBad = false) {
    this.part("status").textContent = text;
    this.part("status").classList.toggle("is-bad", isBad);
  }

  /** @param {string} text */
  _note(text) {
    this.part("send-note").textContent = text;
  }

  _dialog() {
    return /** @type {HTMLDialogElement} */ (this.part("dialog"));
  }

  // Measuring --------------------------------------------------------------------------------------------------------

  async _measure() {
    if (!(await this._isSure())) return;
    this._sending(true);
    const [landmarksUrl, progressUrl] = [`/films/${this.film}/landmarks`, `/api/v1/films/${this.film}/progress`];
    const to = { landmarksUrl, progressUrl, version: this.told.version };
    try {
      await sendMarks(to, toFile(this.marks, this.told.levels));
      forget(this.film);
      location.assign(`/films/${this.film}`);
    } catch (error) {
      this._sending(false);
      const refused = this.part("refused");
      refused.replaceChildren(Object.assign(document.createElement("span"), { textContent: /** @type {Error} */ (error).message }));
      refused.hidden = false;
    }
  }

  /** @param {boolean} isSending */
  _sending(isSending) {
    this.isSending = isSending;
    this.part("refused").hidden = true;
    this._show();
    if (isSending) this._note("Being measured…");
  }

  /** Asks when something looks odd or is missing. */
  async _isSure() {
    const doubts = doubtsOf(this.marks, this.told.levels);
    const { done, total } = progressOf(this.marks, this.told.levels);
    const isWrong = doubts.some((one) => one.isWrong);
    const lines = doubts.filter((one) => one.isWrong === isWrong).map((one) => one.text);
    const missing = total - done;
    if (missing && !isWrong) lines.push(`${missing} ${missing === 1 ? "point is" : "points are"} not marked: what needs them will be listed as not measured.`);
    if (!lines.length) return true;
    return ask(this._dialog(), {
      title: isWrong ? "These corners cannot be right" : "Look at this before measuring",
      lines,
      back: "Back to the film",
      go: isWrong ? "" : "Measure all the same",
    });
  }
}

for (const root of document.querySelectorAll("[data-film-marking]")) {
  const marking = new Marking(/** @type {HTMLElement} */ (root));
  marking.load().catch((error) => {
    const status = root.querySelector('[data-part="status"]');
    if (status) status.textContent = `The film cannot be shown. ${error.message}`;
  });
}
