// @ts-check
/**
 * What the viewer asks of the server. One measuring request is under way at a time; while it is, only the newest points
 * wait, so that the answer on the screen is never older than one round trip.
 *
 * @typedef {import("./points.js").Points} Points
 */

import { csrfToken } from "/static/shell/csrf.js";
import { sendAsSame } from "/static/shell/signed_in.js";
import { toRequest } from "./level_names.js";

/** A server that says nothing for so long does not answer. */
const PATIENCE_MS = 30_000;
/** Points that could not be sent are sent again after so long. */
const AGAIN_MS = 4_000;

/** A plain sentence for a person. */
export class RefusedError extends Error {}

/** Nobody refused the points: the same may be sent again. */
class NotSentError extends RefusedError {}

/**
 * @param {string} url @param {unknown} body @param {string} [method]
 * @returns {Promise<any>}
 */
export async function send(url, body, method = "POST") {
  let response;
  try {
    response = await sendAsSame(() =>
      fetch(url, {
        method,
        credentials: "same-origin",
        keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRF": csrfToken() },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }),
    );
  } catch {
    throw new NotSentError("The clinic's server does not answer. Your points are still on this page.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw refusal(answer, response.status);
  return answer;
}

/** @param {any} answer @param {number} status */
function refusal(answer, status) {
  if (status === 401) {
    return new NotSentError("You were signed out. Sign in again in another tab; your points are still here.");
  }
  if (typeof answer?.error === "string") return new RefusedError(answer.error);
  return new RefusedError(`The server refused this (${status}).`);
}

/** Measures moved points, newest first. */
export class Measurer {
  /**
   * @param {string} url
   * @param {(assessed: any, points: Points) => void} onMeasured @param {(error: Error) => void} onError
   */
  constructor(url, onMeasured, onError) {
    Object.assign(this, { url, onMeasured, onError });
    this.url = url;
    this.onMeasured = onMeasured;
    this.onError = onError;
    /** @type {Points | null} */
    this._waiting = null;
    this._busy = false;
    /** Address of the earlier film's reading to compare with, if any. */
    this.earlier = "";
  }

  /** @param {Points} points */
  measure(points) {
    this._waiting = points;
    if (!this._busy) void this._run();
  }

  /**
   * Measure once and show nothing: the first time takes the server and this page several times as long as the next.
   * @param {Points} points
   */
  async rehearse(points) {
    if (this._busy) return;
    this._busy = true;
    await send(this.url, { ...toRequest(points), earlier: null }).catch(() => {});
    await this._run();
  }

  async _run() {
    this._busy = true;
    while (this._waiting) {
      const points = this._waiting;
      this._waiting = null;
      const started = performance.now();
      try {
        const assessed = await send(this.url, { ...toRequest(points), earlier: this.earlier || null });
        this.onMeasured(assessed, points);
        performance.measure("spondyl-measured", { start: started, end: performance.now() });
      } catch (error) {
        this.onError(/** @type {Error} */ (error));
      }
    }
    this._busy = false;
  }
}

/** Saves drafts in order; the newest one wins. What nobody refused is sent again until the server has it. */
export class DraftSaver {
  /** @param {(points: Points) => Promise<string>} save resolves to what was done @param {(text: string, isBad: boolean) => void} say */
  constructor(save, say) {
    this._save = save;
    this._say = say;
    /** @type {Points | null} */
    this._waiting = null;
    /** @type {Promise<void> | null} */
    this._running = null;
    /** @type {Points | null} the last that were to be saved */
    this._last = null;
    this._again = 0;
    this._hasFailed = false;
    /** True from a change until the server has it; a refused one stays so. */
    this.isUnsaved = false;
  }

  /** @param {Points} points */
  save(points) {
    this._stopWaiting();
    this._waiting = this._last = points;
    this.isUnsaved = true;
    this._running ??= this._run().finally(() => (this._running = null));
  }

  /** The server has these points by another way. @param {Points} points */
  taken(points) {
    if (points !== this._last) return;
    this._stopWaiting();
    this.isUnsaved = this._hasFailed = false;
  }

  /** What waits to be sent again is sent now; resolves when all is saved or not. */
  async settled() {
    if (this._again && this._last) this.save(this._last);
    while (this._running) await this._running;
  }

  async _run() {
    while (this._waiting) {
      const points = this._waiting;
      this._waiting = null;
      if (!this._hasFailed) this._say("Saving…", false);
      try {
        const done = await this._save(points);
        this._hasFailed = false;
        this.isUnsaved = this._waiting !== null;
        const time = new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit", second: "2-digit" });
        this._say(`${done} ${time}`, false);
      } catch (error) {
        this._hasFailed = true;
        this._say(`Not saved. ${/** @type {Error} */ (error).message}`, true);
        if (error instanceof NotSentError && !this._waiting) this._again = setTimeout(() => this.save(points), AGAIN_MS);
      }
    }
  }

  _stopWaiting() {
    clearTimeout(this._again);
    this._again = 0;
  }
}
