-- Durable jobs: work that goes on later, on whichever node has time. A row is claimed with FOR UPDATE SKIP LOCKED
-- under a lease; a node that is killed loses the lease, and another one takes the job.
CREATE TABLE jobs (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    name         text NOT NULL,
    payload      jsonb NOT NULL DEFAULT '{}',
    dedupe_key   text,
    slot         timestamptz,
    run_at       timestamptz NOT NULL DEFAULT now(),
    attempts     integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    last_error   text,
    done_at      timestamptz,
    dead_at      timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_name_slot_key UNIQUE (name, slot)
);
CREATE UNIQUE INDEX jobs_name_dedupe_key_idx ON jobs (name, dedupe_key) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX jobs_run_at_idx ON jobs (run_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX jobs_dead_at_idx ON jobs (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX jobs_done_at_idx ON jobs (done_at) WHERE done_at IS NOT NULL;

COMMENT ON TABLE jobs IS 'Durable jobs: queue, leases, dead letters.';
COMMENT ON COLUMN jobs.name IS 'Which handler runs it.';
COMMENT ON COLUMN jobs.dedupe_key IS 'Of two unfinished jobs of a name with the same key there is one.';
COMMENT ON COLUMN jobs.slot IS 'Of a schedule: which run of it this is. Unique, so that it runs once across all nodes.';
COMMENT ON COLUMN jobs.run_at IS 'Not before; while it is leased, the end of the lease.';
COMMENT ON COLUMN jobs.attempts IS 'Claims so far; also the fencing token of the current one.';
COMMENT ON COLUMN jobs.dead_at IS 'Dead letter: it failed too often. An admin may send it again.';

-- What came on each day that is over, in UTC: the admin's charts read this and count only today.
CREATE TABLE daily_stats (
    day      date NOT NULL,
    people   bigint NOT NULL,
    products bigint NOT NULL,
    messages bigint NOT NULL,
    CONSTRAINT daily_stats_pkey PRIMARY KEY (day)
);
COMMENT ON TABLE daily_stats IS 'A roll-up by day, filled by the job admin.daily_stats.';
