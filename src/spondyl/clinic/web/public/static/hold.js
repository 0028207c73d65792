// Says how long a time is still kept, counted from when the page came (the server decides; this only tells), and keeps
// what was typed when the language is changed. A page that answers a form takes the address that opens without one, so
// that Back and Reload do not ask whether to send the form again.

const line = /** @type {HTMLElement | null} */ (document.querySelector("[data-seconds]"));

/** @param {HTMLElement} place @param {number} until in milliseconds of this page */
function tell(place, until) {
  const left = Math.floor((until - performance.now()) / 1000);
  const text = /** @type {HTMLElement} */ (place.querySelector("[data-left-text]"));
  if (left <= 0) {
    place.textContent = place.dataset.over ?? "";
    place.setAttribute("role", "status");
    return;
  }
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  text.textContent = `(${(place.dataset.left ?? "{time}").replace("{time}", time)})`;
  setTimeout(() => tell(place, until), 1000);
}

if (line) tell(line, performance.now() + 1000 * Number(line.dataset.seconds));

const language = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-keeps]"));
language?.addEventListener("submit", () => {
  const typed = new FormData(/** @type {HTMLFormElement} */ (document.getElementById(language.dataset.keeps ?? "")));
  for (const name of ["given", "family", "contact"]) {
    /** @type {HTMLInputElement} */ (language.elements.namedItem(name)).value = String(typed.get(name) ?? "");
  }
});

const form = /** @type {HTMLFormElement} */ (document.getElementById("who"));
const here = new URL(form.dataset.here ?? "", location.href);
if (location.pathname !== here.pathname) history.replaceState(null, "", here);
