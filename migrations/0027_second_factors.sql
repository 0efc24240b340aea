-- Second factors: one-time codes by an app (TOTP), and recovery codes.
ALTER TABLE accounts ADD COLUMN is_demo boolean NOT NULL DEFAULT false;
UPDATE accounts SET is_demo = true WHERE email LIKE '%@demo.haggle';
COMMENT ON COLUMN accounts.is_demo IS 'Of the demo, whose password everybody knows: its admin needs no second factor.';

CREATE TABLE totp_secrets (
    account_id   bigint NOT NULL,
    sealed       bytea NOT NULL,
    last_step    bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT totp_secrets_pkey PRIMARY KEY (account_id),
    CONSTRAINT totp_secrets_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
COMMENT ON COLUMN totp_secrets.sealed IS 'Encrypted with a key that is not in the database.';
COMMENT ON COLUMN totp_secrets.last_step IS 'The step of the last code that was used: each works once.';
COMMENT ON COLUMN totp_secrets.confirmed_at IS 'A first code was right; until then it asks nobody for anything.';

CREATE TABLE recovery_codes (
    account_id bigint NOT NULL,
    code_hash  bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
COMMENT ON TABLE recovery_codes IS 'Each works once, instead of a code by the app. SHA-256 of 80 random bits.';

-- What is done from the command line is done by nobody with an account.
ALTER TABLE audit_log ALTER COLUMN admin_id DROP NOT NULL;
