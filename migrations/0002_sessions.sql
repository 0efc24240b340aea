-- Who is signed in. The id in the cookie is hashed at rest; the account is a column so that
-- all of somebody's sessions can be ended with one statement.
CREATE TABLE sessions (
    id_hash    bytea PRIMARY KEY,              -- sha256 of the cookie's session id
    account_id bigint REFERENCES accounts (id),
    data       jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_account_id_idx ON sessions (account_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
