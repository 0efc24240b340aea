-- One state of a product. The columns that say since when stay, because programs of the version before write them;
-- what they make together is computed here and nowhere else.
ALTER TABLE products
    ADD COLUMN reserved_at timestamptz,
    ADD COLUMN drafted_at timestamptz,
    ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN deleted_at IS NOT NULL THEN 'deleted'
             WHEN hidden_at IS NOT NULL THEN 'hidden'
             WHEN paused_at IS NOT NULL THEN 'paused'
             WHEN drafted_at IS NOT NULL THEN 'draft'
             WHEN sold_at IS NOT NULL THEN 'sold'
             WHEN reserved_at IS NOT NULL THEN 'reserved'
             ELSE 'listed' END) STORED,
    ADD COLUMN is_listed boolean NOT NULL GENERATED ALWAYS AS (
        deleted_at IS NULL AND hidden_at IS NULL AND paused_at IS NULL AND drafted_at IS NULL AND sold_at IS NULL
        ) STORED;

-- The indexes of browse, under the one definition of what is listed.
DROP INDEX products_visible_created_at_idx, products_visible_category_id_idx, products_visible_price_idx,
           products_visible_category_id_price_idx, products_visible_place_idx;
CREATE INDEX products_listed_created_at_idx ON products (created_at DESC, id DESC) WHERE is_listed;
CREATE INDEX products_listed_category_id_idx ON products (category_id, created_at DESC, id DESC) WHERE is_listed;
CREATE INDEX products_listed_price_idx ON products (currency, price_minor, created_at DESC, id DESC) WHERE is_listed;
CREATE INDEX products_listed_category_id_price_idx
    ON products (category_id, currency, price_minor, created_at DESC, id DESC) WHERE is_listed;
CREATE INDEX products_listed_place_idx ON products (lower(place) text_pattern_ops) WHERE is_listed;

-- Every move from one state to another: who, when, why.
CREATE TABLE product_state_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    product_id bigint NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    account_id bigint,
    reason     text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT product_state_changes_pkey PRIMARY KEY (id),
    CONSTRAINT product_state_changes_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id),
    CONSTRAINT product_state_changes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
CREATE INDEX product_state_changes_product_id_idx ON product_state_changes (product_id, id);

COMMENT ON COLUMN products.state IS 'draft, listed, reserved, sold, paused, hidden or deleted: what weighs most of the columns that say since when.';
COMMENT ON COLUMN products.is_listed IS 'The one definition of what browse shows: listed or reserved.';
COMMENT ON COLUMN products.paused_at IS 'Since its seller is suspended.';
COMMENT ON TABLE product_state_changes IS 'Every move of a product from one state to another: who, when, why.';
