-- What the admin's overview says of the whole marketplace, counted by the job admin.market_stats: the page itself
-- counts nothing that grows with the place.
CREATE TABLE market_stats (
    only_row      boolean NOT NULL DEFAULT true,
    counted_at    timestamptz NOT NULL DEFAULT now(),
    people        bigint NOT NULL,
    new_people    bigint NOT NULL,
    sellers       bigint NOT NULL,
    new_sellers   bigint NOT NULL,
    for_sale      bigint NOT NULL,
    new_products  bigint NOT NULL,
    conversations bigint NOT NULL,
    messages      bigint NOT NULL,
    CONSTRAINT market_stats_pkey PRIMARY KEY (only_row),
    CONSTRAINT market_stats_only_row_check CHECK (only_row)
);

CREATE TABLE top_sellers (
    seller_id bigint NOT NULL,
    chats     bigint NOT NULL,
    CONSTRAINT top_sellers_pkey PRIMARY KEY (seller_id),
    CONSTRAINT top_sellers_seller_id_fkey FOREIGN KEY (seller_id) REFERENCES customers (id) ON DELETE CASCADE
);

COMMENT ON TABLE market_stats IS 'One row: how much there is of everything; new_…: of it, what came in the seven days before.';
COMMENT ON TABLE top_sellers IS 'Who had the most conversations in the 30 days before counted_at.';
