CREATE TABLE categories (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug     text NOT NULL,
    name     text NOT NULL,
    icon     text NOT NULL,                    -- a symbol's name in the icon sprite
    position integer NOT NULL,
    CONSTRAINT categories_slug_key UNIQUE (slug),
    CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT categories_name_check CHECK (length(name) BETWEEN 1 AND 60)
);
-- An empty marketplace needs somewhere to put the first product; an admin can edit these.
INSERT INTO categories (slug, name, icon, position) VALUES
    ('vehicles', 'Vehicles', 'car', 1),
    ('electronics', 'Electronics', 'smartphone', 2),
    ('home', 'Home', 'sofa', 3),
    ('fashion', 'Fashion', 'shirt', 4),
    ('music-and-hobbies', 'Music & hobbies', 'guitar', 5),
    ('sports', 'Sports', 'dumbbell', 6),
    ('kids', 'Kids', 'baby', 7),
    ('books', 'Books', 'book-open', 8),
    ('pets', 'Pets', 'paw-print', 9),
    ('property', 'Property', 'house', 10),
    ('tools-and-garden', 'Tools & garden', 'hammer', 11),
    ('services', 'Services', 'handshake', 12);

CREATE TABLE products (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seller_id   bigint NOT NULL REFERENCES customers (id),
    category_id bigint NOT NULL REFERENCES categories (id),
    title       text NOT NULL,
    description text NOT NULL,
    price_minor bigint NOT NULL,               -- in the currency's smallest unit
    currency    text NOT NULL,                 -- ISO 4217
    condition   text NOT NULL,
    place       text NOT NULL,
    views       bigint NOT NULL DEFAULT 0,     -- page views by others than the seller
    sold_at     timestamptz,                   -- set: sold; shown as such, not in browse
    hidden_at   timestamptz,                   -- set: hidden by an admin
    deleted_at  timestamptz,                   -- set: deleted by its seller; the row stays, conversations refer to it
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    search      tsvector NOT NULL GENERATED ALWAYS AS (
                    setweight(to_tsvector('english', title), 'A') ||
                    setweight(to_tsvector('english', description), 'B')) STORED,
    CONSTRAINT products_title_check CHECK (length(title) BETWEEN 1 AND 120),
    CONSTRAINT products_description_check CHECK (length(description) <= 8000),
    CONSTRAINT products_price_check CHECK (price_minor BETWEEN 0 AND 1000000000000),
    CONSTRAINT products_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT products_condition_check CHECK (condition IN ('new', 'like_new', 'good', 'fair', 'for_parts')),
    CONSTRAINT products_place_check CHECK (length(place) BETWEEN 1 AND 80)
);
CREATE INDEX products_visible_created_at_idx ON products (created_at DESC, id DESC)
    WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX products_visible_category_id_idx ON products (category_id, created_at DESC, id DESC)
    WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX products_seller_id_idx ON products (seller_id, created_at DESC);
CREATE INDEX products_search_idx ON products USING gin (search);

CREATE TABLE photos (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES products (id),
    position   integer NOT NULL,               -- 0 is the cover
    key        text NOT NULL,                  -- 32 random hex digits: the folder's name under /media
    width      integer NOT NULL,               -- of the largest size, in pixels
    height     integer NOT NULL,
    CONSTRAINT photos_key_key UNIQUE (key),
    CONSTRAINT photos_key_check CHECK (key ~ '^[0-9a-f]{32}$'),
    CONSTRAINT photos_product_id_position_key UNIQUE (product_id, position) DEFERRABLE INITIALLY IMMEDIATE
);
