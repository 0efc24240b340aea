-- Browsers that have signed in to an account: their next sign-in isn't held up by what strangers try.
CREATE TABLE known_browsers (
    account_id   bigint NOT NULL,
    token_hash   bytea NOT NULL,
    last_used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT known_browsers_pkey PRIMARY KEY (account_id, token_hash),
    CONSTRAINT known_browsers_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);

COMMENT ON TABLE known_browsers IS 'A sign-in from one of these has a budget and a place in the queue of its own.';
COMMENT ON COLUMN known_browsers.token_hash IS 'SHA-256 of the cookie haggle_browser; it opens nothing.';
