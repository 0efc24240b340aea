-- What was answered to a request that carried an Idempotency-Key, so that sending it again changes nothing more. Swept
-- after a day.
CREATE TABLE idempotency_keys (
    account_id   bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key          uuid NOT NULL,
    request_hash bytea NOT NULL,       -- sha256 of method, path and body
    status       smallint,             -- none while it is being carried out
    body         bytea,
    location     text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
