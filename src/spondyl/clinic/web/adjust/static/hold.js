// Holds a session: heartbeats while the page is alive and seen, and the stop on every way there is.

const BEAT_MS = 400;

/** @typedef {{link: (isThere: boolean) => void, stopped: (confirmed: boolean, by: string) => void}} Told */

export class Hold {
  #over = false;
  #timer = 0;

  /** @param {string} lane address of this page's lane @param {Told} told */
  constructor(lane, told) {
    this.lane = lane;
    this.told = told;
  }

  /** Begin to beat, and stop by key, and whenever the page is left or hidden. */
  begin() {
    window.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    window.addEventListener("keyup", (event) => this.#swallow(event), { capture: true });
    window.addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#leave());
    this.#beat();
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
      const answer = await fetch(`${this.lane}/beat`, { method: "POST", cache: "no-store", priority: "high" });
      if (!this.#over) this.told.link(answer.ok);
    } catch {
      if (!this.#over) this.told.link(false);
    }
  }
}
