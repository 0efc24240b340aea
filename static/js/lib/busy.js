/**
 * `<form data-busy="Uploading…">` says so while it is being sent, and is sent once however often the
 * button is pressed. Coming back to the page by "back" makes it ready again.
 */
export function busy(root = document) {
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
    for (const button of root.querySelectorAll("form[data-busy] button[data-ready]")) {
      button.disabled = false;
      button.textContent = button.dataset.ready;
    }
  });
}
