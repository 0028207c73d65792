// Make a passkey, or sign in with one. The server's options name the challenge; the device answers it.
import { csrfToken } from "/static/shell/csrf.js";

/** @param {string} text base64url @returns {Uint8Array} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer @returns {string} base64url */
function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer ?? new ArrayBuffer(0)), (one) => String.fromCharCode(one));
  return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} address @param {object} body @returns {Promise<any>} */
async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF": csrfToken(), Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const content = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : null;
  if (!answer.ok) throw new Error(content?.error ?? "The passkey did not prove itself. Try again.");
  return content;
}

/** @param {string} label @param {string} present the password; the server asks for it before a way in is added */
async function addPasskey(label, present) {
  const options = await post("/account/passkeys/options", { present });
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey: options }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  const credential = {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
  return post("/account/passkeys", { label, credential });
}

/** @param {string} next */
async function signIn(next) {
  const options = await post("/sign-in/passkey/options", {});
  options.challenge = bytes(options.challenge);
  for (const one of options.allowCredentials ?? []) one.id = bytes(one.id);
  const found = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey: options }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (found.response);
  const credential = {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
  return post("/sign-in/passkey", { credential, next });
}

/** Run one of the two for a form and go on, or say what went wrong beside it. @param {() => Promise<any>} work */
async function run(work) {
  const problem = /** @type {HTMLElement} */ (document.getElementById("passkey-problem"));
  problem.textContent = "";
  try {
    location.assign((await work()).next);
  } catch (error) {
    const cancelled = error instanceof DOMException;
    const said = error instanceof Error ? error.message : "";
    problem.textContent = cancelled ? "The device did not use a passkey. Try again, or use your password." : said;
  }
}

document.getElementById("add-passkey")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const sent = new FormData(/** @type {HTMLFormElement} */ (event.target));
  run(() => addPasskey(String(sent.get("label") ?? ""), String(sent.get("proof") ?? "")));
});

document.getElementById("use-passkey")?.addEventListener("click", (event) => {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  run(() => signIn(button.dataset.next ?? "/today"));
});

// Before this line nobody would hear a click.
for (const button of document.querySelectorAll("[data-passkey]")) button.removeAttribute("disabled");
