-- Who is called when something happens, and each call: an outbox. A secret isn't stored: it is derived from the
-- marketplace's key, the webhook's number and its version.
CREATE TABLE webhooks (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      bigint REFERENCES accounts (id) ON DELETE CASCADE, -- none: the marketplace's own
    url             text NOT NULL CONSTRAINT webhooks_url_check CHECK (length(url) BETWEEN 1 AND 1000),
    events          text[] NOT NULL,
    secret_version  integer NOT NULL DEFAULT 1,
    rotated_at      timestamptz,                                       -- the version before holds for a day from then
    is_enabled      boolean NOT NULL DEFAULT true,
    disabled_reason text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhooks_account_id_idx ON webhooks (account_id);

CREATE TABLE webhook_deliveries (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id    bigint NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_key     text NOT NULL,                        -- the same event once
    event         text NOT NULL,
    body          text NOT NULL,
    state         text NOT NULL DEFAULT 'waiting'
                  CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      integer NOT NULL DEFAULT 0,
    next_at       timestamptz NOT NULL DEFAULT now(),
    leased_until  timestamptz,
    answer_status integer,
    error         text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    CONSTRAINT webhook_deliveries_webhook_id_event_key_key UNIQUE (webhook_id, event_key)
);
CREATE INDEX webhook_deliveries_webhook_id_next_at_idx ON webhook_deliveries (webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_webhook_id_created_at_idx ON webhook_deliveries (webhook_id, created_at DESC);

-- Since when rooms are looked at for webhooks.
CREATE TABLE webhook_tail (
    seen_until timestamptz NOT NULL
);
INSERT INTO webhook_tail VALUES (now());
