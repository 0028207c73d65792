// Before a form that somebody wrote in, or that stood open for long, is sent: is the same person still signed in, and
// does the server answer? Else another page would come, and what was written would be gone. A form with data-at-once,
// such as a STOP, waits for no answer; one with data-ask-always asks on a young page too. A hidden form is told of where
// it stands. Only base.html loads this, once a page.

import { frame, whoIsHere } from "./signed_in.js";

/** A page younger than this is sent without asking, as long as nobody wrote in the form. */
const FRESH_MS = 60_000;
const SIGN_IN = "/sign-in?next=/account";
const KEPT = "What you wrote is still here.";

/** @type {WeakSet<HTMLFormElement>} */
const written = new WeakSet();
/** @type {WeakSet<HTMLFormElement>} */
const asked = new WeakSet();
/** @type {WeakSet<HTMLFormElement>} */
const asking = new WeakSet();
/** @type {WeakMap<HTMLFormElement, HTMLElement>} */
const toldOf = new WeakMap();

/** @param {HTMLFormElement} form */
function isToAsk(form) {
  return written.has(form) || performance.now() >= FRESH_MS || form.dataset.askAlways !== undefined;
}

/** @param {SubmitEvent} event */
async function askFirst(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post" || !form.closest("main") || form.dataset.atOnce !== undefined) return;
  if (!isToAsk(form) || asked.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(form)) return;
  asking.add(form);
  const here = await whoIsHere();
  asking.delete(form);
  if (here !== "same") return tell(form, event.submitter, here);
  asked.add(form);
  form.requestSubmit(event.submitter);
  asked.delete(form);
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button @param {"nobody" | "other" | "silent"} here */
function tell(form, button, here) {
  toldOf.get(form)?.remove();
  const said = document.createElement("div");
  toldOf.set(form, said);
  said.className = "notice stop";
  said.dataset.notSent = here;
  said.setAttribute("role", "alert");
  said.append(wordsOf(form, here));
  const place = form.hidden ? form : button?.closest(".actions") ?? button;
  if (place && form.contains(place)) place.before(said);
  else form.append(said);
  said.scrollIntoView({ block: "nearest" });
  form.dispatchEvent(new Event("notsent"));
}

/** @param {HTMLFormElement} form @param {"nobody" | "other" | "silent"} here */
function wordsOf(form, here) {
  const words = document.createElement("span");
  const kept = form.dataset.kept ?? KEPT;
  const again = form.dataset.repeat ?? "Press the button again";
  const strong = Object.assign(document.createElement("strong"), { textContent: "Not sent: " });
  if (here === "silent") {
    words.append(strong, `the clinic's server does not answer. ${kept} ${again} in a moment.`);
    return words;
  }
  const why = here === "nobody" ? "you were signed out." : "somebody else is signed in in this browser now.";
  const link = Object.assign(document.createElement("a"), { href: SIGN_IN, target: "_blank", textContent: "Sign in in another tab" });
  words.append(strong, `${why} ${kept} `, link, ` as ${frame?.dataset.whoName}, and come back. ${again}.`);
  return words;
}

/** @param {Event} event */
function note(event) {
  const { form } = /** @type {HTMLInputElement} */ (event.target);
  if (form) written.add(form);
}

if (frame) {
  document.addEventListener("input", note, { capture: true });
  document.addEventListener("submit", askFirst, { capture: true });
}
