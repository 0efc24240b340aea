-- The fencing token of a job, apart from its attempts: those begin anew when staff send a dead letter again, and a
-- holder of an older claim must not be taken for the new one.
ALTER TABLE jobs ADD COLUMN fencing_token bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN jobs.attempts IS 'Claims since it was enqueued or sent again; a claim whose node died counts.';
COMMENT ON COLUMN jobs.fencing_token IS 'Claims ever: only who holds the latest may say how the job ended.';
