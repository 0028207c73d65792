// The page before a session: shows what the chosen rule needs, and counts the answers that are missing.

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-setup]"));
const names = [...new Set([...form.querySelectorAll('[name^="answer-"]')].map((one) => /** @type {HTMLInputElement} */ (one).name))];
const told = new Set([...form.querySelectorAll('[data-told] [name^="answer-"]')].map((one) => /** @type {HTMLInputElement} */ (one).name));
const rest = /** @type {HTMLButtonElement} */ (form.querySelector("[data-rest]"));

/** @param {string} name @returns {string} */
const value = (name) => String(new FormData(form).get(name) ?? "");

// What the patient said yes to in a form takes a look of its own.
const fillable = () => names.filter((name) => !value(name) && !told.has(name));

function show() {
  const rule = value("rule");
  for (const part of form.querySelectorAll("[data-for]")) {
    /** @type {HTMLElement} */ (part).hidden = /** @type {HTMLElement} */ (part).dataset.for !== rule;
  }
  const labels = [...form.querySelectorAll("[data-segment]")];
  const at = labels.map((one) => /** @type {HTMLElement} */ (one).dataset.segment);
  const [first, last] = [at.indexOf(value("first")), at.indexOf(value("last"))];
  labels.forEach((one, number) => { /** @type {HTMLElement} */ (one).hidden = number < first || number > last; });
  const left = names.filter((name) => !value(name)).length;
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-left]"));
  place.textContent = left ? `${left} of ${names.length} questions have no answer yet` : "Every question is answered";
  rest.hidden = !fillable().length;
}

rest.addEventListener("click", () => {
  for (const name of fillable()) {
    /** @type {HTMLInputElement} */ (form.querySelector(`[name="${name}"][value="no"]`)).checked = true;
  }
  show();
});
form.addEventListener("input", show);
show();
