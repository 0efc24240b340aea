/**
 * `<p data-copy="id" hidden>`: its button copies the text of the element with that id. Browsers let pages copy at https
 * addresses only; elsewhere the button stays away, and one press selects the whole text.
 */
for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copy]"))) {
  const secret = document.getElementById(line.dataset.copy ?? "");
  if (!secret || !navigator.clipboard) continue;
  line.hidden = false;
  line.querySelector("button")?.addEventListener("click", async () => {
    await navigator.clipboard.writeText(secret.textContent ?? "");
    line.querySelector("[data-copy-word]")?.setAttribute("hidden", "");
    line.querySelector("[data-copied-word]")?.removeAttribute("hidden");
  });
}
