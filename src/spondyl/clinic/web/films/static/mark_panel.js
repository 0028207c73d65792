// @ts-check
/**
 * What stands around the film while it is marked: the prompt, the choices, the levels, what looks odd. It changes only
 * what differs, so that the focus stays where a person put it.
 *
 * @typedef {import("./mark_model.js").Marks} Marks
 * @typedef {import("./mark_model.js").Told} Told
 * @typedef {import("./mark_doubts.js").Doubt} Doubt
 * @typedef {{change: (marks: Marks) => void, jump: (name: string) => void, skip: (name: string) => void}} Hooks
 */

import { countOf, emptyMarks, isHead, markAt, namesOf, pointsNeeded, progressOf, SIDE_NAMES, wordsOf } from "./mark_model.js";

const HEADS_TEXT = { AP: "pelvic obliquity", PA: "pelvic obliquity", LATERAL: "pelvic incidence and tilt" };
const VIEW_NAMES = { AP: "AP (from the front)", PA: "PA (from behind)", LATERAL: "Lateral" };

export class MarkPanel {
  /** @param {HTMLElement} root @param {Told} told @param {Hooks} hooks */
  constructor(root, told, hooks) {
    this.root = root;
    this.told = told;
    this.hooks = hooks;
    this._view = this._select("view", (view) => ({ ...emptyMarks(told, view), marks: this.marks.marks, skipped: [] }));
    this._side = this._select("side-choice", (side) => ({ ...this.marks, side }));
    this._first = this._select("first", (first) => ({ ...this.marks, first }));
    this._last = this._select("last", (last) => ({ ...this.marks, last }));
    this._heads = /** @type {HTMLInputElement} */ (this._part("heads"));
    this._heads.addEventListener("change", () => hooks.change({ ...this.marks, hasHeads: this._heads.checked }));
    /** @type {Marks} */
    this.marks = emptyMarks(told);
  }

  /** @param {Marks} marks @param {Doubt[]} doubts */
  show(marks, doubts) {
    this.marks = marks;
    this._showChoices();
    this._showPrompt();
    this._showLevels(doubts.filter((one) => one.isWrong).map((one) => one.name));
    this._showDoubts(doubts);
  }

  /** @param {string} name */
  _part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  /** @param {string} name @param {(value: string) => Marks} chosen */
  _select(name, chosen) {
    const select = /** @type {HTMLSelectElement} */ (this._part(name));
    select.addEventListener("change", () => this.hooks.change(chosen(select.value)));
    return select;
  }

  _showChoices() {
    const { levels, views } = this.told;
    const { view, side, first, last, hasHeads } = this.marks;
    const from = levels.indexOf(first);
    fill(this._view, Object.keys(views).map((one) => [one, VIEW_NAMES[/** @type {keyof typeof VIEW_NAMES} */ (one)]]), view);
    const sides = [...views[view], "unknown"].map((one) => [one, SIDE_NAMES[/** @type {keyof typeof SIDE_NAMES} */ (one)]]);
    fill(this._side, [["", "choose…"], ...sides], side);
    fill(this._first, levels.slice(0, levels.indexOf(last) + 1).map((one) => [one, one]), first);
    fill(this._last, levels.slice(from).map((one) => [one, one]), last);
    this._heads.checked = hasHeads;
    say(this._part("heads-text"), `Femoral heads, for ${HEADS_TEXT[/** @type {keyof typeof HEADS_TEXT} */ (view)]}`);
  }

  _showPrompt() {
    const { target } = this.marks;
    const { done, total } = progressOf(this.marks, this.told.levels);
    say(this._part("prompt"), this._promptText(done));
    say(this._part("count"), `${done} of ${total} points`);
    const progress = /** @type {HTMLProgressElement} */ (this._part("progress"));
    Object.assign(progress, { max: Math.max(total, 1), value: done });
    const head = target !== null && isHead(target.name);
    this._part("sketch").toggleAttribute("hidden", head);
    this._part("head-sketch").toggleAttribute("hidden", !head);
    for (const [part, isShown] of /** @type {[string, boolean][]} */ ([["sketch", !head], ["head-sketch", head]])) {
      this._part(part).querySelectorAll("circle:not(.mark-sketch-bone)").forEach((circle, n) => {
        circle.classList.toggle("is-next", isShown && target?.corner === n);
      });
    }
  }

