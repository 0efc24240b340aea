-- What people may know of each other, and leaving with one's data.
ALTER TABLE accounts ADD COLUMN about_line text NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN photo_key text;
ALTER TABLE accounts ADD COLUMN delete_after timestamptz;
ALTER TABLE accounts ADD COLUMN deleted_at timestamptz;
ALTER TABLE accounts ADD CONSTRAINT accounts_about_line_check CHECK (length(about_line) <= 160);
CREATE INDEX accounts_delete_after_idx ON accounts (delete_after) WHERE delete_after IS NOT NULL;
CREATE UNIQUE INDEX accounts_photo_key_idx ON accounts (photo_key) WHERE photo_key IS NOT NULL;
COMMENT ON COLUMN accounts.delete_after IS 'Its owner wants it gone; until then they can change their mind.';
COMMENT ON COLUMN accounts.deleted_at IS 'Nothing of its owner is left in the row. What others talk in stays.';

CREATE TABLE answer_times (
    seller_id      bigint NOT NULL,
    median_seconds bigint NOT NULL,
    turns          bigint NOT NULL,
    counted_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT answer_times_pkey PRIMARY KEY (seller_id),
    CONSTRAINT answer_times_seller_id_fkey FOREIGN KEY (seller_id) REFERENCES customers (id)
);
COMMENT ON TABLE answer_times IS 'A roll-up of 90 days, filled by the job chat.answer_times.';

CREATE TABLE data_exports (
    account_id bigint NOT NULL,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz,
    bytes      bigint NOT NULL DEFAULT 0,
    CONSTRAINT data_exports_pkey PRIMARY KEY (account_id),
    CONSTRAINT data_exports_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
COMMENT ON TABLE data_exports IS 'All of one person''s data as a file, for 24 hours; made by the job accounts.export.';

CREATE TABLE data_export_parts (
    account_id bigint NOT NULL,
    number     integer NOT NULL,
    part       bytea NOT NULL,
    CONSTRAINT data_export_parts_pkey PRIMARY KEY (account_id, number),
    CONSTRAINT data_export_parts_account_id_fkey FOREIGN KEY (account_id) REFERENCES data_exports (account_id)
        ON DELETE CASCADE
);
COMMENT ON TABLE data_export_parts IS 'The file in pieces, in the database: whichever node is asked has it.';
