// Drag a visit: the free starts of the day light up; drop it on one. Everything here can be done on the visit's page too.

/** @typedef {{provider: string, room: string, office: string, minute: number, value: string}} Start */

const board = /** @type {HTMLElement | null} */ (document.querySelector("[data-board]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-move-form]"));
const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-said]"));

/** The visit in hand; places that come after it was let go are not marked. @type {HTMLElement | null} */
let inHand = null;
let isSent = false;

/** @param {string} text */
function say(text) {
  if (said) said.textContent = text;
}

/** @param {string} key @param {string} day @returns {Promise<Start[]>} */
async function freeStarts(key, day) {
  const answer = await fetch(`/calendar/visits/${key}/free?day=${day}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).starts;
}

function clear() {
  for (const mark of document.querySelectorAll(".drop")) mark.remove();
  for (const one of document.querySelectorAll(".dragged")) one.classList.remove("dragged");
}

/** Mark the places; gives how many there are. @param {HTMLElement} place @param {Start[]} starts @param {HTMLElement} visit */
function light(place, starts, visit) {
  const by = place.dataset.by ?? "provider";
  let count = 0;
  for (const start of starts) {
    const column = place.querySelector(`[data-column="${by === "room" ? start.room : by === "office" ? start.office : start.provider}"]`);
    if (!column) continue;
    const mark = document.createElement("div");
    const cell = (start.minute - Number(place.dataset.first)) / 5;
    // Where it is already is no move: nobody would be written to about it.
    if (column.contains(visit) && visit.classList.contains(`from-${cell}`)) continue;
    count += 1;
    mark.className = `drop from-${cell} for-3`;
    mark.textContent = `${Math.floor(start.minute / 60) % 12 || 12}:${String(start.minute % 60).padStart(2, "0")} ${start.minute < 720 ? "am" : "pm"}`;
    mark.addEventListener("dragenter", () => mark.classList.add("aimed"));
    mark.addEventListener("dragleave", () => mark.classList.remove("aimed"));
    mark.addEventListener("dragover", (event) => event.preventDefault());
    mark.addEventListener("drop", (event) => {
      event.preventDefault();
      send(visit.dataset.key ?? "", start.value);
    });
    column.append(mark);
  }
  return count;
}

/** @param {string} key @param {string} value */
function send(key, value) {
  if (!form) return;
  isSent = true;
  form.action = `/calendar/visits/${key}/move`;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("to")).value = value;
  form.requestSubmit();
}

/** @param {HTMLElement} place @param {HTMLElement} visit */
async function begin(place, visit) {
  visit.classList.add("dragged");
  inHand = visit;
  try {
    const starts = await freeStarts(visit.dataset.key ?? "", place.dataset.day ?? "");
    if (inHand !== visit) return;
    const count = light(place, starts, visit);
    say(count ? `${count} free ${count === 1 ? "place is" : "places are"} marked.` : "Nothing else is free this day: open the visit for other days.");
  } catch {
    say("The free places did not come. Open the visit to move it.");
  }
}

function end() {
  const wasMarked = document.querySelector(".drop") !== null;
  inHand = null;
  clear();
  if (!isSent && wasMarked) say("Not moved. Drop a visit on a marked place, or open it for other times.");
}

if (board) {
  board.addEventListener("dragstart", (event) => {
    const visit = /** @type {HTMLElement} */ (event.target).closest?.("[data-key]");
    if (!(visit instanceof HTMLElement) || visit.getAttribute("draggable") !== "true") return;
    event.dataTransfer?.setData("text/plain", visit.dataset.key ?? "");
    void begin(board, visit);
  });
  board.addEventListener("dragend", () => setTimeout(end, 0));
  board.addEventListener("pointerdown", () => say(""));
  document.addEventListener("keydown", (event) => step(event));
}

/** Arrow keys go from visit to visit inside a column and between columns. @param {KeyboardEvent} event */
function step(event) {
  const here = document.activeElement;
  if (!(here instanceof HTMLElement) || !here.matches("[data-board] .visit")) return;
  const column = /** @type {HTMLElement} */ (here.closest("[data-column]"));
  const own = /** @type {HTMLElement[]} */ ([...column.querySelectorAll(".visit")]);
  const columns = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-column]")].filter((one) => one.querySelector(".visit")));
  const at = own.indexOf(here);
  const side = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  const next = event.key === "ArrowDown" ? own[at + 1] : event.key === "ArrowUp" ? own[at - 1]
    : side ? columns[columns.indexOf(column) + side]?.querySelector(".visit") : undefined;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
