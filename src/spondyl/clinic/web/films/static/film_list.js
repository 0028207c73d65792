// @ts-check
/** The list of films looks for news while a film is being read, and stops when all are done. */

const EVERY_MS = 1200;

/** @param {HTMLElement} section */
async function watch(section) {
  while (section.querySelector('[data-busy="true"]')) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    const list = (await news(section.dataset.filmList ?? ""))?.querySelector(".film-list");
    const shown = section.querySelector(".film-list");
    if (!list || !shown || list.innerHTML === shown.innerHTML) continue;
    shown.replaceWith(list);
    sayNext(/** @type {HTMLElement} */ (list).dataset.next ?? "");
  }
}

/** Nothing when the server does not answer: it is asked again. @param {string} address */
async function news(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
  } catch {
    return undefined;
  }
}

/** What comes next on the page follows the list. @param {string} words */
function sayNext(words) {
  const said = document.querySelector("[data-list-next] .next-step span")?.lastChild;
  if (said) said.textContent = ` ${words}`;
}

for (const section of document.querySelectorAll("[data-film-list]")) void watch(/** @type {HTMLElement} */ (section));
