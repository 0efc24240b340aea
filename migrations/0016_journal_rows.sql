-- What the journal hands over: an array of rows for each table instead of an array for each column. One
-- array is taken in and unfolded once, however many columns there are.
CREATE TYPE new_entry AS (
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
    not_before          timestamptz -- the time of the entry before it
);
CREATE TYPE room_change AS (
    id              bigint,
    was             bigint,         -- last_seq before
    last_seq        bigint,
    buyer_total     bigint,
    seller_total    bigint,
    last_product_id bigint,
    last_from       text,
    last_body       text,
    last_at         timestamptz
);

-- Called where a room's row isn't as the journal left it: nothing of the statement stays.
CREATE FUNCTION rooms_moved_on() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a room stands elsewhere' USING ERRCODE = 'HG001';
END $$;
