/**
 * Tokens: of a script (personal), or of an app by OAuth 2 (RFC 8252): code flow with PKCE S256 in the system browser,
 * refresh with rotation, sign-out. Invariant: a program refreshes once at a time, whoever asks.
 */
import { base64url, type Storage } from "./storage.js";

export interface TokenSource {
  /** The one to use now. */
  token(): Promise<string>;
  /** Another one, after `stale` was refused; null where there is none. */
  renew(stale: string): Promise<string | null>;
}

/** Made by a person at /account/tokens. */
export const personalToken = (token: string): TokenSource => ({
  token: async () => token,
  renew: async () => null,
});

/** `code` is the standard's: `access_denied`, `invalid_grant`, …; `signed_out` where there are no tokens (any more). */
export class OAuthError extends Error {
  override name = "OAuthError";
  constructor(readonly code: string, message = code) {
    super(message);
  }
}

interface Endpoints {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint: string;
}

interface Tokens {
  access: string;
  refresh: string;
  /** In ms. */
  expires: number;
  scope: string;
}

interface Pending {
  state: string;
  verifier: string;
  redirectUri: string;
}

export interface OAuthOptions {
  clientId?: string;
  storage: Storage;
  fetch?: typeof fetch;
}

/** A token isn't used in its last half minute: it would expire on the way. */
const MARGIN = 30_000;
const TIMEOUT = 15_000;

export class OAuthSession implements TokenSource {
  readonly #origin: string;
  readonly #clientId: string;
  readonly #storage: Storage;
  readonly #fetch: typeof fetch;
  #endpoints: Promise<Endpoints> | null = null;
  #refreshing: Promise<string> | null = null;

  constructor(origin: string, { clientId = "haggle-app", storage, fetch = globalThis.fetch }: OAuthOptions) {
    this.#origin = new URL(origin).origin;
    this.#clientId = clientId;
    this.#storage = storage;
    this.#fetch = fetch;
  }

  /** The address to open in the system browser. What it takes to `finish` is stored: the app may be ended meanwhile. */
  async begin(redirectUri: string, scopes: readonly string[]): Promise<string> {
    const { authorization_endpoint } = await this.#discover();
    const pending: Pending = { state: random(), verifier: random(), redirectUri };
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
    await this.#storage.set("haggle:oauth:pending", JSON.stringify(pending));
    const address = new URL(authorization_endpoint);
    const asked = {
      response_type: "code",
      client_id: this.#clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      state: pending.state,
      code_challenge: base64url(new Uint8Array(hash)),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    return address.href;
  }

  /** With the address that the browser came back to. */
  async finish(callback: string): Promise<void> {
    const stored = await this.#storage.get("haggle:oauth:pending");
    const pending: Pending | null = stored && JSON.parse(stored);
    const answer = new URL(callback).searchParams;
    // Somebody else's answer is refused, and ours may still come.
    if (!pending || answer.get("state") !== pending.state) throw new OAuthError("invalid_state");
    const issuer = answer.get("iss");
    if (issuer !== null && issuer !== (await this.#discover()).issuer) throw new OAuthError("invalid_issuer");
    await this.#storage.delete("haggle:oauth:pending");
    const code = answer.get("code");
    if (!code) throw new OAuthError(answer.get("error") ?? "invalid_request");
    const { redirectUri, verifier } = pending;
    await this.#grant({ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier });
  }

  async token(): Promise<string> {
    const tokens = await this.#stored();
    if (tokens && tokens.expires - Date.now() > MARGIN) return tokens.access;
    return this.#refresh(tokens?.access);
  }

  async renew(stale: string): Promise<string | null> {
    return this.#refresh(stale).catch((error: unknown) => {
      if (error instanceof OAuthError && error.code === "signed_out") return null;
      throw error;
    });
  }

  /** Ends the session at the server as well (RFC 7009); here it is over even if that can't be reached. */
  async signOut(): Promise<void> {
    const tokens = await this.#stored();
    await this.#storage.delete("haggle:oauth:tokens");
    if (!tokens) return;
    const { revocation_endpoint } = await this.#discover();
    await this.#post(revocation_endpoint, { token: tokens.refresh, token_type_hint: "refresh_token" });
  }

  async #stored(): Promise<Tokens | null> {
    const text = await this.#storage.get("haggle:oauth:tokens");
    return text === null ? null : (JSON.parse(text) as Tokens);
  }

  /** Single flight: whoever asks meanwhile gets the same answer. */
  #refresh(stale: string | undefined): Promise<string> {
    this.#refreshing ??= this.#refreshNow(stale).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refreshNow(stale: string | undefined): Promise<string> {
    const tokens = await this.#stored();
    if (!tokens) throw new OAuthError("signed_out");
    // Somebody was faster.
    if (tokens.access !== stale) return tokens.access;
    try {
      return await this.#grant({ grant_type: "refresh_token", refresh_token: tokens.refresh });
    } catch (error) {
      if (!(error instanceof OAuthError) || error.code !== "invalid_grant") throw error;
      await this.#storage.delete("haggle:oauth:tokens");
      throw new OAuthError("signed_out");
    }
  }

  async #grant(form: Record<string, string>): Promise<string> {
    const response = await this.#post((await this.#discover()).token_endpoint, form);
    const json = await response.json();
    const tokens: Tokens = {
      access: json.access_token,
      refresh: json.refresh_token,
      expires: Date.now() + json.expires_in * 1000,
      scope: json.scope,
    };
    await this.#storage.set("haggle:oauth:tokens", JSON.stringify(tokens));
    return tokens.access;
  }

  async #post(address: string, form: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams({ client_id: this.#clientId, ...form });
    const response = await this.#fetch(address, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT) });
    if (response.ok) return response;
    const json: { error?: string } = await response.json().catch(() => ({}));
    throw new OAuthError(json.error ?? "temporarily_unavailable");
  }

  /** RFC 8414. */
  #discover(): Promise<Endpoints> {
    const address = `${this.#origin}/.well-known/oauth-authorization-server`;
    this.#endpoints ??= this.#fetch(address, { signal: AbortSignal.timeout(TIMEOUT) })
      .then((response): Promise<Endpoints> => {
        if (!response.ok) throw new OAuthError("temporarily_unavailable");
        return response.json();
      })
      .catch((error: unknown) => {
        this.#endpoints = null;
        throw error;
      });
    return this.#endpoints;
  }
}

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));
