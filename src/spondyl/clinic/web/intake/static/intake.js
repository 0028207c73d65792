// The patient's form: one screen at a time, every answer sent at once, kept on the device while there is no network.

import { csrfToken, renewToken } from "/static/shell/csrf.js";

/**
 * Of a list each tick is sent by itself: set as `marks`, or taken away as `unmarked`.
 * @typedef {{kind: "answer", item: string, marks: string[], unmarked?: string[], given: number, language: string}} Answer
 * @typedef {Answer | {kind: "next", group: string, language: string}} Sent
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("intake"));
const address = form.action;
const language = document.documentElement.lang;
const keptAs = `spondyl-unsent:${form.dataset.form}`;
const screens = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".screen")]);
const state = /** @type {HTMLElement} */ (form.querySelector("[data-state]"));
/** Sent again after 3 s, 6 s, 12 s and so on: an answer that nobody takes must not be asked about for ever at that pace. */
const RETRY_MS = 3000;
const LONGEST_RETRY_MS = 120_000;
const TYPING_MS = 700;
/** As long as a link lasts: after that nobody comes back to a form that was given up. */
const GIVEN_UP_MS = 14 * 86_400_000;

/** Answers that are not yet with the clinic, the oldest first. They live in this tab only and go when it is closed. */
let unsent = /** @type {Sent[]} */ (JSON.parse(sessionStorage.getItem(keptAs) ?? "[]"));
unsent = [...takeUp(), ...unsent];
remember();
/** Nothing is sent any more: the link of this page does not work. */
let gone = false;
let sending = false;
/** The longest that an attempt to send the first of them took: the clinic may take its time from any of them. */
let slowest_ms = 0;
let failed = 0;
let retry = 0;

/** @param {"idle" | "saving" | "saved" | "offline" | "refused" | "gone"} name */
function say(name) {
  state.dataset.state = name;
  state.textContent = form.dataset[name] ?? "";
  const isKept = name === "saved" || name === "idle";
  const isNot = name === "offline" || name === "refused" || name === "gone";
  document.querySelector("[data-unsent]")?.toggleAttribute("hidden", unsent.length === 0);
  document.querySelector("[data-kept]")?.toggleAttribute("hidden", !isKept);
  for (const told of document.querySelectorAll("[data-told]")) told.toggleAttribute("hidden", !isKept);
  for (const told of document.querySelectorAll("[data-untold]")) told.toggleAttribute("hidden", !isNot);
}

function remember() {
  if (unsent.length) sessionStorage.setItem(keptAs, JSON.stringify(unsent));
  else sessionStorage.removeItem(keptAs);
}

/**
 * Answers that an earlier link of this form could not send any more; what nobody came back for is forgotten.
 * @returns {Sent[]}
 */
function takeUp() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith("spondyl-unsent:"));
  /** @type {Sent[]} */
  let found = [];
  for (const key of kept) {
    const { until, answers } = JSON.parse(localStorage.getItem(key) ?? "{}");
    const isOfThisForm = key === keptAs && !("handedOver" in form.dataset);
    if (isOfThisForm && until > Date.now()) found = answers;
    if (isOfThisForm || until <= Date.now()) localStorage.removeItem(key);
  }
  return found;
}

/** The link does not work any more. A new one opens in another tab, which finds the answers on the patient's own device. */
function stop() {
  for (const field of [...typing.keys()]) flush(field);
  gone = true;
  if (!("handedOver" in form.dataset)) {
    const ofOtherTabs = JSON.parse(localStorage.getItem(keptAs) ?? "{}").answers ?? [];
    const answers = [...ofOtherTabs, ...unsent];
    localStorage.setItem(keptAs, JSON.stringify({ until: Date.now() + GIVEN_UP_MS, answers }));
    sessionStorage.removeItem(keptAs);
  }
  say("gone");
  show("gone", !form.inert);
}

/** @param {Sent} one */
function send(one) {
  if (one.kind === "answer") {
    unsent = unsent.filter((other, place) => (sending && place === 0) || !answersSame(other, one));
  }
  unsent.push(one);
  remember();
  void sendAll();
}

/** Whether both answer the same question, or set or take away the same tick. @param {Sent | undefined} one @param {Sent} other */
function answersSame(one, other) {
  if (one?.kind !== "answer" || other.kind !== "answer") return false;
  return one.item === other.item && tickOf(one) === tickOf(other);
}