  /** @param {number} done */
  _promptText(done) {
    const { target, side } = this.marks;
    if (target) return `${wordsOf(this.marks, target)}${markAt(this.marks, target) ? ": place it anew" : ""}`;
    if (!done) return "choose a level to mark.";
    return side ? "look whether the corners lie well, then press Measure." : "choose what lies on the left of the picture.";
  }

  /** @param {string[]} wrong */
  _showLevels(wrong) {
    const list = this._part("levels");
    const names = namesOf(this.marks, this.told.levels);
    if ([...list.children].map((item) => /** @type {HTMLElement} */ (item).dataset.level).join() !== names.join()) {
      list.replaceChildren(...names.map((name) => this._levelItem(name)));
    }
    for (const item of list.children) {
      const { level = "" } = /** @type {HTMLElement} */ (item).dataset;
      this._showLevel(/** @type {HTMLElement} */ (item), level, wrong.includes(level));
    }
  }

  /** @param {string} name */
  _levelItem(name) {
    const item = document.createElement("li");
    item.dataset.level = name;
    const jump = child("button", item, "mark-jump");
    child("span", jump, "mark-jump-name").textContent = name;
    child("span", jump, "mark-jump-state");
    jump.addEventListener("click", () => this.hooks.jump(name));
    const skip = child("button", item, "mark-skip");
    skip.addEventListener("click", () => this.hooks.skip(name));
    for (const button of [jump, skip]) button.setAttribute("type", "button");
    return item;
  }

  /** @param {HTMLElement} item @param {string} name @param {boolean} isWrong */
  _showLevel(item, name, isWrong) {
    const isSkipped = this.marks.skipped.includes(name);
    const [count, needed] = [countOf(this.marks, name), pointsNeeded(name)];
    const isNext = this.marks.target?.name === name;
    const state = isSkipped ? "skipped" : isWrong ? "wrong" : count === needed ? "done" : "open";
    const words = { skipped: "skipped", wrong: "! wrong", done: "✓ marked", open: count ? `${count} of ${needed}` : "" };
    item.className = `${isNext ? "is-next " : ""}is-${state}`;
    const [jump, skip] = item.children;
    jump.toggleAttribute("aria-current", false);
    if (isNext) jump.setAttribute("aria-current", "step");
    say(jump.children[1], words[state]);
    say(skip, isSkipped ? "Undo skip" : "Skip");
    skip.setAttribute("aria-label", `${isSkipped ? "Undo skip" : "Skip"} ${name}`);
  }

  /** @param {Doubt[]} doubts */
  _showDoubts(doubts) {
    const list = this._part("doubts");
    const text = doubts.map((one) => one.text).join("\n");
    if (list.dataset.shown === text) return;
    list.dataset.shown = text;
    list.replaceChildren(
      ...doubts.map((doubt) => {
        const item = document.createElement("li");
        if (doubt.isWrong) item.className = "is-wrong";
        const button = child("button", item, "");
        button.setAttribute("type", "button");
        child("strong", button, "").textContent = doubt.isWrong ? "Wrong:" : "Look again:";
        button.append(doubt.text);
        button.addEventListener("click", () => this.hooks.jump(doubt.name));
        return item;
      }),
    );
  }
}

/** @param {string} tag @param {Element} parent @param {string} className */
function child(tag, parent, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  parent.append(element);
  return element;
}

/** @param {Element} element @param {string} text */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLSelectElement} select @param {string[][]} options value and words @param {string} value */
function fill(select, options, value) {
  const shown = options.map(([one]) => one).join();
  if (select.dataset.shown !== shown) {
    select.dataset.shown = shown;
    select.replaceChildren(...options.map(([one, words]) => new Option(words, one)));
  }
  select.value = value;
}
