-- Tells every node that lists of products may read otherwise now. The views of a product are no part of them.
CREATE FUNCTION notify_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Once a transaction, however many statements: PostgreSQL sends equal notifications as one.
    PERFORM pg_notify('catalogue', '');
    RETURN NULL;
END $$;

CREATE TRIGGER products_catalogue
    AFTER INSERT OR DELETE OR UPDATE OF seller_id, category_id, title, description, price_minor, currency, condition, place,
        sold_at, hidden_at, deleted_at, created_at, paused_at, reserved_at, drafted_at, review ON products
    FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
CREATE TRIGGER photos_catalogue AFTER INSERT OR DELETE OR UPDATE ON photos
    FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
CREATE TRIGGER categories_catalogue AFTER INSERT OR DELETE OR UPDATE ON categories
    FOR EACH STATEMENT EXECUTE FUNCTION notify_catalogue();