/** @param {Answer} one */
function tickOf(one) {
  return one.unmarked && (one.marks[0] ?? one.unmarked[0]);
}

/** What the clinic answers when it will not take this answer, however often it is sent. */
const NEVER = [413, 422];
/** What it answers when the page is too old to be believed: its cookie is over, or somebody signed out here. */
const TOO_OLD = 403;
/** What it answers when the link is over, or opens the form on this device no more. */
const GONE = [404, 410];

/** @param {Sent} one @returns {Promise<Response>} */
function post(one) {
  const { kind, ...rest } = one;
  const { given, ...answer } = { given: Date.now(), ...rest };
  const body = kind === "answer" ? { ...answer, age_ms: Math.max(0, Date.now() - given) } : answer;
  return fetch(`${address}/${kind}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF": csrfToken() },
    body: JSON.stringify(body),
  });
}

/** @param {Sent} one @returns {Promise<"kept" | "refused" | "lost" | "stuck" | "gone">} */
async function sendOne(one) {
  try {
    let answer = await post(one);
    if (answer.status === TOO_OLD && (await renewToken(address))) answer = await post(one);
    if (answer.ok) {
      const said = await answer.json();
      if (said.finished !== undefined) document.querySelector("[data-flags]")?.toggleAttribute("hidden", !said.held);
      return "kept";
    }
    if (NEVER.includes(answer.status)) return "refused";
    if (answer.status === TOO_OLD) answer = await fetch(address); // refused before the link was looked at
    if (GONE.includes(answer.status)) return "gone";
    return answer.status >= 500 || answer.status === 429 ? "lost" : "stuck";
  } catch {
    return "lost";
  }
}

/** An answer leaves the device only when the clinic has it, or will never take it. */
async function sendAll() {
  if (sending || gone) return;
  clearTimeout(retry);
  sending = true;
  let refused = false;
  while (unsent.length) {
    if (!["offline", "refused"].includes(state.dataset.state ?? "")) say("saving");
    const began = Date.now();
    const result = await sendOne(unsent[0]);
    slowest_ms = Math.max(slowest_ms, Date.now() - began);
    if (result === "gone") return stop();
    if (result === "lost" || result === "stuck") {
      say(result === "lost" ? "offline" : "refused");
      sending = false;
      retry = setTimeout(sendAll, Math.min(RETRY_MS * 2 ** failed, LONGEST_RETRY_MS));
      failed += 1;
      return;
    }
    failed = 0;
    refused ||= result === "refused";
    const sent = unsent.shift();
    // Its correction was given after it, however long it took to arrive.
    const arrived = sent?.kind === "answer" ? sent.given + slowest_ms : 0;
    for (const one of unsent) if (one.kind === "answer" && answersSame(sent, one)) one.given = Math.max(one.given, arrived);
    slowest_ms = 0;
    remember();
  }
  sending = false;
  say(refused ? "refused" : "saved");
}

/** @param {string} item @returns {string[]} */
function marksOf(item) {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
    form.querySelectorAll(`[data-item="${item}"]`)
  );
  return [...fields]
    .filter((field) => field instanceof HTMLTextAreaElement || field.checked)
    .map((field) => field.value.trim())
    .filter(Boolean);
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field */
function answered(field) {
  const item = field.dataset.item ?? "";
  const answer = { kind: /** @type {const} */ ("answer"), item, given: Date.now(), language };
  if (field.type !== "checkbox") send({ ...answer, marks: marksOf(item) });
  else if (/** @type {HTMLInputElement} */ (field).checked) send({ ...answer, marks: [field.value], unmarked: [] });
  else send({ ...answer, marks: [], unmarked: [field.value] });
  settle(field);
  if (field instanceof HTMLInputElement && field.dataset.stops && field.checked) showMessage(field.dataset.stops, item);
}

// Screens -------------------------------------------------------------------------------------------------------

/** @param {string} key @param {boolean} [focus] */
function show(key, focus = true) {
  if (gone) key = "gone";
  for (const screen of screens) screen.hidden = screen.dataset.group !== key;
  const place = screens.findIndex((screen) => screen.dataset.group === key);
  const number = /** @type {HTMLElement} */ (form.querySelector("[data-number]"));
  const bar = /** @type {HTMLProgressElement} */ (form.querySelector("progress"));
  number.textContent = String(Math.min(place + 1, bar.max));
  bar.value = place;
  bar.hidden = gone;
  /** @type {HTMLElement} */ (form.querySelector("[data-place]")).hidden = place >= bar.max;
  if (focus) {
    window.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (screens[place].querySelector("h1"))?.focus();
  }
}

/** The questions of a screen that must be answered and are not. @param {HTMLElement} screen */
function openQuestions(screen) {
  const required = /** @type {NodeListOf<HTMLElement>} */ (screen.querySelectorAll("[data-required]"));
  return [...required].filter((one) => marksOf(one.dataset.question ?? "").length === 0);
}

/** Mark an open question, in words too. @param {HTMLElement} question */
function mark(question) {
  if (question.classList.contains("open-question")) return;
  question.classList.add("open-question");
  const words = document.createElement("p");
  words.className = "problem still-open";
  words.textContent = form.dataset.open ?? "";
  question.querySelector("legend")?.after(words);
}

/** Say how many questions of a screen are open, or nothing. @param {HTMLElement} screen @param {number} count */
function tell(screen, count) {
  const problem = /** @type {HTMLElement} */ (screen.querySelector("[data-problem]"));
  problem.hidden = count === 0;
  const words = count === 1 ? form.dataset.openOne : form.dataset.openMany;
  /** @type {HTMLElement} */ (problem.querySelector("span")).textContent = (words ?? "").replace("{count}", String(count));
}

/** An answered question is no longer marked, and the count below follows. @param {HTMLElement} field */
function settle(field) {
  const question = field.closest(".open-question");
  const screen = /** @type {HTMLElement | null} */ (field.closest(".screen"));
  if (!question || !screen || marksOf(field.dataset.item ?? "").length === 0) return;
  question.classList.remove("open-question");
  question.querySelector(".still-open")?.remove();
  tell(screen, screen.querySelectorAll(".open-question").length);
}

/** @param {HTMLElement} screen */
function next(screen) {
  const open = openQuestions(screen);
  tell(screen, open.length);
  if (open.length) {
    open.forEach(mark);
    /** @type {HTMLElement | null} */ (open[0].querySelector("input"))?.focus();
    return;
  }
  for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (screen.querySelectorAll("textarea"))) flush(field);
  send({ kind: "next", group: screen.dataset.group ?? "", language });
  show(screens[screens.indexOf(screen) + 1].dataset.group ?? "done");
}

// Messages that stop ----------------------------------------------------------------------------------------------

/** @type {string | null} */
let raisedBy = null;

/** @param {string} key @param {string | null} item */
function showMessage(key, item) {
  raisedBy = item;
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-message]"))) {
    one.hidden = one.dataset.message !== key;
    if (!one.hidden) /** @type {HTMLElement | null} */ (one.querySelector("h1"))?.focus();
  }
  setBehind(true);
}

/** What lies behind a message cannot be reached. @param {boolean} covered */
function setBehind(covered) {
  form.inert = covered;
  for (const one of document.querySelectorAll(".public-head, .demo-strip, .skip")) one.toggleAttribute("inert", covered);
}

/** @param {boolean} byMistake */
function hideMessage(byMistake) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-message]"))) {
    if (!one.hidden) raisedBy ??= firstRaised(one.dataset.message ?? "");
    one.hidden = true;
  }
  setBehind(false);
  const field = /** @type {HTMLInputElement | null} */ (raisedBy && form.querySelector(`[data-item="${raisedBy}"]`));
  if (!byMistake || gone) goOnAt(field);
  else if (field) {
    const screen = /** @type {HTMLElement} */ (field.closest(".screen"));
    show(screen.dataset.group ?? "", false);
    for (const one of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(`[data-item="${raisedBy}"]`))) one.checked = false;
    const question = /** @type {HTMLElement | null} */ (field.closest("fieldset"));
    if (question) mark(question);
    field.focus();
  }
}

/** The focus goes back to the question that called for the message, or to the head of the screen in sight. @param {HTMLInputElement | null} field */
function goOnAt(field) {
  const screen = screens.find((one) => !one.hidden);
  const chosen = /** @type {HTMLElement | null} */ (field && screen?.querySelector(`[data-item="${field.dataset.item}"]:checked`));
  const place = chosen ?? /** @type {HTMLElement | null} */ (screen?.querySelector("h1"));
  place?.focus();
  // What held the focus was hidden a moment ago: the browser may take it away once more with the next frame.
  requestAnimationFrame(() => document.activeElement === document.body && place?.focus());
}

/** The item whose answer calls for a message. @param {string} message @returns {string | null} */
function firstRaised(message) {
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-stops="${message}"]:checked`));
  return field?.dataset.item ?? null;
}

