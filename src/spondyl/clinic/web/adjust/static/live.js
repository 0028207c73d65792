// The page of a running session. It shows and answers; the session itself runs on the server and needs no word from here
// but the heartbeat, without which it stops.
import { csrfToken } from "/static/shell/csrf.js";
import { readFeed } from "./feed.js";
import { Hold } from "./hold.js";
import { numberWords } from "./number_words.js";
import { Ring } from "./ring.js";
import { Sweep } from "./sweep.js";

const FORCE = 0;
const ACCELERATION = 1;
const CAP = 3;
const SECONDS = 8;
/** A session that has stopped tells its end within this long, or the page will not hear of it. */
const END_MS = 5000;
/**
 * Something comes by the feed at least twice a second, also while the session only computes. It hangs when it was silent
 * for so many beats that were answered, three seconds; in one long pause of this page itself only a few are.
 */
const SILENT_BEATS = 8;
/** The feed begins with a frame at once; without one for so long the page holds no session that it cannot see. */
const FIRST_MS = 20000;
const SIGNED_OUT = "You were signed out: no answer can be given any more. Press STOP.";

const live = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const { lane, page, run, channels, cap, pulses } = /** @type {Record<string, string>} */ (live.dataset);
/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (live.querySelector(`[data-${name}]`));

const maximum = Number(cap);
const ring = new Ring(channels.split(",").length, 16384);
const sweep = new Sweep(
  /** @type {HTMLCanvasElement} */ (part("trace")),
  ring,
  [
    { channel: FORCE, low: 0, high: Math.ceil((maximum * 1.15) / 10) * 10, name: "force", unit: "N", colour: "--accent", level: () => ring.newest(CAP) || maximum },
    { channel: ACCELERATION, low: -200, high: 200, name: "acceleration", unit: "m/s²", colour: "--note" },
  ],
  SECONDS,
);

const hold = new Hold(lane, { link: showLink, stopped: showStopped, runs, halted, unknown });
let isOver = false;
let isSignedOut = false;
/** Whether nothing of the session comes to this page any more, and since when it is known to have stopped. */
let isBroken = false;
let haltedMs = NaN;
/** Beats answered since the feed gave something. */
let silentBeats = 0;
/** Until the feed has given something nothing begins; each time it still has not, the session is stopped. */
let waiting = 0;
let lostFrames = 0;
let missing = 0;

/** @param {boolean} isThere */
function showLink(isThere) {
  if (isOver) return;
  part("link").textContent = isThere ? "connected" : "No connection: the server stops the session by itself";
}

/** @param {boolean} confirmed @param {string} by */
function showStopped(confirmed, by) {
  if (isOver) return;
  part("stop-state").textContent = confirmed ? `Stopped by ${by}. Nothing begins again by itself.` : "Stopping …";
  if (!confirmed) return;
  clearAnswer("The session was stopped.");
  beat();
}

/** The session begins with the first beat: only a page that sees it, or a stopped one, which asks whether it has ended. */
function beat() {
  window.clearInterval(waiting);
  hold.beat();
}

/** The feed gave something. */
function heard() {
  silentBeats = 0;
  beat();
}

/** What the end said stays: an answer of the server may come later than it. @param {string} text */
function clearAnswer(text) {
  if (isOver) return;
  const line = document.createElement("p");
  line.className = "soft";
  line.textContent = text;
  part("answer").replaceChildren(line);
  part("answer").closest(".panel")?.classList.remove("waits");
}

/** The server answers and the session runs: then its feed is not silent, or it hangs alone. */
function runs() {
  silentBeats += 1;
  if (!isBroken && silentBeats > SILENT_BEATS) broken();
}

/** The session has stopped or ended. Its end comes by the feed, unless that is broken, or hangs in a network that broke. */
function halted() {
  if (isOver) return;
  if (Number.isNaN(haltedMs)) haltedMs = performance.now();
  if (isBroken) showUnseenEnd("The connection between this page and the session broke.");
  else if (performance.now() - haltedMs > END_MS) {
    showUnseenEnd("Its end did not come to this page: the connection broke, or the end is still being kept.");
  }
}

/** Another server answers, which has no session of this page. */
function unknown() {
  if (!isOver) showUnseenEnd("The server was started anew meanwhile. The session stopped by itself when the server before was gone.");
}

/** Without its feed a page shows no dose and no end: it does not hold a session that it cannot see. */
function broken() {
  if (isOver) return;
  isBroken = true;
  showLink(false);
  void hold.stop("broken");
}

