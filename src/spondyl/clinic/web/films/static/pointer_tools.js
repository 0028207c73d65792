// @ts-check
/**
 * What the mouse, pen and fingers do on a pane: the chosen tool with the first button, pan with the middle one, window
 * with the second, zoom with the wheel, and two fingers zoom and pan at once.
 *
 * @typedef {import("./camera.js").Point} Point
 * @typedef {"correct" | "window" | "pan" | "ruler" | "angle"} Tool
 * @typedef {{begin: (event: PointerEvent) => boolean, move: (event: PointerEvent) => void, end: () => void,
 *   cancel?: () => void}} Grip `cancel` instead of `end` when a second finger comes or the pointer is lost
 */

/** How far a pointer goes before a press is a drag, CSS pixels: a hand is never quite still. */
export const SLACK_PX = { mouse: 4, pen: 6, touch: 10 };

const WHEEL = 0.0016;
const WINDOW_PER_PX = 1 / 500;

export class PointerTools {
  /**
   * @param {import("./film_pane.js").FilmPane} pane
   * @param {{corner?: Grip, point?: (tool: "ruler" | "angle", event: PointerEvent) => void,
   *   hover?: (event: PointerEvent) => void, camera?: () => void}} hooks
   */
  constructor(pane, hooks) {
    this._pane = pane;
    this._hooks = hooks;
    /** @type {Tool} */
    this.tool = "correct";
    /** @type {Map<number, PointerEvent>} */
    this._down = new Map();
    /** @type {"corner" | "pan" | "window" | null} */
    this._doing = null;
    const host = pane.host;
    host.addEventListener("pointerdown", (event) => this._start(event));
    host.addEventListener("pointermove", (event) => this._move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      host.addEventListener(name, (event) => this._stop(/** @type {PointerEvent} */ (event)));
    }
    host.addEventListener("wheel", (event) => this._wheel(event), { passive: false });
    host.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** @param {PointerEvent} event */
  _start(event) {
    if (/** @type {Element} */ (event.target).closest("button, a, select")) return;
    this._pane.host.setPointerCapture(event.pointerId);
    this._down.set(event.pointerId, event);
    if (this._down.size === 2) {
      this._letGo(true);
      return;
    }
    this._doing = this._jobOf(event);
  }

  /** @param {PointerEvent} event */
  _jobOf(event) {
    if (event.button === 1) return "pan";
    if (event.button === 2 || this.tool === "window") return "window";
    if (this.tool === "ruler" || this.tool === "angle") {
      this._hooks.point?.(this.tool, event);
      return null;
    }
    return this.tool === "correct" && this._hooks.corner?.begin(event) ? "corner" : "pan";
  }

  /** @param {PointerEvent} event */
  _move(event) {
    const before = this._down.get(event.pointerId);
    this._hooks.hover?.(event);
    if (!before) return;
    if (this._down.size === 2) this._pinch(event);
    else if (this._doing === "corner") this._hooks.corner?.move(event);
    else if (this._doing) this._drag(event.clientX - before.clientX, event.clientY - before.clientY);
    this._down.set(event.pointerId, event);
  }

  /** @param {number} dx @param {number} dy */
  _drag(dx, dy) {
    if (this._doing === "window") this._pane.changeWindow(-dy * WINDOW_PER_PX, dx * WINDOW_PER_PX * 2);
    else this._pane.panBy(dx, dy);
    this._hooks.camera?.();
  }

  /** @param {PointerEvent} event */
  _pinch(event) {
    const others = [...this._down.entries()].filter(([id]) => id !== event.pointerId).map(([, one]) => one);
    const before = /** @type {PointerEvent} */ (this._down.get(event.pointerId));
    const still = this._pane.panePoint(others[0]);
    const [from, to] = [this._pane.panePoint(before), this._pane.panePoint(event)];
    const middle = /** @type {Point} */ ([(from[0] + still[0]) / 2, (from[1] + still[1]) / 2]);
    const apart = (/** @type {Point} */ at) => Math.hypot(at[0] - still[0], at[1] - still[1]);
    this._pane.zoomBy(apart(to) / Math.max(apart(from), 1), middle);
    this._pane.panBy((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
    this._hooks.camera?.();
  }

  /** @param {PointerEvent} event */
  _stop(event) {
    this._down.delete(event.pointerId);
    this._letGo(event.type === "pointercancel");
  }

  /** @param {boolean} isLost */
  _letGo(isLost) {
    const { corner } = this._hooks;
    if (this._doing === "corner" && corner) (isLost && corner.cancel ? corner.cancel : corner.end)();
    this._doing = null;
  }

  /** @param {WheelEvent} event */
  _wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 32 : 1;
    this._pane.zoomBy(Math.exp(-event.deltaY * lines * WHEEL), this._pane.panePoint(event));
    this._hooks.camera?.();
  }
}
