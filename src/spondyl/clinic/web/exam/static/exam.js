// The visit note: the words beside a tick follow it. Nothing ticks itself: a group is normal where somebody says so, with
// the tick, or with the button that says that all of it was examined and opens the list of what is not normal.

const CHOOSE = "All examined: choose below what was not normal.";

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
    : ((box.checked ? words.dataset.normal : group.dataset.allExamined ? CHOOSE : words.dataset.not) ?? "");
}

/** All of the group was examined, says the button: it is ticked while something in it is not normal. @param {HTMLElement} group */
function except(group) {
  group.dataset.allExamined = "yes";
  const list = /** @type {HTMLDetailsElement} */ (group.querySelector("details"));
  list.open = true;
  follow(group, null);
}

/**
 * @param {HTMLElement} group
 * @param {EventTarget | null} changed
 */
function follow(group, changed) {
  const box = /** @type {HTMLInputElement} */ (group.querySelector('input[type="checkbox"]'));
  if (changed === box) delete group.dataset.allExamined;
  if (group.dataset.allExamined) box.checked = [...group.querySelectorAll("select")].some((one) => one.selectedIndex > 1);
  speak(group);
}

for (const group of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-group]"))) {
  group.addEventListener("change", (event) => follow(group, event.target));
  const button = /** @type {HTMLElement} */ (group.querySelector("[data-except]"));
  button.hidden = false;
  button.addEventListener("click", () => except(group));
  speak(group);
}
