// @ts-check
/** The keys of the marking page: the viewer's own for looking, and those for marking. */

import { KEYS } from "./keys.js";

const LOOKING = ["tool-window", "larger", "smaller", "reset", "brighter", "darker", "wider", "narrower", "invert", "hide", "help"];
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

/** @type {import("./keys.js").Key[]} */
export const MARK_KEYS = [
  { keys: ARROWS, shown: "arrows", does: "move the cross by 4 pixels of the film (Shift: 40; Alt: 1)", act: "arrow" },
  { keys: ["Enter"], shown: "Enter", does: "mark at the cross", act: "lay" },
  { keys: ["Backspace", "u"], shown: "Backspace, U or Ctrl+Z", does: "undo", act: "undo" },
  { keys: ["y"], shown: "Y or Ctrl+Y", does: "redo", act: "redo" },
  { keys: ["PageDown"], shown: "Page Down", does: "next level towards the feet", act: "next-level" },
  { keys: ["PageUp"], shown: "Page Up", does: "next level towards the head", act: "previous-level" },
  { keys: ["1", "2", "3", "4"], shown: "1 2 3 4", does: "corner: upper left, upper right, lower left, lower right", act: "corner" },
  { keys: ["n"], shown: "N or Esc", does: "the next point that is missing", act: "next-missing" },
  { keys: ["Escape"], shown: "", does: "", act: "next-missing" },
  { keys: ["Delete"], shown: "Delete", does: "take away the chosen point", act: "delete" },
  { keys: ["s"], shown: "S", does: "skip this level, or take it back", act: "skip" },
  { keys: ["z"], shown: "Z", does: "look closely at the cross or the last point", act: "close-up" },
  { keys: ["l"], shown: "L", does: "loupe on or off", act: "loupe" },
  { keys: ["v"], shown: "V", does: "tool: mark and move", act: "tool-correct" },
  ...KEYS.filter((one) => LOOKING.includes(one.act)),
];

export const SHOWN_KEYS = MARK_KEYS.filter((one) => one.shown);
