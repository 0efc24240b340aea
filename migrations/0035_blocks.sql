-- Who wants to hear nothing from whom.
CREATE TABLE blocks (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    blocker_id bigint NOT NULL,
    blocked_id bigint NOT NULL,
    as_seller  boolean NOT NULL, -- how the blocker knew them, and so by which name: their shop's or their own
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT blocks_pkey PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT blocks_id_key UNIQUE (id),
    CONSTRAINT blocks_blocker_id_fkey FOREIGN KEY (blocker_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT blocks_blocked_id_fkey FOREIGN KEY (blocked_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT blocks_blocked_id_check CHECK (blocked_id <> blocker_id)
);
CREATE INDEX blocks_blocked_id_idx ON blocks (blocked_id);

-- The same on the rooms between the two, so that whoever writes under a room's lock decides it without another
-- look-up. What a blocked side writes has a `seq` like any entry and is in no total: totals and ordinals count what
-- the other side may see, so unread = total − seen holds as before.
ALTER TABLE rooms
    ADD COLUMN buyer_blocked boolean NOT NULL DEFAULT false,
    ADD COLUMN seller_blocked boolean NOT NULL DEFAULT false,
    ADD COLUMN block_rev bigint NOT NULL DEFAULT 0,
    ADD COLUMN buyer_withheld bigint NOT NULL DEFAULT 0,
    ADD COLUMN seller_withheld bigint NOT NULL DEFAULT 0,
    ADD COLUMN buyer_last_shown bigint,
    ADD COLUMN seller_last_shown bigint,
    ADD COLUMN withheld_product_id bigint,
    ADD COLUMN buyer_read_shown bigint,
    ADD COLUMN seller_read_shown bigint,
    ADD CONSTRAINT rooms_withheld_product_id_fkey FOREIGN KEY (withheld_product_id) REFERENCES products (id),
    DROP CONSTRAINT rooms_last_seq_check,
    ADD CONSTRAINT rooms_last_seq_check
        CHECK (last_seq = buyer_total + seller_total + buyer_withheld + seller_withheld);
-- Rooms whose last entry one side doesn't see: few, and found beside the others of an inbox.
CREATE INDEX rooms_buyer_last_shown_idx ON rooms (buyer_id) WHERE buyer_last_shown IS NOT NULL;
CREATE INDEX rooms_seller_last_shown_idx ON rooms (seller_id) WHERE seller_last_shown IS NOT NULL;

ALTER TABLE messages ADD COLUMN withheld boolean NOT NULL DEFAULT false;
ALTER TABLE post_messages ADD COLUMN withheld boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW room_entries AS
    SELECT room_id, seq, true AS from_buyer, client_id, kind, payload, body, product_id, starts_product,
           product_title, product_price_minor, product_currency, product_photo, sent_at, withheld
    FROM messages
    UNION ALL
    SELECT room_id, seq, false, client_id, kind, payload, body, product_id, starts_product,
           product_title, product_price_minor, product_currency, product_photo, sent_at, withheld
    FROM post_messages;

-- What the batch writer hands over, with what a block changes of it.
CREATE TYPE new_entry_2 AS (
    room_id             bigint,
    seq                 bigint,
    ordinal             bigint,
    client_id           uuid,
    kind                text,
    payload             jsonb,
    body                text,
    product_id          bigint,
    starts_product      boolean,
    product_title       text,
    product_price_minor bigint,
    product_currency    text,
    product_photo       text,
    not_before          timestamptz,
    withheld            boolean
);
CREATE TYPE room_change_2 AS (
    id                  bigint,
    was                 bigint,
    buyer_blocked       boolean,        -- compared together with `was`
    seller_blocked      boolean,
    last_seq            bigint,
    buyer_total         bigint,
    seller_total        bigint,
    buyer_withheld      bigint,
    seller_withheld     bigint,
    buyer_last_shown    bigint,
    seller_last_shown   bigint,
    withheld_product_id bigint,
    last_product_id     bigint,
    last_from           text,
    last_body           text,
    last_at             timestamptz
);

COMMENT ON TABLE blocks IS 'The blocker hears nothing of the blocked. Set together with the columns of the rooms between them.';
COMMENT ON COLUMN rooms.buyer_blocked IS 'The seller has blocked the buyer: what the buyer writes is withheld.';
COMMENT ON COLUMN rooms.seller_blocked IS 'The buyer has blocked the seller: what the seller writes is withheld.';
COMMENT ON COLUMN rooms.block_rev IS 'How often blocks of this room have changed: nodes apply the newest.';
COMMENT ON COLUMN rooms.buyer_total IS 'How many of the buyer''s entries the seller may see: all but those withheld.';
COMMENT ON COLUMN rooms.seller_total IS 'How many of the seller''s entries the buyer may see: all but those withheld.';
COMMENT ON COLUMN rooms.buyer_withheld IS 'How many of the buyer''s entries are withheld from the seller.';
COMMENT ON COLUMN rooms.seller_withheld IS 'How many of the seller''s entries are withheld from the buyer.';
COMMENT ON COLUMN rooms.buyer_last_shown IS 'The last entry that the buyer may see, where all later ones are withheld from them (0: none); null where the room''s last entry is.';
COMMENT ON COLUMN rooms.seller_last_shown IS 'The same for the seller.';
COMMENT ON COLUMN rooms.withheld_product_id IS 'What the blocked side spoke of last while its entries are withheld.';
COMMENT ON COLUMN rooms.buyer_read_shown IS 'While there is a block: the buyer''s read mark as the seller sees it. Null without one.';
COMMENT ON COLUMN rooms.seller_read_shown IS 'The same of the seller''s, as the buyer sees it.';
COMMENT ON COLUMN messages.withheld IS 'Written by a buyer whom the seller had blocked: the seller never sees it.';
COMMENT ON COLUMN post_messages.withheld IS 'Written by a seller whom the buyer had blocked: the buyer never sees it.';
COMMENT ON COLUMN messages.ordinal IS 'Side sequence: how many of the buyer''s entries, up to this one, the seller may see.';
COMMENT ON COLUMN post_messages.ordinal IS 'Side sequence: how many of the seller''s entries, up to this one, the buyer may see.';
COMMENT ON TYPE new_entry_2 IS 'new_entry and whether it is withheld. Never altered, as new_entry.';
COMMENT ON TYPE room_change_2 IS 'room_change with blocks. Never altered, as room_change.';
