// What is written in a visit note stays in this tab until the clinic has it: looking at a film or at the plan loses nothing.
// Shared computers: signing out forgets it, and so does a page of somebody else (shell.js).

/** @typedef {[string, string][]} Fields */

const form = /** @type {HTMLFormElement} */ (document.querySelector(".note-form"));
const who = /** @type {HTMLElement | null} */ (document.querySelector("[data-who]"))?.dataset.who ?? "";
const OF_ALL = `spondyl-draft:${who}:/`;
/** Its buttons are called action, so the property of that name is they. */
const keptAs = `spondyl-draft:${who}:${form.getAttribute("action") ?? ""}`;
const blank = JSON.stringify(written());

/** Every field but the token of the page. @returns {Fields} */
function written() {
  const fields = /** @type {Fields} */ ([...new FormData(form)].filter((one) => typeof one[1] === "string"));
  return fields.filter(([name]) => name !== "csrf");
}

function keep() {
  try {
    const now = JSON.stringify(written());
    if (now === blank && !form.dataset.asSent) sessionStorage.removeItem(keptAs);
    else sessionStorage.setItem(keptAs, now);
  } catch {
    // a browser that keeps nothing loses what is not sent
  }
}

/** @param {string} name @returns {Fields} */
function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}

/** The clinic has it: the note is on the page, or a newer version of the one that was corrected. @param {string} name */
function isKeptThere(name) {
  const fields = new Map(kept(name));
  const note = document.getElementById(`note-${fields.get("key") ?? name.split("/").pop()}`);
  return note !== null && Number(note.dataset.version) > Number(fields.get("after_version") ?? 0);
}

function forgetWhatIsKept() {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(OF_ALL));
  for (const name of names) if (isKeptThere(name)) sessionStorage.removeItem(name);
}

/** Put back what was written, with the note's key and what the page had shown then. @param {Fields} fields */
function putBack(fields) {
  const values = new Map(fields.map(([name]) => [name, fields.filter((one) => one[0] === name).map((one) => one[1])]));
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.name === "csrf") continue;
    const given = values.get(field.name) ?? [];
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
  }
  for (const list of form.querySelectorAll("details")) {
    list.open ||= [...list.querySelectorAll("select, input")].some((one) => /** @type {HTMLInputElement} */ (one).value !== "");
  }
}

forgetWhatIsKept();
const fields = kept(keptAs);
if (form.dataset.asSent) keep();
else if (fields.length) {
  putBack(fields);
  document.querySelector("[data-put-back]")?.removeAttribute("hidden");
}
form.addEventListener("input", keep);
form.addEventListener("change", keep);
document.querySelector("[data-begin-anew]")?.addEventListener("click", () => {
  sessionStorage.removeItem(keptAs);
  location.reload();
});