// Body map --------------------------------------------------------------------------------------------------------

/** @param {Element} region */
function toggle(region) {
  const code = region.getAttribute("data-region") ?? "";
  const box = /** @type {HTMLInputElement} */ (form.querySelector(`[data-map] input[value="${code}"]`));
  box.checked = !box.checked;
  drawMap();
  answered(box);
}

function drawMap() {
  const texts = [];
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-map] input"))) {
    form.querySelector(`[data-region="${box.value}"]`)?.setAttribute("aria-checked", String(box.checked));
    if (box.checked) texts.push(box.parentElement?.textContent?.trim() ?? "");
  }
  const chosen = /** @type {HTMLElement | null} */ (form.querySelector("[data-chosen]"));
  if (chosen) chosen.textContent = texts.join(", ") || (chosen.dataset.none ?? "");
}

// Events ----------------------------------------------------------------------------------------------------------

/** @type {Map<HTMLTextAreaElement, number>} */
const typing = new Map();

/** @param {HTMLTextAreaElement} field */
function flush(field) {
  const timer = typing.get(field);
  if (timer === undefined) return;
  clearTimeout(timer);
  typing.delete(field);
  answered(field);
}

form.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement)) return;
  clearTimeout(typing.get(field));
  typing.set(field, window.setTimeout(() => flush(field), TYPING_MS));
});
form.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLTextAreaElement) flush(field);
  if (field instanceof HTMLInputElement && field.dataset.item) {
    drawMap();
    answered(field);
  }
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const screen = /** @type {HTMLElement | null} */ (target.closest(".screen"));
  if (target.closest("[data-next]") && screen) next(screen);
  if (target.closest("[data-back]") && screen) show(screens[screens.indexOf(screen) - 1].dataset.group ?? "");
  const region = target.closest("[data-region]");
  if (region) toggle(region);
});
form.addEventListener("keydown", (event) => {
  const region = /** @type {Element} */ (event.target).closest("[data-region]");
  if (!region || (event.key !== " " && event.key !== "Enter")) return;
  event.preventDefault();
  toggle(region);
});
document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-go-on]")) hideMessage(false);
  if (target.closest("[data-mistake]")) hideMessage(true);
  if (target.closest("[data-again]")) show(screens[0].dataset.group ?? "");
});
window.addEventListener("online", () => void sendAll());
// Brought back by the browser as it was: the device may have been given to somebody else since.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

