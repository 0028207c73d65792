// @ts-check
/**
 * Undo and redo of whole states. A state is never changed after it was pushed.
 * @template T
 */
export class History {
  /** @param {T} first @param {number} [most] */
  constructor(first, most = 500) {
    /** @type {T[]} */
    this._states = [first];
    this._at = 0;
    this._most = most;
  }

  /** The state now. @returns {T} */
  get now() {
    return this._states[this._at];
  }

  /** Another state in place of the one now, without a step. @param {T} state */
  set now(state) {
    this._states[this._at] = state;
  }

  get canUndo() {
    return this._at > 0;
  }

  get canRedo() {
    return this._at < this._states.length - 1;
  }

  /** A new state; what was undone is forgotten. @param {T} state */
  push(state) {
    this._states.splice(this._at + 1);
    this._states.push(state);
    if (this._states.length > this._most) this._states.shift();
    this._at = this._states.length - 1;
  }

  /** @returns {T} */
  undo() {
    this._at = Math.max(0, this._at - 1);
    return this.now;
  }

  /** @returns {T} */
  redo() {
    this._at = Math.min(this._states.length - 1, this._at + 1);
    return this.now;
  }
}
