/**
 * The server writes times in UTC into `<time datetime>`; here they become the reader's own.
 *
 * In a chat bubble that is the clock ("09:05"), everywhere else how long ago it was. The texts
 * follow the page's language, and its regional form where the browser has one (en-GB, en-US).
 */

const DAY = 86_400_000;

/** The browser's regional form of the page's language, else the page's language itself. */
function locale() {
  const page = document.documentElement.lang || "en";
  return navigator.languages.find((tag) => tag.split("-")[0] === page.split("-")[0]) ?? page;
}

const startOfDay = (/** @type {Date} */ date) =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** Whole calendar days from `date` to `now`, in the reader's time zone. */
const daysAgo = (date, now) => Math.round((startOfDay(now) - startOfDay(date)) / DAY);

const capitalised = (/** @type {string} */ text) => text.charAt(0).toUpperCase() + text.slice(1);

/** To make one takes a hundred times as long as to use it. @type {Map<string, any>} */
const formats = new Map();

/** @template Format @param {new (tag: string, options: object) => Format} kind @returns {Format} */
function format(kind, tag, options) {
  const key = `${kind.name} ${tag} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(tag, options));
  return formats.get(key);
}

const dateText = (date, tag, options) => format(Intl.DateTimeFormat, tag, options).format(date);

/** "09:05" or "9:05 AM". */
export function clockText(date, tag) {
  const { hour12 } = format(Intl.DateTimeFormat, tag, { hour: "numeric" }).resolvedOptions();
  return dateText(date, tag, { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit" });
}

/** "Today", "Yesterday", "Monday", "31 January", "31 January 2025". */
export function dayText(date, now, tag) {
  const days = daysAgo(date, now);
  if (days === 0 || days === 1) {
    return capitalised(format(Intl.RelativeTimeFormat, tag, { numeric: "auto" }).format(-days, "day"));
  }
  if (days > 1 && days < 7) return dateText(date, tag, { weekday: "long" });
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return dateText(date, tag, { day: "numeric", month: "long", year });
}

/** For lists: "now", "5 min. ago", "3 hr. ago", then what `dayText` says; of what is to come, the day. */
export function listText(date, now, tag) {
  // Clocks differ by minutes at most.
  if (date - now > 3_600_000) return dayText(date, now, tag);
  const minutes = Math.max(0, Math.floor((now - date) / 60_000));
  if (daysAgo(date, now) > 0 && minutes >= 60) return dayText(date, now, tag);
  const relative = format(Intl.RelativeTimeFormat, tag, { numeric: "auto", style: "short" });
  if (minutes === 0) return relative.format(0, "second");
  return minutes < 60 ? relative.format(-minutes, "minute") : relative.format(-Math.floor(minutes / 60), "hour");
}

/** Rewrites every time in `root`; calling it again only refreshes. @param {ParentNode} root */
export function localTimes(root = document) {
  const tag = locale();
  const now = new Date();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(date.getTime())) continue;
    const text = time.closest(".entry") ? clockText(date, tag) : listText(date, now, tag);
    if (time.textContent !== text) time.textContent = text;
    time.setAttribute("title", dateText(date, tag, { dateStyle: "full", timeStyle: "short" }));
  }
}

/**
 * Gives the entry `data-day` ("Today") where another day begins than the entry before it has; CSS
 * draws the break from the attribute, so the list holds entries and nothing else.
 * @param {Element | null} entry
 */
export function markDay(entry) {
  if (!(entry instanceof HTMLElement)) return;
  const date = entryDate(entry);
  const before = entryDate(neighbour(entry, "previousElementSibling"));
  if (!date || (before && startOfDay(before) === startOfDay(date))) delete entry.dataset.day;
  else entry.dataset.day = dayText(date, new Date(), locale());
}

/** Days have other names tomorrow: writes those of all entries anew. @param {ParentNode} root */
export function markDays(root = document) {
  for (const entry of root.querySelectorAll(".entry[data-day]")) markDay(entry);
}

/**
 * The entry next to this one, past a line between them.
 * @param {Element} entry @param {"previousElementSibling" | "nextElementSibling"} way
 */
export function neighbour(entry, way) {
  const next = entry[way];
  return next && !next.matches(".entry") ? next[way] : next;
}

function entryDate(entry) {
  const written = entry?.querySelector("time[datetime]")?.getAttribute("datetime");
  const date = new Date(written ?? "");
  return Number.isNaN(date.getTime()) ? null : date;
}
