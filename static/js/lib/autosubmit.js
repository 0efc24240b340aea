/**
 * `<select data-autosubmit>` sends its form when something else is chosen. Its button stays for
 * people without JavaScript; CSS hides it under `html.js`.
 *
 * Choosing with the arrow keys changes a closed select at every step, so a choice made with the
 * keyboard counts only once it is confirmed: with Enter, or by leaving the select.
 */
export function autosubmit(root = document) {
  /** @type {HTMLSelectElement | null} the select whose keyboard choice isn't confirmed yet */
  let undecided = null;
  let byKeyboard = false;

  const chosen = (/** @type {Event} */ event) =>
    event.target instanceof HTMLSelectElement && event.target.matches("[data-autosubmit]")
      ? event.target
      : null;

  const submit = (/** @type {HTMLSelectElement} */ select) => {
    undecided = null;
    select.form?.requestSubmit();
  };

  root.addEventListener("pointerdown", () => (byKeyboard = false), true);
  root.addEventListener("keydown", (event) => {
    byKeyboard = true;
    const select = chosen(event);
    if (select && select === undecided && event.key === "Enter") {
      event.preventDefault();
      submit(select);
    }
  });
  root.addEventListener("change", (event) => {
    const select = chosen(event);
    if (!select) return;
    if (byKeyboard) undecided = select;
    else submit(select);
  });
  root.addEventListener("focusout", (event) => {
    const select = chosen(event);
    if (select && select === undecided) submit(select);
  });
}
