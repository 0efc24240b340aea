-- What admins did, never what people wrote.
CREATE TABLE audit_log (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    admin_id bigint NOT NULL REFERENCES accounts (id),
    action   text NOT NULL,                    -- person.suspend, person.restore, product.hide, product.show, category.create, …
    subject  text NOT NULL,                    -- what it was done to, as people read it
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_at_idx ON audit_log (at DESC, id DESC);
