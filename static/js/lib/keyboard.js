/**
 * Where a screen keyboard lies over the page instead of making it smaller (browsers without `interactive-widget`), what is
 * under it is told to the style sheet: `--keyboard`, by which a conversation ends above it, and `html[data-keyboard]`.
 */
const LEAST = 100;

export function makeRoomForKeyboard(viewport = window.visualViewport) {
  if (!viewport) return;
  const root = document.documentElement;
  const fit = () => {
    const covered = viewport.scale === 1 ? Math.round(innerHeight - viewport.height - viewport.offsetTop) : 0;
    const isUp = covered >= LEAST;
    root.toggleAttribute("data-keyboard", isUp);
    if (isUp) root.style.setProperty("--keyboard", `${covered}px`);
    else root.style.removeProperty("--keyboard");
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
}
