// @ts-check
/**
 * The reading of one film: its points with undo, the lines drawn for them, what the server measured, what is saved.
 * It draws nothing; the viewer listens.
 *
 * @typedef {import("./points.js").Points} Points
 * @typedef {import("./live_angles.js").LiveLine} LiveLine
 */

import { DraftSaver, Measurer, RefusedError, send } from "./film_server.js";
import { History } from "./history.js";
import { NO_POINTS, confirmed, isNamedAlike, pointsFrom, renamed, toRequest } from "./level_names.js";
import { liveAngleDeg, segmentsOf, tied, untied } from "./live_angles.js";

export class Reading {
  /**
   * @param {any} state as the server describes the film
   * @param {{changed: () => void, measured: (assessed: any) => void, status: (text: string, isBad: boolean) => void,
   *   preview: (kind: string, value: string) => void, unmeasured: (why: string) => void}} listener
   */
  constructor(state, listener) {
    this.state = state;
    this._listener = listener;
    this.points = state.points ? pointsFrom(state.points) : NO_POINTS;
    this._history = new History(this.points);
    this._aspect = /** @type {[number, number]} */ (state.film.spacing_mm ?? [1, 1]);
    /** @type {{line: LiveLine, text: string, label: string}[]} */
    this._lines = [];
    this._measurer = new Measurer(
      state.urls.measure,
      (assessed, points) => this._take(assessed, points),
      (error) => {
        this._isUnmeasured = true;
        listener.unmeasured(error.message);
      },
    );
    this._isUnmeasured = false;
    this._saver = new DraftSaver((points) => this._saveDraft(points), listener.status);
    if (state.assessment) this._tie(state.assessment, this.points);
  }

  get hasPoints() {
    return this.points.vertebrae.length > 0;
  }

  /** True while points of this page are not on the server. */
  get isUnsaved() {
    return this._saver.isUnsaved;
  }

  get canUndo() {
    return this._history.canUndo;
  }

  get canRedo() {
    return this._history.canRedo;
  }

  /** Points under the pointer, not yet in the history. @param {Points} points */
  drag(points) {
    if (points.renamedBy !== this.points.renamedBy) this._lines = this._lines.map((one) => ({ ...one, line: untied(one.line) }));
    this.points = points;
    for (const { line } of this._lines) {
      const angle = liveAngleDeg(line, points, this._aspect);
      if (angle !== null) this._listener.preview(line.kind, degrees(angle));
    }
    this._measurer.measure(points);
    this._listener.changed();
  }

  /** The drag is over: one step to undo, saved as a draft. */
  drop() {
    if (this._history.now === this.points) return;
    this._history.push(this.points);
    this._saver.save(this.points);
    this._listener.changed();
  }

  /** The drag is given up: the points are where they were before it. */
  giveUp() {
    if (this._history.now !== this.points) this.drag(this._history.now);
  }

  /** Take back every correction since the last acceptance: one step to undo. */
  goBack() {
    this.drag(pointsFrom(this.state.accepted));
    this.drop();
  }

  /** Move all level names: one step to undo. @param {number} by levels, towards the feet when positive */
  rename(by) {
    this.drag(renamed(this.points, by));
    this.drop();
  }

  /** The names are right as they are, says the person: one step to undo. */
  confirmNames() {
    this.drag(confirmed(this.points));
    this.drop();
  }

  undo() {
    this._goTo(this._history.undo());
  }

  redo() {
    this._goTo(this._history.redo());
  }

  /** @param {Points} points */
  _goTo(points) {
    if (points === this.points) return;
    this.drag(points);
    this._saver.save(points);
  }

  /** Go back to the reading that was set aside. @returns {Promise<any>} the new state */
  async exchange() {
    await this._saved();
    return send(this.state.urls.exchange, { version: this.state.reading.version });
  }

  /** Say what lies on the left edge of the picture as it is stored. @param {string} left @returns {Promise<any>} the new state */
  async stateSide(left) {
    await this._saved();
    return send(this.state.urls.side, { version: this.state.reading.version, left });
  }

  /** Compare with an earlier film's reading; empty for none. @param {string} earlier */
  compareWith(earlier) {
    this._measurer.earlier = earlier;
    if (this.hasPoints) this._measurer.measure(this.points);
  }

  /** Make ready for the first moved point. */
  async rehearse() {
    if (this.hasPoints) await this._measurer.rehearse(this.points);
  }

  /** The lines as they run now: segments in film pixels and the text beside them. */
  drawnLines() {
    return this._lines.map(({ line, text, label }) => {
      const angle = liveAngleDeg(line, this.points, this._aspect);
      return { segments: segmentsOf(line, this.points), text: angle === null ? text : `${label} ${degrees(angle)}` };
    });
  }

  /** Accept the points as they are. @returns {Promise<any>} the new state */
  async accept() {
    await this._saver.settled();
    const { points } = this;
    const state = await this._act(this.state.urls.accept, { ...toRequest(points), version: this.state.reading.version });
    this._saver.taken(points);
    return state;
  }

  /** Sign what was accepted. @returns {Promise<any>} the new state */
  async sign() {
    await this._saved();
    return this._act(this.state.urls.sign, { version: this.state.reading.version });
  }

  /** Who signs what the server has must see nothing else. */
  async _saved() {
    await this._saver.settled();
    if (this.isUnsaved) throw new RefusedError("What you moved last is not saved, so nothing was done.");
  }

  /** @param {string} url @param {unknown} body */
  async _act(url, body) {
    const state = await send(url, body);
    this.state = state;
    this._tie(state.assessment, this.points);
    return this.state;
  }

  /** @param {Points} points @returns {Promise<string>} what was done */
  async _saveDraft(points) {
    const version = this.state.reading.version;
    const answer = await send(this.state.urls.draft, { ...toRequest(points), version }, "PUT");
    this.state = { ...this.state, reading: answer.reading };
    this._listener.changed();
    if (this._isUnmeasured) this._measurer.measure(this.points);
    return answer.reading.status === "draft" ? "Draft saved" : "Again as accepted,";
  }

  /** @param {any} assessed @param {Points} points */
  _take(assessed, points) {
    this._isUnmeasured = false;
    if (!isNamedAlike(points, this.points)) return; // the answer with the names that hold now is on its way
    this._tie(assessed, points);
    this._listener.measured(assessed);
  }

  /** @param {any} assessed @param {Points} points */
  _tie(assessed, points) {
    this._lines = assessed.drawn.map((/** @type {any} */ one) => ({
      line: tied(one, points, this._aspect),
      text: one.text,
      label: one.short,
    }));
  }
}

/** @param {number} value */
function degrees(value) {
  return `${value.toFixed(1).replace("-", "−").replace("−0.0", "0.0")}°`;
}
