-- Reports and what became of them. What was reported is kept as it was then: the copy below, and nothing else, is what
-- staff sees.
CREATE TABLE cases (
    id                 bigint GENERATED ALWAYS AS IDENTITY,
    subject_kind       text NOT NULL,
    subject            text NOT NULL,          -- the same for all reports of one thing: they are one line of the queue
    accused_id         bigint NOT NULL,
    reporter_id        bigint,                 -- null: the program noticed it
    reason             text NOT NULL,
    words              text NOT NULL,
    excerpt            jsonb NOT NULL,         -- [{author, body, at, is_reported, sha256}]
    key                uuid NOT NULL DEFAULT gen_random_uuid(), -- opens the case to the accused, who may be signed out
    opened_at          timestamptz NOT NULL DEFAULT now(),
    decided_by         bigint,
    decided_at         timestamptz,
    decision           text,
    decision_words     text,
    appealed_by        bigint,
    appealed_at        timestamptz,
    appeal_words       text,
    appeal_decided_by  bigint,
    appeal_decided_at  timestamptz,
    appeal_decision    text,
    appeal_reply       text,
    CONSTRAINT cases_pkey PRIMARY KEY (id),
    CONSTRAINT cases_accused_id_fkey FOREIGN KEY (accused_id) REFERENCES accounts (id),
    CONSTRAINT cases_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES accounts (id),
    CONSTRAINT cases_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES accounts (id),
    CONSTRAINT cases_appealed_by_fkey FOREIGN KEY (appealed_by) REFERENCES accounts (id),
    CONSTRAINT cases_appeal_decided_by_fkey FOREIGN KEY (appeal_decided_by) REFERENCES accounts (id),
    CONSTRAINT cases_subject_kind_check CHECK (subject_kind IN ('message', 'product', 'person')),
    CONSTRAINT cases_decision_check CHECK (decision IN ('dismissed', 'upheld', 'fraud')),
    CONSTRAINT cases_decided_at_check CHECK ((decided_at IS NULL) = (decision IS NULL)),
    CONSTRAINT cases_appealed_at_check CHECK (appealed_at IS NULL OR decided_at IS NOT NULL),
    CONSTRAINT cases_appeal_decision_check CHECK (appeal_decision IN ('confirmed', 'reversed')),
    CONSTRAINT cases_appeal_decided_at_check CHECK ((appeal_decided_at IS NULL) = (appeal_decision IS NULL)),
    -- One appeal, decided by somebody else.
    CONSTRAINT cases_appeal_decided_by_check CHECK (appeal_decided_by <> decided_by)
);
CREATE UNIQUE INDEX cases_reporter_id_subject_idx ON cases (coalesce(reporter_id, 0), subject) WHERE decided_at IS NULL;
CREATE INDEX cases_open_idx ON cases (opened_at)
    WHERE decided_at IS NULL OR (appealed_at IS NOT NULL AND appeal_decided_at IS NULL);
CREATE INDEX cases_subject_idx ON cases (subject) WHERE decided_at IS NULL;
CREATE INDEX cases_accused_id_idx ON cases (accused_id);
CREATE INDEX cases_reporter_id_opened_at_idx ON cases (reporter_id, opened_at);
CREATE INDEX cases_decided_at_idx ON cases (decided_at);

-- What was reported can't be changed afterwards, by nobody.
CREATE FUNCTION cases_keep_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject_kind, NEW.subject, NEW.accused_id, NEW.reason, NEW.words, NEW.excerpt, NEW.opened_at)
       IS DISTINCT FROM
       (OLD.subject_kind, OLD.subject, OLD.accused_id, OLD.reason, OLD.words, OLD.excerpt, OLD.opened_at) THEN
        RAISE EXCEPTION 'a report is kept as it was made' USING ERRCODE = 'HG002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_keep_report BEFORE UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION cases_keep_report();
COMMENT ON TABLE cases IS 'Reports, their decisions and appeals. The report itself never changes (cases_keep_report).';
