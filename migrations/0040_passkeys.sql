-- Passkeys: public keys by which people sign in (WebAuthn).
CREATE TABLE passkeys (
    id            bigint GENERATED ALWAYS AS IDENTITY,
    account_id    bigint NOT NULL,
    credential_id bytea NOT NULL,
    user_handle   uuid NOT NULL,
    credential    jsonb NOT NULL,
    sign_count    bigint NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (id),
    CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id),
    CONSTRAINT passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT passkeys_name_check CHECK (char_length(name) BETWEEN 1 AND 60)
);
CREATE INDEX passkeys_account_id_idx ON passkeys (account_id);
COMMENT ON COLUMN passkeys.user_handle IS 'What the authenticator calls the account: random, so that it says nothing of whose it is.';
COMMENT ON COLUMN passkeys.credential IS 'The public key and what was agreed on when it was made. It never changes.';
COMMENT ON COLUMN passkeys.sign_count IS 'As the authenticator counts; 0 where it doesn''t.';

-- What, as well as the password, an account is asked for.
CREATE VIEW second_factors AS
    SELECT account_id FROM totp_secrets WHERE confirmed_at IS NOT NULL
    UNION ALL
    SELECT account_id FROM passkeys;
