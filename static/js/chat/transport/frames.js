/**
 * Types of the frames on the sockets, and the one place that parses them.
 *
 * Forward compatible: types, kinds and fields that this page doesn't know are ignored, so that an
 * older page keeps working with a newer server.
 *
 * @typedef {"buyer" | "seller"} Side
 * @typedef {{ buyer: number, seller: number }} ReadMarks up to which seq each side has read
 * @typedef {{ seq: number, from: Side, client_id: string, product_id?: number | null,
 *             html: string }} Entry; one that is withheld has its number and an empty `html` alone
 * @typedef {{ seq: number, html: string, rev?: number }} ChangedFrame an entry that looks different now,
 *   as the room's `rev`th change
 * @typedef {{ entries: Entry[], last_seq: number, read: ReadMarks, more: boolean, rev?: number,
 *             changed?: ChangedFrame[] }} Page
 * @typedef {{ product_id: number, state: string, label: string }} ProductFrame a product stands elsewhere now
 * @typedef {{ client_id?: string, code: string, message?: string }} ErrorFrame
 */

/**
 * @param {unknown} data a frame's payload
 * @returns {{ type: string, [field: string]: any } | null} null for what isn't a frame
 */
export function parse(data) {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data);
    return typeof frame?.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
