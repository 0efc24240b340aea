/**
 * HTTP client of one room: its history, and sending where the socket can't.
 *
 * Every failure is a `RequestError`; its `isFinal` says that asking again won't help.
 *
 * @typedef {import("./frames.js").Page} Page
 * @typedef {import("../compose/outbox.js").Item} Item
 */

const REQUEST_TIMEOUT = 15_000;

export class RequestError extends Error {
  /** @param {number} status 0 where nothing answered @param {string} [code] */
  constructor(status, code = "", message = "") {
    super(message || `HTTP ${status}`);
    this.status = status;
    this.code = code;
  }

  get isFinal() {
    return this.status === 401 || this.status === 404;
  }

  /** Rejected by a proxy or a limit, without a code: the same request again would be, too. */
  get isUnexplained() {
    return !this.code && [400, 403, 413].includes(this.status);
  }
}

export class RoomApi {
  #room;
  #url;

  /** @param {string} room */
  constructor(room) {
    this.#room = `/rooms/${room}`;
    this.#url = `${this.#room}/messages`;
  }

  /**
   * @param {number | null} [rev] the last change that the page has: those after it come, too
   * @returns {Promise<Page>} the entries that follow `seq`
   */
  after(seq, limit = 100, rev = null) {
    const since = rev === null ? "" : `&changed_since=${rev}`;
    return request(`${this.#url}?after=${seq}&limit=${limit}${since}`);
  }

  /** @returns {Promise<Page>} the last entries of the conversation */
  latest(limit = 100) {
    return request(`${this.#url}?limit=${limit}`);
  }

  /** @returns {Promise<Page>} the entries just before `seq` */
  before(seq, limit = 50) {
    return request(`${this.#url}?before=${seq}&limit=${limit}`);
  }

  /**
   * This person has read up to here.
   * @param {number} seq @returns {Promise<boolean>} whether it got there
   */
  async markRead(seq) {
    const body = new URLSearchParams({ seq: String(seq) });
    const status = await statusOf(`${this.#room}/read`, { method: "POST", body });
    // During an upgrade a node of the version before may answer, which has only the pixel.
    if (status !== 404 && status !== 405) return status === 204;
    return (await statusOf(`${this.#room}/seen.gif?seq=${seq}`)) === 200;
  }

  /**
   * @param {Item} item @param {AbortSignal} [signal]
   * @returns {Promise<import("./frames.js").Entry>} as it is stored
   */
  post({ body, client_id, product_id, picture }, signal) {
    const form = picture ? new FormData() : new URLSearchParams();
    form.set("body", body);
    form.set("client_id", client_id);
    if (product_id) form.set("product_id", String(product_id));
    if (picture) /** @type {FormData} */ (form).set("photo", picture.file);
    return request(this.#url, { method: "POST", body: form, signal });
  }
}

/** @returns {Promise<number>} 0 where nothing answered @param {string} url @param {RequestInit} [options] */
function statusOf(url, options) {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT);
  const headers = { Accept: "application/json" };
  const answer = fetch(url, { headers, cache: "no-store", redirect: "error", signal, ...options });
  return answer.then(({ status }) => status, () => 0);
}

/**
 * @param {string} url @param {RequestInit} [options]
 * @returns {Promise<any>} the JSON that was answered; a redirect is a failure like any other
 */
async function request(url, { signal = AbortSignal.timeout(REQUEST_TIMEOUT), ...options } = {}) {
  const response = await fetch(url, {
    ...options,
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "error",
    signal,
  }).catch((error) => {
    throw new RequestError(0, "", error.message);
  });
  const json = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response.status, json?.code, json?.message);
  if (json === null) throw new RequestError(0, "", "not the answer of Haggle");
  return json;
}
