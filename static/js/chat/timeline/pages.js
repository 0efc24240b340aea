/**
 * Keyset pagination: the pages before the oldest and after the newest entry shown, for
 * `InfiniteScroll`.
 *
 * @typedef {import("../transport/frames.js").Page} Page
 * @typedef {object} Parts
 * @property {import("../transport/room_api.js").RoomApi} api
 * @property {import("./timeline.js").Timeline} timeline
 * @property {import("./entry_feed.js").EntryFeed} feed
 * @property {import("./scroll_anchor.js").ScrollAnchor} scroll
 */

/**
 * What stands before the oldest entry here.
 * @param {Parts} parts @param {number} first the first entry of the page, shown or not
 */
export function olderPages({ api, timeline, feed, scroll }, first) {
  // Entries may be withheld: a page may show fewer than it has, or none.
  let oldest = first || timeline.first;
  return {
    fetch: () => feed.ask(() => api.before(oldest)),
    show: (/** @type {Page} */ { entries }, /** @type {() => void} */ moved) =>
      scroll.keepPosition(() => {
        oldest = entries[0]?.seq ?? oldest;
        timeline.addOlder(entries);
        moved();
      }),
    query: () => `before=${oldest}`,
  };
}

/**
 * What follows the newest entry here, where the page shows a part from the middle.
 * @param {Parts} parts @param {HTMLElement | null} newest the link to the end of the conversation
 */
export function laterPages({ api, feed, scroll }, newest) {
  return {
    fetch: () => feed.ask(() => api.after(feed.last, 50)),
    show: (/** @type {Page} */ page, /** @type {() => void} */ moved) => {
      feed.extend(page);
      moved();
      if (feed.behind) return;
      newest?.remove();
      scroll.reachedEnd();
    },
    query: () => `after=${feed.last}`,
  };
}
