/**
 * Transport with fallbacks: messages and read marks go by the socket, by plain requests (polling)
 * where the socket can't be had, and by the upload queue where there is a picture. After three
 * failed connections in a row, polling runs beside the socket's own retries.
 *
 * @typedef {import("../compose/outbox.js").Item} Item
 */

const POLL_AFTER_FAILURES = 3;

export class RoomTransport {
  #socket;
  #polling;
  #api;
  #uploads;
  /** The socket said `hello`. What was written before it goes first, so nothing is sent until then. */
  #isGreeted = false;
  #isGone = false;

  /**
   * @param {object} parts
   * @param {import("./socket.js").Socket} parts.socket
   * @param {import("./polling.js").Polling} parts.polling
   * @param {import("./room_api.js").RoomApi} parts.api
   * @param {import("../compose/upload_queue.js").UploadQueue} parts.uploads
   */
  constructor({ socket, polling, api, uploads }) {
    this.#socket = socket;
    this.#polling = polling;
    this.#api = api;
    this.#uploads = uploads;
  }

  /** Nothing gets through now; what is due is sent as soon as something does. */
  get isOffline() {
    if (!navigator.onLine) return true;
    return !["open", "ended"].includes(this.#socket.status) && !this.#polling.working;
  }

  /** It isn't only that the connection takes its time: it was tried, or there is no network. */
  get isCutOff() {
    return !navigator.onLine || (this.isOffline && this.#socket.failures > 0);
  }

  /** @returns {import("../connection_status.js").State} */
  get state() {
    if (this.#isGone) return "gone";
    if (this.#socket.status === "ended") return "signedOut";
    if (this.#socket.status === "open") return "live";
    if (!navigator.onLine) return "offline";
    return this.#polling.working ? "slow" : "connecting";
  }

  /** @param {Item} item @returns {boolean} whether the socket took it, and owes an acknowledgement */
  transmit(item) {
    if (item.picture) {
      this.#uploads.enqueue(item);
      return false;
    }
    const { client_id, body, product_id } = item;
    // `hello` flushes all that is due, in the order of writing: it is as good as handed over.
    if (this.#socket.status === "open" && !this.#isGreeted) return true;
    if (this.#socket.send({ type: "send", client_id, body, product_id })) return true;
    this.#polling.now();
    return false;
  }

  /** @param {number} seq @returns {Promise<boolean>} whether the mark was delivered */
  async markRead(seq) {
    return this.#socket.send({ type: "read", seq }) || (this.#polling.working && this.#api.markRead(seq));
  }

  /** @param {number} seq */
  markShown(seq) {
    this.#socket.send({ type: "shown", seq });
  }

  sendTyping() {
    this.#socket.send({ type: "typing" });
  }

  onHello() {
    this.#isGreeted = true;
  }

  /** @param {import("./socket.js").Status} status */
  onStatus(status) {
    this.#isGreeted = false;
    if (status === "open") this.#polling.stop();
    if (status === "waiting" && this.#socket.failures >= POLL_AFTER_FAILURES) this.#polling.start();
  }

  open() {
    this.#socket.open();
  }

  /** Tries now instead of waiting for the back-off. */
  reconnectNow() {
    this.#socket.reconnectNow();
  }

  /** Gives up a connection that seems dead, and makes another. */
  reconnect() {
    this.#socket.reconnect();
  }

  /** Signed out, or no such room any more. @param {import("./room_api.js").RequestError} failure */
  end(failure) {
    this.#isGone = failure.status === 404;
    this.#socket.end();
  }

  stop() {
    this.#polling.stop();
  }
}
