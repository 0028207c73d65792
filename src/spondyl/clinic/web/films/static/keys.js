// @ts-check
/**
 * The viewer's keys. They act only while the film has the focus, so that no single letter surprises anyone elsewhere on
 * the page. The list that "?" shows is this table.
 *
 * @typedef {{keys: string[], shown: string, does: string, act: string}} Key
 */

/** @type {Key[]} */
export const KEYS = [
  { keys: ["n"], shown: "N", does: "next unsure vertebra", act: "next-unsure" },
  { keys: ["PageDown"], shown: "Page Down", does: "next vertebra towards the feet", act: "next-vertebra" },
  { keys: ["PageUp"], shown: "Page Up", does: "next vertebra towards the head", act: "previous-vertebra" },
  { keys: ["1", "2", "3", "4"], shown: "1 2 3 4", does: "corner: top left, top right, bottom left, bottom right", act: "corner" },
  { keys: ["5"], shown: "5", does: "the whole vertebra", act: "whole" },
  { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], shown: "arrows", does: "move the chosen corner by a pixel (Shift: ten; Alt: a quarter); nothing chosen: pan", act: "arrow" },
  { keys: ["Enter"], shown: "Enter", does: "ruler or angle: lay a point at the cross", act: "lay" },
  { keys: ["Escape"], shown: "Esc", does: "choose nothing; take rulers and angles away", act: "escape" },
  { keys: ["<"], shown: "<", does: "all level names one towards the head (L4 is L3)", act: "names-head" },
  { keys: [">"], shown: ">", does: "all level names one towards the feet (L4 is L5)", act: "names-feet" },
  { keys: ["c"], shown: "C", does: "the level names are right as they are: you counted", act: "names-right" },
  { keys: ["u"], shown: "U or Ctrl+Z", does: "undo", act: "undo" },
  { keys: ["y"], shown: "Y or Ctrl+Y", does: "redo", act: "redo" },
  { keys: ["a"], shown: "A", does: "accept the landmarks", act: "accept" },
  { keys: ["v"], shown: "V", does: "tool: correct and move", act: "tool-correct" },
  { keys: ["w"], shown: "W", does: "tool: window and level", act: "tool-window" },
  { keys: ["r"], shown: "R", does: "tool: ruler", act: "tool-ruler" },
  { keys: ["g"], shown: "G", does: "tool: angle between two lines", act: "tool-angle" },
  { keys: ["+", "="], shown: "+", does: "larger", act: "larger" },
  { keys: ["-"], shown: "−", does: "smaller", act: "smaller" },
  { keys: ["0"], shown: "0", does: "whole film, first window", act: "reset" },
  { keys: ["z"], shown: "Z", does: "look closely at the chosen vertebra", act: "close-up" },
  { keys: ["]"], shown: "]", does: "brighter", act: "brighter" },
  { keys: ["["], shown: "[", does: "darker", act: "darker" },
  { keys: ["}"], shown: "}", does: "less contrast", act: "wider" },
  { keys: ["{"], shown: "{", does: "more contrast", act: "narrower" },
  { keys: ["i"], shown: "I", does: "invert", act: "invert" },
  { keys: ["f"], shown: "F", does: "flip left and right", act: "flip" },
  { keys: ["h"], shown: "H", does: "hide or show landmarks", act: "hide" },
  { keys: ["?"], shown: "?", does: "show or hide these keys", act: "help" },
];

/** What a key press means, or null. @param {KeyboardEvent} event @param {Key[]} [keys] @returns {string | null} */
export function actOf(event, keys = KEYS) {
  if (event.ctrlKey || event.metaKey) {
    const letter = event.key.toLowerCase();
    if (letter === "z") return event.shiftKey ? "redo" : "undo";
    return letter === "y" ? "redo" : null;
  }
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return keys.find((one) => one.keys.includes(name))?.act ?? null;
}

/** @param {HTMLElement} list a dl @param {Key[]} [keys] */
export function fillKeyList(list, keys = KEYS) {
  for (const { shown, does } of keys) {
    const term = Object.assign(document.createElement("dt"), { textContent: shown });
    list.append(term, Object.assign(document.createElement("dd"), { textContent: does }));
  }
}
