// Says how long a time is still kept. The server decides; this only tells.

const line = /** @type {HTMLElement | null} */ (document.querySelector("[data-until]"));

/** @param {HTMLElement} place */
function tell(place) {
  const left = Math.floor((Date.parse(place.dataset.until ?? "") - Date.now()) / 1000);
  const text = /** @type {HTMLElement} */ (place.querySelector("[data-left-text]"));
  if (left <= 0) {
    place.textContent = place.dataset.over ?? "";
    place.setAttribute("role", "status");
    return;
  }
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  text.textContent = `(${(place.dataset.left ?? "{time}").replace("{time}", time)})`;
  setTimeout(() => tell(place), 1000);
}

if (line) tell(line);
