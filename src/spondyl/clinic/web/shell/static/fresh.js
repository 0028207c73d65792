// A page left open shows what others changed meanwhile: its parts marked data-fresh are asked for again and again.
// Nothing is replaced under a hand; and who looks only so is not held to be at work: the session ends as if nobody asked.

const EVERY_MS = 15_000;
const PATIENCE_MS = 10_000;
/** After a key, a press or a move of the pointer nothing is replaced for so long. */
const QUIET_MS = 2_000;
/** Without news for so long, the page says that it may be old. */
const OLD_MS = 60_000;
const TOAST_MS = 8_000;
const CHANGED = "Something changed meanwhile: this page is up to date again.";
const OLD = "The clinic's server does not answer: what you see here may be old.";
const SIGNED_OUT = "You were signed out: what you see here is no longer brought up to date. Load the page again to sign in.";

/** @type {Map<string, string>} */
const shown = new Map();
/** @type {Map<string, Element>} */
const waiting = new Map();
const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-said]"));
const who = dataOfFrame(document);
/** Of a page that opens on another day tomorrow: the address of what it shows. */
const address = /** @type {HTMLElement | null} */ (document.querySelector("[data-fresh-of]"))?.dataset.freshOf ?? location.pathname + location.search;
let touched = performance.now();
let heard = performance.now();
let isLooking = false;
/** What stands until the server answers again. */
let trouble = "";

/** @param {Document} page */
function dataOfFrame(page) {
  return /** @type {HTMLElement | null} */ (page.querySelector("[data-who]"))?.dataset.who;
}

/** @param {ParentNode} page @returns {[string, Element][]} */
function parts(page) {
  return [...page.querySelectorAll("[data-fresh]")].map((one) => [/** @type {HTMLElement} */ (one).dataset.fresh ?? "", one]);
}

/** @param {string} words @param {boolean} stays */
function say(words, stays) {
  if (!said) return;
  said.textContent = words;
  if (stays) return;
  setTimeout(() => {
    if (said.textContent === words) said.textContent = trouble;
  }, TOAST_MS);
}

/** @param {string} words */
function fail(words) {
  if (trouble === words) return;
  trouble = words;
  say(words, true);
}

/** @returns {Promise<Document | "signed out" | "silent">} */
async function ask() {
  try {
    const answer = await fetch(address, {
      headers: { "X-Only-Looking": "1" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.type === "opaqueredirect") return "signed out";
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : "silent";
  } catch {
    return "silent";
  }
}

async function look() {
  if (isLooking || document.hidden) return;
  isLooking = true;
  const page = await ask();
  isLooking = false;
  if (page === "silent") {
    if (performance.now() - heard >= OLD_MS) fail(OLD);
  } else if (page === "signed out" || dataOfFrame(page) !== who) {
    fail(SIGNED_OUT);
  } else {
    take(page);
  }
}

/** @param {Document} page */
function take(page) {
  heard = performance.now();
  if (trouble) say("", true);
  trouble = "";
  waiting.clear();
  for (const [name, part] of parts(page)) {
    if (shown.get(name) !== part.outerHTML) waiting.set(name, part);
  }
  settle();
}

/** Somebody writes or drags in this part, or just sent one of its forms. @param {Element} part */
function isInHand(part) {
  return part.querySelector(".dragged, [data-sent], [data-not-sent], details[open], :is(input, select, textarea):focus") !== null;
}

function settle() {
  if (!waiting.size || performance.now() - touched < QUIET_MS) return;
  let count = 0;
  for (const [name, part] of parts(document)) {
    const fresh = waiting.get(name);
    if (!fresh || isInHand(part)) continue;
    shown.set(name, fresh.outerHTML);
    waiting.delete(name);
    replace(part, fresh);
    count += 1;
  }
  if (count && !waiting.size) say(CHANGED, false);
}

/** The element stays, with those who listen to it; what is in it is replaced. @param {Element} part @param {Element} fresh */
function replace(part, fresh) {
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  for (const one of fresh.attributes) part.setAttribute(one.name, one.value);
  part.replaceChildren(...fresh.childNodes);
  if (!held) return;
  const same = held.id ? document.getElementById(held.id) : [...part.querySelectorAll(held.tagName)].find((one) => one.outerHTML === held.outerHTML);
  /** @type {HTMLElement | null | undefined} */ (same)?.focus({ preventScroll: true });
}

function touch() {
  touched = performance.now();
}

for (const [name, part] of parts(document)) shown.set(name, part.outerHTML);
if (shown.size) {
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "dragend"]) document.addEventListener(name, touch, { passive: true });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  setInterval(look, EVERY_MS);
  setInterval(settle, QUIET_MS / 2);
}
