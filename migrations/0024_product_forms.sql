-- A sent form makes one product, however often it is sent (L6).
ALTER TABLE products ADD COLUMN form_id uuid;
CREATE UNIQUE INDEX products_form_id_idx ON products (seller_id, form_id) WHERE form_id IS NOT NULL;
COMMENT ON COLUMN products.form_id IS 'Idempotency key: of the form that made it.';
