// @ts-check
/**
 * The table of measurements beside the film. Rows are made once per kind and then only their changed cells are written,
 * so that nothing jumps while a corner is dragged.
 *
 * @typedef {{kind: string, label: string, value: string, interval: string, flags: string[], main: boolean,
 *   before?: string, change?: string, notes?: string[]}} Row
 */

import { write } from "./changed_text.js";

const CELLS = ["label", "value", "interval", "before", "change"];

export class MeasurementPanel {
  /** @param {HTMLElement} host holds two tbody elements and a list of warnings, by data-part */
  constructor(host) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(`[data-part=${name}]`));
    this._host = host;
    this._main = part("main-rows");
    this._levels = part("level-rows");
    this._levelCount = part("level-count");
    this._shared = part("shared");
    this._alerts = part("alerts");
    this._alertBox = part("alert-box");
    /** @type {Map<string, HTMLTableRowElement>} */
    this._rows = new Map();
  }

  /** @param {{rows: Row[], red_lines: string[], shared_flags: string[]}} assessed */
  show(assessed) {
    this._host.classList.toggle("is-compared", assessed.rows.some((row) => row.before !== undefined));
    this._host.classList.remove("is-live");
    const kinds = new Set(assessed.rows.map((row) => row.kind));
    for (const [kind, row] of this._rows) {
      if (!kinds.has(kind)) {
        row.remove();
        this._rows.delete(kind);
      }
    }
    for (const main of [true, false]) {
      const body = main ? this._main : this._levels;
      assessed.rows.filter((row) => row.main === main).forEach((row, n) => this._place(body, n, row));
    }
    write(this._levelCount, String(this._levels.children.length));
    write(this._shared, assessed.shared_flags.length ? `All values: ${assessed.shared_flags.join("; ")}.` : "");
    this._showAlerts(assessed.red_lines);
  }

  /** A value drawn live, before the server has answered. @param {string} kind @param {string} value */
  preview(kind, value) {
    const cell = this._rows.get(kind)?.cells[1];
    if (cell) write(cell, value);
    this._host.classList.add("is-live");
  }

  /** The points moved and could not be measured: what stands in the table is of those before. @param {string} why */
  showUnmeasured(why) {
    this._showAlerts([`The values are those before the last move. ${why}`]);
  }

  /** @param {Element} body @param {number} n @param {Row} row */
  _place(body, n, row) {
    let element = this._rows.get(row.kind);
    if (!element) {
      element = document.createElement("tr");
      for (const name of CELLS) {
        const cell = document.createElement(name === "label" ? "th" : "td");
        if (name === "label") cell.scope = "row";
        cell.className = `film-cell-${name}`;
        element.append(cell);
      }
      this._rows.set(row.kind, element);
    }
    if (body.children[n] !== element) body.insertBefore(element, body.children[n] ?? null);
    CELLS.forEach((name, at) => name !== "label" && write(element.cells[at], /** @type {any} */ (row)[name] ?? ""));
    writeLabel(element.cells[0], row);
  }

  /** @param {string[]} lines */
  _showAlerts(lines) {
    const have = [...this._alerts.children].map((item) => item.textContent);
    if (have.join("\n") !== lines.join("\n")) {
      this._alerts.replaceChildren(
        ...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
      );
    }
    this._alertBox.hidden = lines.length === 0;
  }
}

/** @param {HTMLElement} cell @param {Row} row */
function writeLabel(cell, row) {
  const notes = row.notes ?? [];
  const whole = [row.label, ...row.flags, ...notes].join("\n");
  if (cell.dataset.whole === whole) return;
  cell.dataset.whole = whole;
  const line = (/** @type {string} */ className) => (/** @type {string} */ textContent) =>
    Object.assign(document.createElement("span"), { className, textContent });
  cell.replaceChildren(row.label, ...row.flags.map(line("film-flag")), ...notes.map(line("film-note")));
}
