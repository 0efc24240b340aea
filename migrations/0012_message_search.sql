-- Every entry once more, as search compares it, filled behind the journal (src/chat/search/): the tables
-- that people write into carry no index over text.
CREATE TABLE message_search (
    -- No foreign keys: one to rooms would lock the row that the journal numbers under.
    room_id bigint NOT NULL,
    seq     bigint NOT NULL,                   -- no holes from 1 up: the highest says how far the room is filled
    people  bigint[] NOT NULL,                 -- the accounts of its buyer and its seller, who alone may find it
    sent_at timestamptz NOT NULL,
    text    text NOT NULL,                     -- the body without case and accents; empty where there are no words
    CONSTRAINT message_search_pkey PRIMARY KEY (room_id, seq)
);

-- The people come first: whatever is looked for, a search reads at most the entries of one account.
-- Whole words are found by full text, parts of words by trigrams. A server without pg_trgm, or that doesn't
-- let us add it, searches all the same and compares more rows for it.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX message_search_idx ON message_search
        USING gin (people, to_tsvector('simple', text), text gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE WARNING 'pg_trgm can''t be added here (%): searching for parts of words will be slower', SQLERRM;
    CREATE INDEX message_search_idx ON message_search USING gin (people, to_tsvector('simple', text));
END $$;
