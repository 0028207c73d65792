// @ts-check
/** The list of films looks for news while a film is being read, and stops when all are done. */

const EVERY_MS = 1200;

/** @param {HTMLElement} section */
async function watch(section) {
  while (section.querySelector('[data-busy="true"]')) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    const response = await fetch(section.dataset.filmList ?? "", { credentials: "same-origin" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = page.querySelector(".film-list");
    const shown = section.querySelector(".film-list");
    if (!list || !shown || list.innerHTML === shown.innerHTML) continue;
    shown.replaceWith(list);
    sayNext(/** @type {HTMLElement} */ (list).dataset.next ?? "");
  }
}

/** What comes next on the page follows the list. @param {string} words */
function sayNext(words) {
  const said = document.querySelector("[data-list-next] .next-step span")?.lastChild;
  if (said) said.textContent = ` ${words}`;
}

for (const section of document.querySelectorAll("[data-film-list]")) void watch(/** @type {HTMLElement} */ (section));
