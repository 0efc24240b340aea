/**
 * One polling round: posts what is due in the outbox, then asks history for what is new. An answer
 * becomes the event that the same answer by socket would be.
 *
 * @param {object} parts
 * @param {import("../compose/outbox.js").Outbox} parts.outbox
 * @param {import("./room_api.js").RoomApi} parts.api
 * @param {import("../timeline/entry_feed.js").EntryFeed} parts.feed
 * @param {import("../../lib/events.js").Emit} parts.emit
 * @returns {Promise<void>} rejected where it didn't get through
 */
export async function exchange({ outbox, api, feed, emit }) {
  try {
    for (const item of outbox.due.filter(({ picture }) => !picture)) {
      await api.post(item).then(
        (entry) => emit("frame:message", entry),
        (failure) => {
          if (!failure.code || failure.isFinal) throw failure;
          emit("frame:error", { ...item, code: failure.code, message: failure.message });
        },
      );
    }
    await feed.poll();
  } catch (/** @type {any} */ failure) {
    if (failure.isFinal) emit("ended", failure);
    throw failure;
  }
}
