// Drag a visit: the free starts of the day light up; drop it on one. Everything here can be done on the visit's page too.

/** @typedef {{provider: string, room: string, office: string, with: string, where: string, minute: number, value: string}} Start */

/** The free places of a day are waited for so long. */
const PATIENCE_MS = 15_000;
const UNAUTHORIZED = 401;

const board = /** @type {HTMLElement | null} */ (document.querySelector("[data-board]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-move-form]"));
const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-said]"));

/** The drag under way; places that come after its visit was let go are not marked. @type {{visit: HTMLElement, isMarked: boolean, hasFailed: boolean} | null} */
let drag = null;
let isSent = false;

/** @param {string} text */
function say(text) {
  if (said) said.textContent = text;
}

/** @param {string} key @param {string} day @returns {Promise<Start[]>} */
async function freeStarts(key, day) {
  const answer = await fetch(`/calendar/visits/${key}/free?day=${day}`, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === UNAUTHORIZED) throw new Error("You were signed out: sign in in another tab, then drag again.");
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).starts;
}

function clear() {
  for (const mark of document.querySelectorAll(".drop")) mark.remove();
  for (const one of document.querySelectorAll(".dragged")) one.classList.remove("dragged");
}

/** The column of a start on the board as it is shown. @param {HTMLElement} place @param {Start} start */
function columnOf(place, start) {
  const by = place.dataset.by ?? "provider";
  return place.querySelector(`[data-column="${by === "room" ? start.room : by === "office" ? start.office : start.provider}"]`);
}

/** One start for each place of the board: with the visit's own provider where she is free, so that nobody changes unasked.
 * @param {HTMLElement} place @param {Start[]} starts @param {HTMLElement} visit @returns {Map<string, Start>} */
function placesOf(place, starts, visit) {
  /** @type {Map<string, Start>} */
  const places = new Map();
  for (const start of starts) {
    const column = columnOf(place, start);
    if (!column || (place.dataset.office && start.office !== place.dataset.office)) continue;
    const cell = (start.minute - Number(place.dataset.first)) / 5;
    // Where it is already is no move: nobody would be written to about it.
    if (column.contains(visit) && visit.classList.contains(`from-${cell}`)) continue;
    const at = `${/** @type {HTMLElement} */ (column).dataset.column} ${cell}`;
    if (!places.has(at) || start.provider === visit.dataset.provider) places.set(at, start);
  }
  return places;
}

/** The time; and who or which office, where that changes and the column does not say it.
 * @param {HTMLElement} place @param {Start} start @param {HTMLElement} visit */
function wordsOf(place, start, visit) {
  const time = `${Math.floor(start.minute / 60) % 12 || 12}:${String(start.minute % 60).padStart(2, "0")} ${start.minute < 720 ? "am" : "pm"}`;
  const other = place.dataset.by !== "provider" && start.provider !== visit.dataset.provider ? ` ${start.with}` : "";
  const away = place.dataset.by === "provider" && start.office !== visit.dataset.office ? ` ${start.where}` : "";
  return time + other + away;
}

/** Mark the places; gives how many there are. @param {HTMLElement} place @param {Start[]} starts @param {HTMLElement} visit */
function light(place, starts, visit) {
  const places = placesOf(place, starts, visit);
  for (const start of places.values()) {
    const mark = document.createElement("div");
    mark.className = `drop from-${(start.minute - Number(place.dataset.first)) / 5} for-3`;
    mark.textContent = wordsOf(place, start, visit);
    mark.addEventListener("dragenter", () => mark.classList.add("aimed"));
    mark.addEventListener("dragleave", () => mark.classList.remove("aimed"));
    mark.addEventListener("dragover", (event) => event.preventDefault());
    mark.addEventListener("drop", (event) => {
      event.preventDefault();
      send(visit, start.value);
    });
    columnOf(place, start)?.append(mark);
  }
  return places.size;
}

/** @param {HTMLFormElement} sent @param {string} name @param {string} value */
function fill(sent, name, value) {
  /** @type {HTMLInputElement} */ (sent.elements.namedItem(name)).value = value;
}

/** @param {HTMLElement} visit @param {string} value */
function send(visit, value) {
  if (!form || isSent) return;
  isSent = true;
  say("Moving the visit …");
  form.action = `/calendar/visits/${visit.dataset.key}/move`;
  fill(form, "to", value);
  fill(form, "sequence", visit.dataset.sequence ?? "");
  form.requestSubmit();
  setTimeout(stillWaits, PATIENCE_MS);
}

/** The page is still here: nobody knows whether the visit was moved. */
function stillWaits() {
  if (!isSent) return;
  isSent = false;
  say("No answer yet. Load the page again to see where the visit stands.");
}

/** @param {HTMLElement} place @param {HTMLElement} visit */
async function begin(place, visit) {
  const mine = { visit, isMarked: false, hasFailed: false };
  visit.classList.add("dragged");
  drag = mine;
  say("Looking for free places …");
  try {
    const starts = await freeStarts(visit.dataset.key ?? "", place.dataset.day ?? "");
    if (drag !== mine) return;
    const count = light(place, starts, visit);
    mine.isMarked = true;
    say(count ? `${count} free ${count === 1 ? "place is" : "places are"} marked.` : "Nothing else is free here this day: open the visit for other days.");
  } catch (error) {
    if (drag !== mine) return;
    mine.hasFailed = true;
    const why = error instanceof Error && error.message.startsWith("You were") ? error.message : "The free places did not come. Open the visit to move it.";
    say(why);
  }
}

function end() {
  const last = drag;
  const wasMarked = document.querySelector(".drop") !== null;
  drag = null;
  clear();
  if (isSent || !last) return;
  if (wasMarked) say("Not moved. Drop a visit on a marked place, or open it for other times.");
  else if (!last.isMarked && !last.hasFailed) say("Not moved: the free places had not come yet. Hold the visit until they light up, or open it.");
}

/** After a move the page is a new one: show the visit where it stands now, and say so where one looks. */
function showMoved() {
  const moved = location.hash.startsWith("#visit-") ? document.getElementById(location.hash.slice(1)) : null;
  if (!moved) return;
  moved.focus({ preventScroll: true });
  moved.scrollIntoView({ block: "nearest" });
  const notice = document.querySelector("main > .notice span");
  if (notice && notice.getBoundingClientRect().bottom < 0) say(notice.textContent ?? "");
}

if (board) {
  board.addEventListener("dragstart", (event) => {
    const visit = /** @type {HTMLElement} */ (event.target).closest?.("[data-key]");
    if (!(visit instanceof HTMLElement) || visit.getAttribute("draggable") !== "true") return;
    if (isSent) return event.preventDefault();
    event.dataTransfer?.setData("text/plain", visit.dataset.key ?? "");
    void begin(board, visit);
  });
  board.addEventListener("dragend", () => setTimeout(end, 0));
  board.addEventListener("pointerdown", () => {
    if (!isSent) say("");
  });
  document.addEventListener("keydown", (event) => step(event));
  window.addEventListener("pageshow", () => (isSent = false));
  showMoved();
}

form?.addEventListener("notsent", () => {
  isSent = false;
  say("Not moved.");
});

/** Arrow keys go from visit to visit inside a column and between columns; with another key held, they are the browser's.
 * @param {KeyboardEvent} event */
function step(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
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
