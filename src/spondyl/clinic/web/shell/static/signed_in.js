// Is the person for whom this page was made still signed in? A page that waited for long has to ask before it sends.

import { takeToken } from "./csrf.js";

const FORBIDDEN = 403;
/** A server that says nothing for so long is silent. */
const PATIENCE_MS = 15_000;
/** Says for whom the page was made; none where nobody is signed in. */
export const frame = /** @type {HTMLElement | null} */ (document.querySelector("[data-who]"));

/** "same": and the page carries the token of now. @returns {Promise<"same" | "nobody" | "other" | "silent">} */
export async function whoIsHere() {
  try {
    const answer = await fetch("/sign-in/still", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return "silent";
    const said = await answer.json();
    if (!said.who) return "nobody";
    if (said.who !== frame?.dataset.who) return "other";
    takeToken(said.csrf);
    return "same";
  } catch {
    return "silent";
  }
}

/**
 * Send; once more when only the page's token is over and the same person is signed in.
 * @param {() => Promise<Response>} post @returns {Promise<Response>} of status 401 when that person is not signed in
 */
export async function sendAsSame(post) {
  const answer = await post();
  if (answer.status !== FORBIDDEN) return answer;
  const here = await whoIsHere();
  if (here === "same") return post();
  return here === "silent" ? answer : new Response("{}", { status: 401 });
}
