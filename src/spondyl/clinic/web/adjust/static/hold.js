// Holds a session: heartbeats while the page is alive and seen, and the stop on every way there is.

const BEAT_MS = 400;
/** A beat without an answer is given up: those of a network that broke would hold all six connections to the server. */
const ANSWER_MS = 2500;

/**
 * ``runs`` and ``halted``: a beat was answered, and the session runs, or has stopped or ended. ``unknown``: this server has no such session.
 * @typedef {{link: (isThere: boolean) => void, stopped: (confirmed: boolean, by: string) => void, runs: () => void, halted: () => void, unknown: () => void}} Told
 */

export class Hold {
  #over = false;
  #timer = 0;

  /** @param {string} lane address of this page's lane @param {Told} told */
  constructor(lane, told) {
    this.lane = lane;
    this.told = told;
  }

  /** Stop by key, and whenever the page is left or hidden. */
  begin() {
    window.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    window.addEventListener("keyup", (event) => this.#swallow(event), { capture: true });
    window.addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#leave());
  }

  /** Beat from now on: with the first one the session begins, unless it was stopped. */
  beat() {
    if (this.#over || this.#timer) return;
    void this.#beat();
    this.#timer = window.setInterval(() => this.#beat(), BEAT_MS);
  }

  /** The session has ended: nothing is held any more. */
  end() {
    this.#over = true;
    window.clearInterval(this.#timer);
  }

  /** Stop now. Two ways at once: one that outlives the page, one that is answered. @param {string} by */
  async stop(by) {
    if (this.#over) return;
    const address = `${this.lane}/stop?by=${by}`;
    navigator.sendBeacon(address);
    this.told.stopped(false, by);
    try {
      const answer = await fetch(address, { method: "POST", keepalive: true, priority: "high" });
      if (answer.status === 404) return this.told.unknown();
      const said = await answer.json();
      this.told.stopped(answer.ok, said.by ?? by);
    } catch {
      this.told.link(false);
    }
  }

  #leave() {
    if (!this.#over) navigator.sendBeacon(`${this.lane}/stop?by=page`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#swallow(event) || event.repeat) return;
    void this.stop("key");
  }

  /** Space and Escape do nothing but stop, whatever has the focus. @param {KeyboardEvent} event */
  #swallow(event) {
    const isStop = event.code === "Space" || event.key === " " || event.key === "Escape";
    if (!isStop || this.#over) return false;
    event.preventDefault();
    event.stopImmediatePropagation();
    return true;
  }

  async #beat() {
    try {
      const answer = await fetch(`${this.lane}/beat`, { method: "POST", cache: "no-store", priority: "high", signal: AbortSignal.timeout(ANSWER_MS) });
      const said = await answer.json().catch(() => ({}));
      if (this.#over) return;
      this.told.link(answer.ok);
      if (answer.status === 404) this.told.unknown();
      else if (answer.ok && said.runs === false) this.told.halted();
      else if (answer.ok) this.told.runs();
    } catch {
      if (!this.#over) this.told.link(false);
    }
  }
}
