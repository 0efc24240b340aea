/**
 * "Show more" in place: the next part of a list is fetched and put under what is there. Without this script it is a link
 * to a page of its own.
 *
 * Back returns to the same spot: what was added is kept for this entry of the history (as markup, in this tab), and put
 * there again when somebody comes back to it.
 */
const KEEP = 400_000;

export function showMore(root = document) {
  /** @type {HTMLElement | null} */
  const nav = root.querySelector("[data-show-more]");
  const list = document.getElementById("results");
  if (!nav || !list) return;
  comeBack(list, nav);
  nav.addEventListener("click", async (/** @type {MouseEvent} */ event) => {
    const link = event.target instanceof Element ? event.target.closest("a[rel=next]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const added = [...page.querySelectorAll("#results > *")];
      const known = new Set([...list.children].map(address));
      const fresh = added.filter((card) => !known.has(address(card)));
      list.append(...fresh);
      nav.replaceChildren(...(page.querySelector("[data-show-more]")?.querySelectorAll("a[rel=next]") ?? []));
      // The keyboard goes on with the first of what came.
      fresh[0]?.querySelector("a")?.focus({ preventScroll: true });
    } catch {
      location.assign(link.href);
    }
  });
  addEventListener("pagehide", () => keep(list, nav));
}

const address = (card) => card.querySelector("a")?.getAttribute("href") ?? "";
const key = () => `more:${history.state?.list ?? ""}`;

function keep(list, nav) {
  if (!history.state?.list) history.replaceState({ ...history.state, list: String(Math.random()).slice(2) }, "");
  const kept = JSON.stringify({ list: list.innerHTML, nav: nav.innerHTML, top: scrollY, at: location.href });
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("more:")) sessionStorage.removeItem(name);
    if (kept.length <= KEEP) sessionStorage.setItem(key(), kept);
  } catch {
    // Full or forbidden: back shows the first part.
  }
}

function comeBack(list, nav) {
  const [entry] = performance.getEntriesByType("navigation");
  const kind = entry instanceof PerformanceNavigationTiming ? entry.type : "";
  if (!history.state?.list || (kind !== "back_forward" && kind !== "reload")) return;
  const kept = JSON.parse(sessionStorage.getItem(key()) ?? "null");
  if (kept?.at !== location.href || kind === "reload") return;
  list.innerHTML = kept.list;
  nav.innerHTML = kept.nav;
  scrollTo(0, kept.top);
}