/** Nobody can answer here any more; what is shown stays, and STOP works. */
function showSignedOut() {
  if (isSignedOut || isOver) return;
  isSignedOut = true;
  const waits = part("answer").closest(".panel")?.classList.contains("waits");
  if (waits) wait(part("doing").textContent ?? "", "", []);
  else clearAnswer(SIGNED_OUT);
  next("");
}

/** What to do next; of who was signed out nothing but STOP. @param {string} text */
function next(text) {
  part("next").textContent = isSignedOut ? "press STOP: you were signed out, and no answer can be given here any more." : text;
}

/** Something waits for an answer. @param {string} doing @param {string} step @param {HTMLElement[]} shown */
function wait(doing, step, shown) {
  if (isOver) return;
  part("answer").replaceChildren(...(isSignedOut ? [element("p", SIGNED_OUT, "force")] : shown));
  part("answer").closest(".panel")?.classList.add("waits");
  part("doing").textContent = doing;
  next(step);
}

/** Whether the server took it: not when the network is gone, or somebody has signed out since.
 * @param {string} path @param {Record<string, string>} fields */
async function send(path, fields) {
  try {
    const answer = await fetch(`${run}/${path}`, { method: "POST", headers: { "X-CSRF": csrfToken() }, body: new URLSearchParams(fields) });
    return answer.ok && !answer.redirected;
  } catch {
    return false;
  }
}

/** What the patient says is never lost: where it cannot be handed on, the session stops. @param {string} pain */
async function sayPain(pain) {
  if (!(await send("pain", { pain }))) void hold.stop("unsaid");
}

/** @param {string} number @param {boolean} accepts */
async function answerDose(number, accepts) {
  if (await send("dose", { number, accepts: String(accepts) })) return;
  // Who declines wants the session to end, and that has a way of its own.
  if (!accepts) void hold.stop("declined");
  else clearAnswer("Your answer was not confirmed: nobody knows whether the dose was taken. Press STOP.");
}

/** @param {string} tag @param {string} text @param {string} [kind] */
function element(tag, text, kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** A dose waits. @param {any} dose */
function propose(dose) {
  // One answer is for the whole course: it says how many pulses that are.
  const course = `${pulses} ${pulses === "1" ? "pulse" : "pulses"} of ${dose.commanded_n} N at ${dose.segment}`;
  const accept = element("button", `Accept ${course}`, "button primary");
  const decline = element("button", "Decline and end", "button");
  const actions = element("div", "", "actions");
  actions.append(accept, decline);
  for (const [button, accepts] of /** @type {[HTMLElement, boolean][]} */ ([[accept, true], [decline, false]])) {
    button.setAttribute("type", "button");
    button.addEventListener("click", () => {
      accept.setAttribute("disabled", "");
      decline.setAttribute("disabled", "");
      void answerDose(String(dose.number), accepts);
    });
  }
  wait("Waits for your answer", `read the reason, then accept or decline ${course}.`, [
    element("p", course, "force"),
    element("p", `Each above the preload; ${numberWords(Number(dose.predicted_n), 1)} N expected, the cap is ${dose.cap_n} N in all.`),
    element("p", `Reason: ${dose.reason}`, "reason"),
    actions,
  ]);
}

/** @param {string} text */
function question(text) {
  wait("Waits for the patient's answer", "ask how much it hurts now and press the number.", [
    element("p", text, "force"),
    element("p", "The tip is off. Press the number below."),
  ]);
}

/** @param {number} pain */
function showPain(pain) {
  for (const button of live.querySelectorAll("[data-pain]")) {
    button.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (button).dataset.pain) === pain));
  }
  if (part("answer").textContent?.includes("The tip is off")) clearAnswer("Pain is noted.");
}

/**
 * Nothing runs any more: what happened, and the way to the page of the session.
 * @param {{doing: string, next: string, stop: string, what: string, text: string, link: string}} said
 */
function showOver(said) {
  isOver = true;
  hold.end();
  part("doing").textContent = said.doing;
  part("next").textContent = said.next;
  const link = element("a", said.link, "button primary");
  link.setAttribute("href", run);
  part("answer").replaceChildren(element("p", said.what, "force"), element("p", said.text), link);
  part("answer").closest(".panel")?.classList.remove("waits");
  part("stop-state").textContent = said.stop;
  part("link").textContent = "session over";
  part("closing").textContent = "This page may be closed.";
  // What is pressed now would reach no session: how it is afterwards stands in the visit note.
  for (const button of live.querySelectorAll("[data-pain]")) button.setAttribute("disabled", "");
  refresh();
}

