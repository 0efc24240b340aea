/**
 * `<form data-busy="Uploading…">` says so while it is being sent, and is sent once however often the
 * button is pressed. Coming back to the page by "back" makes it ready again.
 */
export function busy(root = document) {
  /** @returns {NodeListOf<HTMLButtonElement>} */
  const buttons = (/** @type {HTMLFormElement} */ form) => form.querySelectorAll("button[type=submit]");
  root.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.dataset.busy || event.defaultPrevented) return;
    for (const button of buttons(form)) {
      button.disabled = true;
      button.dataset.ready = button.textContent;
      button.textContent = form.dataset.busy;
    }
  });
  addEventListener("pageshow", () => {
    /** @type {NodeListOf<HTMLButtonElement>} */
    const sent = root.querySelectorAll("form[data-busy] button[data-ready]");
    for (const button of sent) {
      button.disabled = false;
      button.textContent = button.dataset.ready;
    }
  });
}
