-- What is in the photo store, whoever names it: the intent log of everything that is written there. A row is there
-- before the photo's files are, and goes after they are gone. Photos that were stored before this step have no row.
CREATE TABLE stored_photos (
    key         text NOT NULL,
    folder      text NOT NULL DEFAULT '',
    account_id  bigint,
    bytes       bigint NOT NULL,
    state       text NOT NULL DEFAULT 'pending',
    state_since timestamptz NOT NULL DEFAULT now(),
    stored_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stored_photos_pkey PRIMARY KEY (key),
    CONSTRAINT stored_photos_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT stored_photos_key_check CHECK (key ~ '^[0-9a-f]{32}$'),
    CONSTRAINT stored_photos_bytes_check CHECK (bytes >= 0),
    CONSTRAINT stored_photos_state_check CHECK (state IN ('pending', 'named', 'doomed', 'removed'))
);
-- Named is what nearly all of them are, and what no sweep looks at.
CREATE INDEX stored_photos_state_since_idx ON stored_photos (state, state_since) WHERE state <> 'named';
CREATE INDEX stored_photos_account_id_idx ON stored_photos (account_id, stored_at);

COMMENT ON COLUMN stored_photos.folder IS 'Empty for products; rooms/<room> for conversations.';
COMMENT ON COLUMN stored_photos.account_id IS 'Who sent it; none for a visitor and for the demo.';
COMMENT ON COLUMN stored_photos.bytes IS 'Of all its files; 0 if it was stored before this was counted.';
COMMENT ON COLUMN stored_photos.state IS
    'pending: no row is known to name it; named: one does; doomed: its files have to go; removed: they are gone.';
