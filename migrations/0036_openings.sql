-- Conversations that somebody has begun: how many in a day, and with which words.
CREATE TABLE openings (
    room_id    bigint NOT NULL,                -- no foreign key: rooms are never deleted, and their rows are hot
    account_id bigint NOT NULL,
    text_hash  bigint,                         -- SimHash: near texts differ in few bits. Null for a few words
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT openings_pkey PRIMARY KEY (room_id),
    CONSTRAINT openings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX openings_account_id_opened_at_idx ON openings (account_id, opened_at);
COMMENT ON TABLE openings IS 'Rooms by who wrote first, kept for some days: the budget of new conversations, and the same text to many.';
