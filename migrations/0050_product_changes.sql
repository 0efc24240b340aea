-- What the search index of each node reads: a row for every change of a product, in the transaction that changes it.
-- Whoever reads takes rows of transactions below pg_snapshot_xmin only, in the order of the key, so that one which began
-- earlier and commits later isn't passed over. Rows are kept for a day.
CREATE TABLE product_changes (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    product_id bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (xid, id)
);
CREATE INDEX product_changes_changed_at_idx ON product_changes (changed_at);
COMMENT ON TABLE product_changes IS 'Products whose row or photos have changed; read by every node''s search index, kept for a day.';

CREATE FUNCTION note_new_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_changes (product_id) SELECT id FROM new_rows;
    RETURN NULL;
END $$;
CREATE FUNCTION note_gone_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_changes (product_id) SELECT id FROM old_rows;
    RETURN NULL;
END $$;
-- Views and the like are no part of the index.
CREATE FUNCTION note_changed_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_changes (product_id)
    SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE (n.seller_id, n.category_id, n.title, n.description, n.price_minor, n.currency, n.condition, n.place,
           n.created_at, n.is_listed, n.reserved_at)
        IS DISTINCT FROM
          (o.seller_id, o.category_id, o.title, o.description, o.price_minor, o.currency, o.condition, o.place,
           o.created_at, o.is_listed, o.reserved_at);
    RETURN NULL;
END $$;
CREATE FUNCTION note_products_of_new_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_changes (product_id) SELECT DISTINCT product_id FROM new_rows;
    RETURN NULL;
END $$;
CREATE FUNCTION note_products_of_gone_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_changes (product_id) SELECT DISTINCT product_id FROM old_rows;
    RETURN NULL;
END $$;

CREATE TRIGGER products_note_new AFTER INSERT ON products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_new_products();
CREATE TRIGGER products_note_changed AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_changed_products();
CREATE TRIGGER products_note_gone AFTER DELETE ON products
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_gone_products();
CREATE TRIGGER photos_note_new AFTER INSERT ON photos
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_products_of_new_photos();
CREATE TRIGGER photos_note_gone AFTER DELETE ON photos
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_products_of_gone_photos();
