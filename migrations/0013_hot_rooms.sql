-- A message changes its room's row. While an indexed column changes with it, each message writes
-- four index entries and leaves as many dead ones, and finding a busy room gets slower from message to
-- message. These columns change once a minute, and when something unread appears or is read; all other
-- updates stay on their page (heap-only tuples), which is given room for them.
ALTER TABLE rooms
    ADD COLUMN last_minute timestamp GENERATED ALWAYS AS (date_trunc('minute', last_at AT TIME ZONE 'UTC')) STORED,
    ADD COLUMN buyer_unread boolean GENERATED ALWAYS AS (seller_total > buyer_seen) STORED,
    ADD COLUMN seller_unread boolean GENERATED ALWAYS AS (buyer_total > seller_seen) STORED,
    SET (fillfactor = 50);
DROP INDEX rooms_buyer_id_last_at_idx;
DROP INDEX rooms_seller_id_last_at_idx;
CREATE INDEX rooms_buyer_id_last_minute_idx ON rooms (buyer_id, last_minute DESC);
CREATE INDEX rooms_seller_id_last_minute_idx ON rooms (seller_id, last_minute DESC);
CREATE INDEX rooms_buyer_unread_idx ON rooms (buyer_id) WHERE buyer_unread;
CREATE INDEX rooms_seller_unread_idx ON rooms (seller_id) WHERE seller_unread;

-- Statistics taken while most rooms have one message, or most people one room, make a look-up by room
-- alone as good as one by room and client_id, and it stays chosen when the rooms are long. These say
-- what is to be expected: twenty messages of a side in a room, two rooms of a person.
ALTER TABLE messages ALTER COLUMN room_id SET (n_distinct = -0.05);
ALTER TABLE post_messages ALTER COLUMN room_id SET (n_distinct = -0.05);
ALTER TABLE rooms
    ALTER COLUMN buyer_id SET (n_distinct = -0.5),
    ALTER COLUMN seller_id SET (n_distinct = -0.5);

-- The journal inserts under the room's row lock, so the room is there, and rooms are never deleted: a
-- look-up for each message would say nothing new.
ALTER TABLE messages DROP CONSTRAINT messages_room_id_fkey;
ALTER TABLE post_messages DROP CONSTRAINT post_messages_room_id_fkey;