/** The session is over, and its end did not come to this page. @param {string} text */
function showUnseenEnd(text) {
  showOver({
    doing: "Stopped",
    next: "look at the patient and the instrument; then open the page of this session.",
    stop: "The session has stopped. Nothing begins again by itself.",
    what: "The session has stopped.",
    text: `${text} What was delivered stands on its page.`,
    link: "See what was delivered",
  });
}

/** @param {any} event */
function showEnd(event) {
  const safe = event.is_safe !== true ? " The safe state was NOT proved: look at the instrument." : "";
  showOver({
    doing: "Ended",
    next: "see what was delivered, and the check of the record.",
    stop: "The session has ended and is kept. Nothing begins again by itself.",
    what: `Ended after ${event.pulses} ${event.pulses === 1 ? "pulse" : "pulses"}.${safe}`,
    text: event.text,
    link: "See what was done",
  });
}

/** The session is over, and the chart did not take its end. @param {any} event */
function showUnkept(event) {
  showOver({
    doing: "Ended, not kept",
    next: "look at the instrument; then open the page of this session and keep its end.",
    stop: "The session has ended. Its end is not kept yet.",
    what: "The session has ended; the chart did not take its end.",
    text: event.text,
    link: "See what happened and keep the end",
  });
}

/** @type {Record<string, (event: any) => void>} */
const SHOWN = {
  doing: (event) => {
    if (isOver) return;
    part("doing").textContent = event.text;
    if (!part("answer").closest(".panel")?.classList.contains("waits")) next("watch the patient; a dose waits for you before it is given.");
  },
  decision: refresh,
  taken: refresh,
  row: refresh,
  pulse: refresh,
  proposal: propose,
  answered: (event) => clearAnswer(event.accepted ? "Accepted. The pulses follow." : "Declined."),
  question: (event) => question(event.text),
  pain: (event) => showPain(event.pain),
  end: showEnd,
  unkept: showUnkept,
};

let refreshing = false;
let again = false;

/** Fetch the panels anew; never more than one request at a time. */
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  do {
    again = false;
    try {
      const answer = await fetch(`${run}/panels`, { cache: "no-store" });
      if (answer.redirected || answer.status === 401) showSignedOut();
      else if (answer.ok) put(await answer.text());
    } catch {
      showLink(false);
    }
    await new Promise((done) => setTimeout(done, 250));
  } while (again);
  refreshing = false;
}

/** Tables that were opened stay open. @param {string} text */
function put(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const open = [...part("panels").querySelectorAll("details")].map((one) => one.open);
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? false; });
  part("panels").replaceChildren(...fresh.body.children);
}

/** Samples that are missing between those that came, and blocks that the page was too slow for. */
function showLost() {
  missing = ring.missing;
  const blocks = lostFrames ? `, ${lostFrames} ${lostFrames === 1 ? "block" : "blocks"} among them` : "";
  part("lost").textContent = `${missing} ${missing === 1 ? "sample" : "samples"} lost${blocks}`;
}

const force = part("force");
let shown = 0;

/** @param {number} now */
function frame(now) {
  sweep.draw();
  if (now - shown > 100) {
    shown = now;
    const newest = ring.newest(FORCE);
    if (ring.missing !== missing) showLost();
    force.textContent = Number.isNaN(newest) ? "–" : numberWords(newest, 1);
  }
  requestAnimationFrame(frame);
}

function begin() {
  const stop = part("stop");
  // A touch or a press counts at once, not when it is let go; a click is what keyboards and helpers make.
  stop.addEventListener("pointerdown", () => void hold.stop("button"));
  stop.addEventListener("click", () => void hold.stop("button"));
  for (const button of live.querySelectorAll("[data-pain]")) {
    button.addEventListener("click", () => void sayPain(/** @type {HTMLElement} */ (button).dataset.pain ?? ""));
  }
  hold.begin();
  waiting = window.setInterval(broken, FIRST_MS);
  requestAnimationFrame(frame);
  readFeed(`${run}/stream?page=${encodeURIComponent(page)}`, {
    event: (event) => {
      heard();
      SHOWN[event.kind]?.(event);
    },
    block: (first, values) => {
      heard();
      ring.push(first, values);
    },
    lost: (frames) => {
      heard();
      lostFrames += frames;
      showLost();
    },
  }).then(broken, broken);
}

begin();
