-- Words that mean the same to whoever searches: a group in a row. Without any, the start set of the marketplace's language.
CREATE TABLE search_synonyms (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    words text NOT NULL CONSTRAINT search_synonyms_words_check CHECK (length(words) BETWEEN 3 AND 400)
);
COMMENT ON COLUMN search_synonyms.words IS 'Separated by commas.';

-- What people searched for and nothing had, folded, by day. No word of who.
CREATE TABLE missed_searches (
    day      date NOT NULL,
    question text NOT NULL CONSTRAINT missed_searches_question_check CHECK (length(question) BETWEEN 1 AND 200),
    count    integer NOT NULL,
    CONSTRAINT missed_searches_pkey PRIMARY KEY (day, question)
);
