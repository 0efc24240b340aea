/** String table: every sentence that the chat's scripts show. The pages' own are in the templates. */

export const CONNECTION = {
  connecting: "Connecting…",
  offline: "You are offline. What you write is kept and sent when you are back.",
  slow: "Live updates don't get through here. Checking for messages every few seconds.",
  signedOut: "You are signed out.",
  signIn: "Sign in again",
  gone: "This conversation isn't available any more.",
};

/** For refusals that came without a sentence of their own, by the contract's codes. */
export const REFUSALS = {
  bad_frame: "This message can't be stored as it is. Change it, then send it again.",
  empty: "Write something first.",
  too_long: "That message is too long.",
  bad_product: "That product isn't part of this conversation.",
  bad_photo: "That picture can't be sent. Choose another one.",
  not_taken: "The server didn't take this picture: it may be too large.",
  photo_lost: "The picture was lost. Choose it again.",
  client_id_reused: "That message could not be sent. Try again.",
  blocked: "You can't write in this conversation.",
  rate_limited: "You are writing very fast. Wait a moment, then try again.",
  unavailable: "Messages can't be stored right now. Try again in a moment.",
};

export const NOT_A_PICTURE = "That file can't be shown as a picture. Choose another one.";
export const ONE_PICTURE = "One picture at a time: this is the first of them.";

export const REFUSED = "That message could not be sent.";

/** Where a message should go back to. */
export const COMPOSER_NOT_EMPTY = "Send or delete what is here first, then edit the other message.";

/** Behind a buyer's name in the dropdown, as the server writes it. @param {number} count */
export const unread = (count) => (count > 0 ? ` (${count} unread)` : "");

/** The button that leads to the end. @param {number} news what came meanwhile */
export const toEnd = (news) => (news > 0 ? `New messages: ${news}` : "To the newest messages");

/** What is heard, once, where a text becomes too long and where it no longer is; seen is by how much. */
export const TOO_LONG = "Too long to be sent.";
export const FITS = "Short enough again.";

/** @param {number} over characters past the limit */
export const tooLong = (over) =>
  over === 1 ? "1 character too many." : `${over.toLocaleString()} characters too many.`;
