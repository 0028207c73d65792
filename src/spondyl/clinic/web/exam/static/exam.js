// The visit note: the words beside a tick follow it, and an exception marks its group as examined.

/** @param {HTMLElement} group */
function speak(group) {
  const box = /** @type {HTMLInputElement} */ (group.querySelector('input[type="checkbox"]'));
  const words = /** @type {HTMLElement} */ (group.querySelector("[data-words]"));
  const selects = /** @type {HTMLSelectElement[]} */ ([...group.querySelectorAll("select")]);
  const off = selects.filter((one) => one.selectedIndex > 0);
  for (const one of selects) one.classList.toggle("off", one.selectedIndex > 0);
  if (off.length) box.checked = true;
  const exceptions = off.map((one) => `${one.getAttribute("aria-label")} ${one.selectedOptions[0].text}`);
  words.textContent = exceptions.length
    ? `${exceptions.join("; ")}. Otherwise normal.`
    : ((box.checked ? words.dataset.normal : words.dataset.not) ?? "");
}

for (const group of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-group]"))) {
  group.addEventListener("change", () => speak(group));
  speak(group);
}
