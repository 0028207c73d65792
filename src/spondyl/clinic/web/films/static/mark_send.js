// @ts-check
/** Gives the marked points to the server as a landmark file and waits until they are measured. */

import { csrfToken } from "/static/shell/csrf.js";
import { sendAsSame } from "/static/shell/signed_in.js";
import { RefusedError } from "./film_server.js";

const EVERY_MS = 700;
const LOST = "The clinic's server does not answer. Your points are kept in this tab; press Measure again in a moment.";
const SIGNED_OUT = "You were signed out. Sign in again in another tab, then press Measure; your points are kept here.";

/**
 * Resolves when the film is measured; throws RefusedError with plain words.
 * @param {{landmarksUrl: string, progressUrl: string, version: number}} to `version` of the film that the page shows @param {object} file
 */
export async function sendMarks(to, file) {
  const body = new FormData();
  body.append("landmarks", new Blob([JSON.stringify(file)], { type: "application/json" }), "marked-by-hand.json");
  body.append("after_version", String(to.version));
  await answered(to.landmarksUrl, { method: "POST", body });
  for (;;) {
    const { is_done: isDone, refusal } = await answered(to.progressUrl, {});
    if (refusal) throw new RefusedError(`${refusal.what} ${refusal.why}`);
    if (isDone) return;
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}

/** @param {string} url @param {RequestInit} how @returns {Promise<any>} */
async function answered(url, how) {
  let response;
  try {
    const headers = () => ({ Accept: "application/json", "X-CSRF": csrfToken() });
    response = await sendAsSame(() => fetch(url, { ...how, credentials: "same-origin", headers: headers() }));
  } catch {
    throw new RefusedError(LOST);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) throw new RefusedError(SIGNED_OUT);
  throw new RefusedError(typeof answer.error === "string" ? answer.error : `The server refused this (${response.status}).`);
}
