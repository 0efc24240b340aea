-- One buyer talking to one seller. The row is the lock for its room: numbering, repeats, read
-- marks and unread counts are all decided under it.
CREATE TABLE rooms (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    buyer_id        bigint NOT NULL REFERENCES buyers (id),
    seller_id       bigint NOT NULL REFERENCES customers (id),
    last_seq        bigint NOT NULL DEFAULT 0,
    buyer_total     bigint NOT NULL DEFAULT 0, -- rows in messages
    seller_total    bigint NOT NULL DEFAULT 0, -- rows in post_messages
    buyer_read_seq  bigint NOT NULL DEFAULT 0, -- the buyer has seen the timeline up to here
    seller_read_seq bigint NOT NULL DEFAULT 0,
    buyer_seen      bigint NOT NULL DEFAULT 0, -- how many post_messages stand at or before buyer_read_seq
    seller_seen     bigint NOT NULL DEFAULT 0, -- how many messages stand at or before seller_read_seq
    last_product_id bigint REFERENCES products (id),
    last_from       text,
    last_body       text,                      -- the inbox's preview: the first 200 characters
    last_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rooms_buyer_id_seller_id_key UNIQUE (buyer_id, seller_id),
    CONSTRAINT rooms_last_seq_check CHECK (last_seq = buyer_total + seller_total),
    CONSTRAINT rooms_buyer_read_seq_check CHECK (buyer_read_seq BETWEEN 0 AND last_seq),
    CONSTRAINT rooms_seller_read_seq_check CHECK (seller_read_seq BETWEEN 0 AND last_seq),
    CONSTRAINT rooms_buyer_seen_check CHECK (buyer_seen BETWEEN 0 AND seller_total),
    CONSTRAINT rooms_seller_seen_check CHECK (seller_seen BETWEEN 0 AND buyer_total),
    CONSTRAINT rooms_last_from_check CHECK (last_from IN ('buyer', 'seller'))
);
CREATE INDEX rooms_buyer_id_last_at_idx ON rooms (buyer_id, last_at DESC, id DESC);
CREATE INDEX rooms_seller_id_last_at_idx ON rooms (seller_id, last_at DESC, id DESC);

-- The mission's `Message`: buyer → seller.
CREATE TABLE messages (
    room_id             bigint NOT NULL REFERENCES rooms (id),
    seq                 bigint NOT NULL,       -- the place in the room's timeline, shared with post_messages
    ordinal             bigint NOT NULL,       -- the place among this table's rows of the room
    client_id           uuid NOT NULL,         -- made by the sender per message: sending twice stores once
    kind                text NOT NULL DEFAULT 'text',
    payload             jsonb,
    body                text NOT NULL,
    product_id          bigint REFERENCES products (id),
    starts_product      boolean NOT NULL DEFAULT false, -- the room's talk turns to product_id here: the divider card
    product_title       text,                  -- the product as it was when this was said
    product_price_minor bigint,
    product_currency    text,
    product_photo       text,
    sent_at             timestamptz NOT NULL,
    CONSTRAINT messages_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT messages_room_id_client_id_key UNIQUE (room_id, client_id),
    CONSTRAINT messages_body_check CHECK (length(body) BETWEEN 1 AND 4000)
);
CREATE INDEX messages_started_product_id_idx ON messages (product_id) WHERE starts_product;

-- The mission's `PostMessage`: seller → buyer. The same columns.
CREATE TABLE post_messages (
    LIKE messages INCLUDING DEFAULTS,
    CONSTRAINT post_messages_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT post_messages_room_id_client_id_key UNIQUE (room_id, client_id),
    CONSTRAINT post_messages_body_check CHECK (length(body) BETWEEN 1 AND 4000),
    CONSTRAINT post_messages_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT post_messages_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id)
);