/** Answers that were kept while the page was loaded again stand in the form. */
function putBack() {
  for (const one of unsent) {
    if (one.kind !== "answer") continue;
    for (const field of /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (form.querySelectorAll(`[data-item="${one.item}"]`))) {
      if (field instanceof HTMLTextAreaElement) field.value = one.marks[0] ?? "";
      else if (!one.unmarked || tickOf(one) === field.value) field.checked = one.marks.includes(field.value);
    }
  }
}

/** The message of an answer that the clinic does not have yet. */
function stillUnsent() {
  const items = unsent.map((one) => (one.kind === "answer" ? one.item : ""));
  const stops = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[data-stops]:checked")]);
  return stops.find((one) => items.includes(one.dataset.item ?? ""))?.dataset.stops;
}

/** Where to go on: after the last screen left, sent or not. */
function startAt() {
  const left = new Set(unsent.filter((one) => one.kind === "next").map((one) => /** @type {{group: string}} */ (one).group));
  let key = form.dataset.start ?? "done";
  while (left.has(key)) key = screens[screens.findIndex((screen) => screen.dataset.group === key) + 1].dataset.group ?? "done";
  return key;
}

document.querySelector("[data-figures]")?.removeAttribute("hidden");
document.querySelector(".as-list")?.removeAttribute("open");
document.body.classList.add("by-screens");
putBack();
drawMap();
show(startAt(), false);
const open = /** @type {HTMLElement | null} */ (document.querySelector("[data-message]:not([hidden])"))?.dataset.message ?? stillUnsent();
if (open) showMessage(open, null);
if (unsent.length) void sendAll();
