// Waits until a session is kept and its record checked, or neither will come, then loads the page once more. A page that
// has nothing to wait for does not load this.

const LOOK_MS = 1500;
const place = /** @type {HTMLElement} */ (document.querySelector("[data-wait]"));

async function look() {
  try {
    const answer = await fetch(`${place.dataset.wait}/state`, { cache: "no-store" });
    const said = await answer.json();
    if (said.over || String(said.version) !== place.dataset.version) {
      location.reload();
      return;
    }
  } catch {
    // No connection: look again later.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
