-- Entries can change after they were written: a photo is taken back by its sender. Each change of a room has a
-- number, `rev`, counted up in the room's row, so that whoever has seen the room up to one can ask for the rest.
ALTER TABLE rooms ADD COLUMN rev bigint NOT NULL DEFAULT 0;
CREATE TABLE entry_changes (
    room_id    bigint NOT NULL,
    rev        bigint NOT NULL,
    seq        bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT entry_changes_pkey PRIMARY KEY (room_id, rev)
);

-- Kinds that a program doesn't know are shown as such and refused nowhere: of two versions on one database the
-- newer one writes what the older one reads.
ALTER TABLE messages
    DROP CONSTRAINT messages_body_check,
    ADD CONSTRAINT messages_body_check CHECK (length(body) <= 4000 AND (body <> '' OR kind <> 'text')),
    DROP CONSTRAINT messages_payload_check,
    ADD CONSTRAINT messages_payload_check CHECK (kind <> 'photo' OR coalesce(payload ? 'photo', false));
ALTER TABLE post_messages
    DROP CONSTRAINT post_messages_body_check,
    ADD CONSTRAINT post_messages_body_check CHECK (length(body) <= 4000 AND (body <> '' OR kind <> 'text')),
    DROP CONSTRAINT post_messages_payload_check,
    ADD CONSTRAINT post_messages_payload_check CHECK (kind <> 'photo' OR coalesce(payload ? 'photo', false));

-- A room's timeline: both tables under one list of columns. Append-only: a new column goes to the end.
CREATE VIEW room_entries AS
    SELECT room_id, seq, true AS from_buyer, client_id, kind, payload, body, product_id, starts_product,
           product_title, product_price_minor, product_currency, product_photo, sent_at
    FROM messages
    UNION ALL
    SELECT room_id, seq, false, client_id, kind, payload, body, product_id, starts_product,
           product_title, product_price_minor, product_currency, product_photo, sent_at
    FROM post_messages;

COMMENT ON TABLE rooms IS 'One buyer talking to one seller. The row is the lock of its room and carries its version, last_seq: writers compare and set it.';
COMMENT ON COLUMN rooms.rev IS 'How many changes of entries the room has had (entry_changes).';
COMMENT ON COLUMN rooms.last_minute IS 'Activity minute: last_at cut to its minute, so that the index of the inbox changes once a minute.';
COMMENT ON COLUMN rooms.buyer_seen IS 'How many of the seller''s entries stand at or before the buyer''s read mark.';
COMMENT ON COLUMN rooms.seller_seen IS 'How many of the buyer''s entries stand at or before the seller''s read mark.';
COMMENT ON TABLE entry_changes IS 'Which entry changed with which rev of its room.';
COMMENT ON COLUMN messages.ordinal IS 'Side sequence: the place among the buyer''s entries of the room.';
COMMENT ON COLUMN post_messages.ordinal IS 'Side sequence: the place among the seller''s entries of the room.';
COMMENT ON COLUMN messages.client_id IS 'Idempotency key, made by the sender: the same one twice in a room is one message.';
COMMENT ON COLUMN post_messages.client_id IS 'Idempotency key, made by the sender: the same one twice in a room is one message.';
COMMENT ON COLUMN messages.starts_product IS 'Introduces the product: a divider card stands above this entry.';
COMMENT ON COLUMN post_messages.starts_product IS 'Introduces the product: a divider card stands above this entry.';
COMMENT ON TYPE new_entry IS 'A row to insert, as the batch writer hands it over. Never altered: two versions of the program use it; a change is a new type beside it.';
COMMENT ON TYPE room_change IS 'A room''s update, as the batch writer hands it over: `was` is the expected last_seq. Never altered, as new_entry.';
COMMENT ON FUNCTION rooms_moved_on() IS 'Version conflict (HG001): a room doesn''t stand at the expected last_seq, and nothing of the statement stays.';
COMMENT ON VIEW room_entries IS 'A room''s timeline: messages and post_messages under one list of columns. Append-only.';
