/**
 * Outbox flush from other pages: sends what was left unsent in a room that isn't open any more.
 * What is rejected waits in its room; what doesn't get through waits for the next page. Another tab may
 * send the same at the same time: the `client_id` makes that idempotent.
 */
import { RoomApi } from "../transport/room_api.js";
import { Outbox } from "./outbox.js";
import { RETRYABLE } from "./sender.js";
import { takeFromWorker } from "./worker_outbox.js";

const KEY = /^haggle:outbox:((buyer_(\d+)_seller_(\d+)):(buyer|seller)):/;

/**
 * @param {import("../../lib/storage.js").Store} store
 * @param {{ buyer?: string, seller?: string }} ids this person's: nothing is sent in another's name
 * @param {string} [open] the room that this page shows, which sends by itself
 */
export async function sendLeftovers(store, ids, open) {
  for (const [owner, room] of owners(store, ids)) {
    const outbox = new Outbox(store, owner, Date.now, { put: () => {}, remove: takeFromWorker });
    const due = room === open ? [] : outbox.due;
    for (const item of due) {
      const failure = await new RoomApi(room).post(item).then(() => null, (failure) => failure);
      if (!failure) outbox.acknowledge(item.client_id);
      else if (!failure.code || failure.isFinal || RETRYABLE.has(failure.code)) break;
      else outbox.reject(item.client_id, failure.code);
    }
  }
}

/** @returns {Map<string, string>} the rooms with something in them, by owner */
function owners(store, ids) {
  const found = new Map();
  for (let index = 0; index < store.length; index += 1) {
    const [, owner, room, buyer, seller, seat] = store.key(index)?.match(KEY) ?? [];
    if (seat && ids[seat] === { buyer, seller }[seat]) found.set(owner, room);
  }
  return found;
}
