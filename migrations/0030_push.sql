-- Browsers that are told by web push (RFC 8030). One is its session's: signing out ends it.
CREATE TABLE push_subscriptions (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    account_id   bigint NOT NULL,
    session      bytea NOT NULL,
    endpoint     text NOT NULL,
    p256dh       bytea NOT NULL,
    auth         bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_sent_at timestamptz,
    refusals     integer NOT NULL DEFAULT 0,
    failures     integer NOT NULL DEFAULT 0,
    retry_at     timestamptz,
    CONSTRAINT push_subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT push_subscriptions_endpoint_key UNIQUE (endpoint),
    CONSTRAINT push_subscriptions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT push_subscriptions_session_fkey FOREIGN KEY (session) REFERENCES sessions (id_hash) ON DELETE CASCADE,
    CONSTRAINT push_subscriptions_endpoint_check CHECK (length(endpoint) <= 1000),
    CONSTRAINT push_subscriptions_p256dh_check CHECK (length(p256dh) = 65),
    CONSTRAINT push_subscriptions_auth_check CHECK (length(auth) = 16)
);
CREATE INDEX push_subscriptions_account_id_idx ON push_subscriptions (account_id);
CREATE INDEX push_subscriptions_session_idx ON push_subscriptions (session);

-- The marketplace's own secrets, made when one is first needed: the key for VAPID (RFC 8292; with another one all
-- subscriptions are dead), the one that signs links to stop letters.
CREATE TABLE notice_keys (
    name       text NOT NULL,
    secret     bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notice_keys_pkey PRIMARY KEY (name)
);

COMMENT ON COLUMN push_subscriptions.endpoint IS 'A capability URL: whoever has it and the key of notice_keys can send.';
COMMENT ON COLUMN push_subscriptions.refusals IS 'Answers 400, 401, 403 in a row; at three it goes.';
COMMENT ON COLUMN push_subscriptions.failures IS 'In a row: no answer, 429, 5xx. Until retry_at it is left alone (circuit breaker).';
