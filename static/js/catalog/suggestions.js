/**
 * Suggestions while typing, from what is really for sale: a combobox with a list (ARIA authoring practices), usable by
 * arrow keys, Enter and Escape. Without this script the field is a field.
 */
const WAIT = 80;

export function suggestions() {
  const found = document.getElementById("search");
  if (found instanceof HTMLInputElement && found.form) suggestFor(found, found.form);
}

/** @param {HTMLInputElement} field @param {HTMLFormElement} form */
function suggestFor(field, form) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  let timer = 0;
  let asked = "";
  let typed = field.value;

  field.addEventListener("input", () => {
    typed = field.value;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      field.value = typed;
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.children.length) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = list.querySelector("[aria-selected=true]");
      if (chosen instanceof HTMLElement && chosen.dataset.url) {
        event.preventDefault();
        location.assign(chosen.dataset.url);
      }
    }
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option instanceof HTMLElement && option.dataset.url) location.assign(option.dataset.url);
  });

  async function ask() {
    const question = field.value.trim();
    if (question === asked && !list.hidden) return;
    asked = question;
    if (!question) return close();
    try {
      const answer = await fetch(`/suggestions?q=${encodeURIComponent(question)}`, { headers: { accept: "application/json" } });
      if (!answer.ok) return close();
      const found = await answer.json();
      if (asked === question && document.activeElement === field) show(found);
    } catch {
      close();
    }
  }

  function show(found) {
    list.replaceChildren(
      ...found.map(({ text, kind, url }, at) => {
        const option = document.createElement("li");
        option.id = `suggestion_${at}`;
        option.className = "suggestion";
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = url;
        option.dataset.text = kind ? "" : text;
        option.append(text);
        if (kind) {
          const note = document.createElement("span");
          note.className = "suggestion-kind";
          note.textContent = ` ${kind}`;
          option.append(note);
        }
        return option;
      }),
    );
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    const options = [...list.querySelectorAll("li")];
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    // One place more than options: the field itself, with what was typed.
    const next = (now + 1 + step + options.length + 1) % (options.length + 1) - 1;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === next)));
    if (next < 0) {
      field.removeAttribute("aria-activedescendant");
      field.value = typed;
    } else {
      field.setAttribute("aria-activedescendant", options[next].id);
      options[next].scrollIntoView({ block: "nearest" });
      field.value = options[next].dataset.text || typed;
    }
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
}
