-- Browsing by price and place stays quick with a million products; see the products' store/browse.rs.
CREATE INDEX products_visible_price_idx ON products (currency, price_minor, created_at DESC, id DESC)
    WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX products_visible_category_id_price_idx
    ON products (category_id, currency, price_minor, created_at DESC, id DESC)
    WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX products_visible_place_idx ON products (lower(place) text_pattern_ops)
    WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL;

-- While its seller is suspended, a product is out of sight, whatever else it is.
ALTER TABLE products ADD COLUMN paused_at timestamptz;

-- Photos that were sent with a form which is still being filled in, so that a refused form keeps them.
-- A row goes when its photo becomes a product's, or with its files when nobody came back for it.
CREATE TABLE photo_drafts (
    key        text PRIMARY KEY,
    seller_id  bigint NOT NULL REFERENCES customers (id),
    width      integer NOT NULL,
    height     integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT photo_drafts_key_check CHECK (key ~ '^[0-9a-f]{32}$')
);
CREATE INDEX photo_drafts_seller_id_idx ON photo_drafts (seller_id, created_at DESC);
CREATE INDEX photo_drafts_created_at_idx ON photo_drafts (created_at);
-- How common each place is: an index over some of the rows doesn't tell the planner.
CREATE STATISTICS products_place_stats ON lower(place) FROM products;
