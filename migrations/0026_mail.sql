-- Mail: letters that are on their way, addresses that bounced, and links that are good once.
CREATE TABLE letters (
    key        text NOT NULL,
    letter     jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT letters_pkey PRIMARY KEY (key)
);
COMMENT ON TABLE letters IS 'A transactional outbox: gone once it is sent. The job mail.send of the same key sends it.';

CREATE TABLE bounced_addresses (
    email      text NOT NULL,
    answer     text NOT NULL,
    bounced_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bounced_addresses_pkey PRIMARY KEY (email)
);
COMMENT ON TABLE bounced_addresses IS 'A suppression list: a mail server refused them for good, so nothing but a confirmation is sent.';

ALTER TABLE accounts ADD COLUMN email_confirmed_at timestamptz;
ALTER TABLE accounts ADD COLUMN must_confirm_email boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN accounts.email_confirmed_at IS 'Mail to the address was answered.';
COMMENT ON COLUMN accounts.must_confirm_email IS 'Registered where mail is set up: writes and sells nothing before.';

CREATE TABLE account_links (
    token_hash bytea NOT NULL,
    account_id bigint NOT NULL,
    purpose    text NOT NULL,
    email      text NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT account_links_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT account_links_purpose_check CHECK (purpose IN ('confirm', 'change', 'undo', 'reset'))
);
CREATE INDEX account_links_account_id_idx ON account_links (account_id, purpose);
COMMENT ON TABLE account_links IS 'Links in letters, each good once. Confirm, change and reset: the newest of an account only.';
COMMENT ON COLUMN account_links.token_hash IS 'SHA-256 of the link''s token.';
COMMENT ON COLUMN account_links.email IS 'Confirm, reset: the address it was sent to, which must still be the account''s. Change: the new one. Undo: the old one.';
