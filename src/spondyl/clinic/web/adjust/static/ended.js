// Waits until a session is kept and its record checked, then loads the page once more.

const LOOK_MS = 1500;
const place = /** @type {HTMLElement} */ (document.querySelector("[data-wait]"));

async function look() {
  try {
    const answer = await fetch(`${place.dataset.wait}/state`, { cache: "no-store" });
    const said = await answer.json();
    if (String(said.version) !== place.dataset.version) {
      location.reload();
      return;
    }
    if (said.over) return;
  } catch {
    // No connection: look again later.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
