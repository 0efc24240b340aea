-- Who may register, and whose first product waits for an admin.
CREATE TABLE invitations (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    token_hash bytea NOT NULL,
    note       text NOT NULL DEFAULT '',
    max_uses   integer NOT NULL,
    uses       integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_note_check CHECK (length(note) <= 80),
    CONSTRAINT invitations_uses_check CHECK (uses BETWEEN 0 AND max_uses),
    CONSTRAINT invitations_created_by_fkey FOREIGN KEY (created_by) REFERENCES accounts (id)
);

ALTER TABLE accounts
    ADD COLUMN admission text NOT NULL DEFAULT 'admitted',
    ADD COLUMN admission_reason text NOT NULL DEFAULT '',
    ADD CONSTRAINT accounts_admission_check CHECK (admission IN ('admitted', 'waiting', 'refused')),
    ADD CONSTRAINT accounts_admission_reason_check CHECK (length(admission_reason) <= 500);
CREATE INDEX accounts_waiting_idx ON accounts (created_at, id) WHERE admission = 'waiting';

ALTER TABLE products
    ADD COLUMN review text,
    ADD COLUMN review_reason text NOT NULL DEFAULT '',
    ADD CONSTRAINT products_review_check CHECK (review IN ('waiting', 'refused')),
    ADD CONSTRAINT products_review_reason_check CHECK (length(review_reason) <= 500);
CREATE INDEX products_waiting_idx ON products (updated_at, id) WHERE review = 'waiting';

COMMENT ON COLUMN invitations.token_hash IS 'SHA-256 of what stands in the link, which is shown once.';
COMMENT ON COLUMN accounts.admission IS 'waiting: until an admin has decided, they are a visitor who is told so.';
COMMENT ON COLUMN products.review IS 'Hidden because it waits for an admin, or was refused; null: nobody has to look at it.';
