// The visit note: the words beside a tick follow it. An exception ticks its group, which may be taken back, but never a
// group that holds a sign of an earlier visit: that stands until somebody says that the rest was looked at.

/** @param {HTMLElement} group */
function speak(group) {
  const box = /** @type {HTMLInputElement} */ (group.querySelector('input[type="checkbox"]'));
  const words = /** @type {HTMLElement} */ (group.querySelector("[data-words]"));
  const selects = /** @type {HTMLSelectElement[]} */ ([...group.querySelectorAll("select")]);
  const looked = selects.filter((one) => one.selectedIndex > 0);
  for (const one of selects) one.classList.toggle("off", one.selectedIndex > 1);
  const said = looked
    .filter((one) => !box.checked || one.selectedIndex > 1)
    .map((one) => `${one.getAttribute("aria-label")} ${one.selectedOptions[0].text}`);
  const rest = box.checked ? "Otherwise normal." : "Was the rest normal? Not examined yet";
  words.textContent = said.length
    ? `${said.join("; ")}. ${rest}`
    : ((box.checked ? words.dataset.normal : words.dataset.not) ?? "");
}

/**
 * @param {HTMLElement} group
 * @param {EventTarget | null} changed
 */
function tick(group, changed) {
  const box = /** @type {HTMLInputElement} */ (group.querySelector('input[type="checkbox"]'));
  if (changed === box) group.dataset.decided = "yes";
  if (changed instanceof HTMLSelectElement && changed.selectedIndex > 1 && !group.dataset.decided) {
    box.checked = true;
  }
}

for (const group of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-group]"))) {
  group.addEventListener("change", (event) => {
    tick(group, event.target);
    speak(group);
  });
  speak(group);
}
