/**
 * Passkeys (WebAuthn): `<form data-passkey="get" data-challenge="/path">` asks the device for one that exists, and
 * `data-passkey="create"` for a new one. The answer goes with the form, in its field `[data-credential]`.
 *
 * The forms are hidden until this runs in a browser that knows passkeys; what else is on the page works without. With
 * `data-autofill` the browser also offers passkeys where the address is typed (conditional UI).
 */

/** The server forgets its question after five minutes: an offer that stands is made anew before. */
const RENEW_MS = 4 * 60_000;

/** @type {AbortController | null} of the offer that stands */
let offered = null;
/** The last question. */
let asked = Promise.resolve(null);

if (window.PublicKeyCredential && navigator.credentials) {
  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = document.querySelectorAll("form[data-passkey]");
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form);
    });
    if ("autofill" in form.dataset) offer(form);
  }
  for (const element of document.querySelectorAll("[data-no-passkeys]")) element.remove();
}

async function press(/** @type {HTMLFormElement} */ form) {
  const button = form.querySelector("button");
  say(form, "");
  button.disabled = true;
  offered?.abort();
  try {
    await ask(form);
  } catch (error) {
    say(form, refusal(error));
    if ("autofill" in form.dataset) offer(form);
  } finally {
    button.disabled = false;
  }
}

/** Offers passkeys in the page's own fields, until a button is pressed. */
async function offer(/** @type {HTMLFormElement} */ form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  for (let isOld = true; isOld; await looking()) {
    isOld = false;
    const standing = new AbortController();
    offered = standing;
    const renew = setTimeout(() => {
      isOld = true;
      standing.abort();
    }, RENEW_MS);
    // Nobody has asked for it: there is nothing to say.
    await ask(form, { mediation: "conditional", signal: standing.signal }).catch(() => {});
    clearTimeout(renew);
  }
}

/** When somebody looks at the page. */
const looking = () =>
  new Promise((resolve) => {
    if (!document.hidden) return resolve(null);
    document.addEventListener("visibilitychange", resolve, { once: true });
  });

/** Fetches the question, has the device answer it, sends the form. */
async function ask(/** @type {HTMLFormElement} */ form, options = {}) {
  const { publicKey } = await question(form);
  const { challenge, user, allowCredentials, excludeCredentials } = publicKey;
  const key = {
    ...publicKey,
    challenge: bytes(challenge),
    allowCredentials: allowCredentials?.map(withBytes),
    excludeCredentials: excludeCredentials?.map(withBytes),
    ...(user && { user: withBytes(user) }),
  };
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: key })
      : await navigator.credentials.get({ publicKey: key, ...options });
  /** @type {HTMLInputElement} */
  const field = form.querySelector("[data-credential]");
  field.value = JSON.stringify(answer(/** @type {PublicKeyCredential} */ (credential)));
  // Without the event, which has been.
  form.submit();
}

/** One after the other: the server keeps the last question only. */
function question(/** @type {HTMLFormElement} */ form) {
  asked = asked.catch(() => {}).then(() => fetchQuestion(form));
  return asked;
}

async function fetchQuestion(/** @type {HTMLFormElement} */ form) {
  const headers = { Accept: "application/json" };
  const response = await fetch(form.dataset.challenge, { method: "POST", headers, cache: "no-store" });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  // Who is there? The form goes through that question, and comes back as it was typed.
  if (body.confirm) form.submit();
  throw new Refused(body.error);
}

/** The server's own words. */
class Refused extends Error {}

/** As JSON, which not every browser makes of it by itself. */
function answer(/** @type {PublicKeyCredential} */ credential) {
  const { id, rawId, type } = credential;
  const response = Object.fromEntries(
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => credential.response[name])
      .map((name) => [name, text(credential.response[name])]),
  );
  return { id, rawId: text(rawId), type, response, extensions: {} };
}

const withBytes = (/** @type {{ id: string }} */ it) => ({ ...it, id: bytes(it.id) });

function bytes(/** @type {string} */ base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function text(/** @type {ArrayBuffer} */ buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function refusal(/** @type {Error} */ error) {
  if (error instanceof Refused && error.message) return error.message;
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (error.name === "NotAllowedError") return "That was cancelled, or took too long. Please try again.";
  return "Your device or browser couldn’t do that. Please try again, or use your password.";
}

function say(/** @type {HTMLFormElement} */ form, /** @type {string} */ sentence) {
  /** @type {HTMLElement} */
  const place = form.querySelector("[data-refusal]");
  place.textContent = sentence;
  place.hidden = !sentence;
}
