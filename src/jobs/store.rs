//! The queue's SQL. Times are the database's, so that the clocks of nodes needn't agree.

use std::time::Duration;

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::job::{Job, NewJob};

/// NOTIFY on it says that a job is due now.
pub(super) const CHANNEL: &str = "haggle_jobs";

/// Wakes the workers at the commit, if the job is due by then: NOTIFY makes commits queue up behind one another, and
/// what is due later is found by the poll.
pub(super) async fn enqueue(db: impl PgExecutor<'_>, job: &NewJob) -> sqlx::Result<bool> {
    let enqueued = sqlx::query!(
        r#"WITH enqueued AS (
               INSERT INTO jobs (name, payload, dedupe_key, run_at) VALUES ($1, $2, $3, coalesce($4, now()))
               ON CONFLICT (name, dedupe_key) WHERE done_at IS NULL AND dead_at IS NULL DO NOTHING
               RETURNING run_at)
           SELECT CASE WHEN run_at <= now() THEN pg_notify($5, '')::text END AS woken FROM enqueued"#,
        job.name,
        job.payload,
        job.dedupe_key,
        job.run_at,
        CHANNEL
    )
    .fetch_optional(db)
    .await?;
    Ok(enqueued.is_some())
}

/// Enqueues the schedule's run of now, if no node has; slots are multiples of `every`.
pub(super) async fn enqueue_slot(db: impl PgExecutor<'_>, name: &str, every: Duration) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO jobs (name, slot)
         VALUES ($1, to_timestamp(floor(extract(epoch FROM now())::float8 / $2::float8) * $2::float8))
         ON CONFLICT ON CONSTRAINT jobs_name_slot_key DO NOTHING",
        name,
        every.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes up to `limit` jobs that are due, of these names, under a lease; those that another node is just taking
/// are passed by.
pub(super) async fn claim(
    db: impl PgExecutor<'_>,
    names: &[String],
    lease: Duration,
    max_attempts: i32,
    limit: i64,
) -> sqlx::Result<Vec<Job>> {
    sqlx::query_as!(
        Job,
        "UPDATE jobs j SET attempts = attempts + 1, fencing_token = fencing_token + 1,
                           run_at = now() + make_interval(secs => $2),
                           leased_until = now() + make_interval(secs => $2)
         FROM (SELECT id FROM jobs
               WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= now() AND name = ANY($1) AND attempts < $4
               ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
         WHERE j.id = due.id
         RETURNING j.id, j.name, j.payload, j.attempts, j.fencing_token",
        names,
        lease.as_secs_f64(),
        limit,
        max_attempts
    )
    .fetch_all(db)
    .await
}

/// Buries the jobs whose last attempt never came to an end: the node was killed each time, perhaps by the job itself.
/// How many there were.
pub(super) async fn bury_lost(
    db: impl PgExecutor<'_>,
    names: &[String],
    max_attempts: i32,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "UPDATE jobs j SET dead_at = now(), leased_until = NULL,
                           last_error = coalesce(last_error, 'its node went away while it ran, at every attempt')
         FROM (SELECT id FROM jobs
               WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= now() AND name = ANY($1) AND attempts >= $2
               FOR UPDATE SKIP LOCKED) AS lost
         WHERE j.id = lost.id",
        names,
        max_attempts
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Makes the lease last longer; false if it was lost meanwhile.
pub(super) async fn extend(db: impl PgExecutor<'_>, job: &Job, lease: Duration) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET run_at = now() + make_interval(secs => $3), leased_until = now() + make_interval(secs => $3)
         WHERE id = $1 AND fencing_token = $2 AND done_at IS NULL AND dead_at IS NULL",
        job.id,
        job.fencing_token,
        lease.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn finish(db: impl PgExecutor<'_>, job: &Job) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET done_at = now(), leased_until = NULL, last_error = NULL
         WHERE id = $1 AND fencing_token = $2 AND done_at IS NULL",
        job.id,
        job.fencing_token
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Tries it again after `delay`, or never, where that is none.
pub(super) async fn fail(
    db: impl PgExecutor<'_>,
    job: &Job,
    error: &str,
    delay: Option<Duration>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET last_error = $3, leased_until = NULL,
                         run_at = now() + make_interval(secs => coalesce($4::float8, 0)),
                         dead_at = CASE WHEN $4::float8 IS NULL THEN now() END
         WHERE id = $1 AND fencing_token = $2 AND done_at IS NULL",
        job.id,
        job.fencing_token,
        error,
        delay.map(|delay| delay.as_secs_f64())
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a dead letter wait again, from its first attempt on; its name. None if it isn't dead, or if another job with
/// its key waits: then the caller's transaction is over.
pub(super) async fn send_again(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<String>> {
    let sent = sqlx::query_scalar!(
        "UPDATE jobs SET dead_at = NULL, attempts = 0, run_at = now() WHERE id = $1 AND dead_at IS NOT NULL
         RETURNING name",
        id
    )
    .fetch_optional(db)
    .await;
    match sent {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(None),
        sent => sent,
    }
}

/// How many jobs are in each state.
#[derive(Clone, Copy, Debug)]
pub struct JobCounts {
    pub waiting: i64,
    pub running: i64,
    /// Failed before, and wait for the next attempt.
    pub failing: i64,
    pub dead: i64,
}

pub(super) async fn counts(db: impl PgExecutor<'_>) -> sqlx::Result<JobCounts> {
    sqlx::query_as!(
        JobCounts,
        r#"SELECT count(*) FILTER (WHERE NOT is_leased AND dead_at IS NULL AND last_error IS NULL) AS "waiting!",
                  count(*) FILTER (WHERE is_leased) AS "running!",
                  count(*) FILTER (WHERE NOT is_leased AND dead_at IS NULL AND last_error IS NOT NULL) AS "failing!",
                  count(*) FILTER (WHERE dead_at IS NOT NULL) AS "dead!"
           FROM (SELECT dead_at, last_error, coalesce(leased_until > now(), false) AS is_leased
                 FROM jobs WHERE done_at IS NULL) unfinished"#
    )
    .fetch_one(db)
    .await
}

/// A job that failed, as staff see it.
#[derive(Clone, Debug)]
pub struct FailedJob {
    pub id: i64,
    pub name: String,
    pub attempts: i32,
    pub error: String,
    pub created_at: OffsetDateTime,
    pub is_dead: bool,
}

/// The dead ones first, the newest of each first.
pub(super) async fn failed(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<FailedJob>> {
    sqlx::query_as!(
        FailedJob,
        r#"SELECT id, name, attempts, last_error AS "error!", created_at, dead_at IS NOT NULL AS "is_dead!"
           FROM jobs WHERE done_at IS NULL AND last_error IS NOT NULL
           ORDER BY dead_at IS NULL, id DESC LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Forgets jobs that were done or dead so long ago; not the latest run of a schedule, whose slot would run again.
pub(super) async fn remove_old(
    db: impl PgExecutor<'_>,
    done_ttl: Duration,
    dead_ttl: Duration,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM jobs j
         WHERE (done_at < now() - make_interval(secs => $1) OR dead_at < now() - make_interval(secs => $2))
           AND (slot IS NULL OR slot < (SELECT max(o.slot) FROM jobs o WHERE o.name = j.name))",
        done_ttl.as_secs_f64(),
        dead_ttl.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
