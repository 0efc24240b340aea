//! Notices: recorded, read, listed.

use std::time::Duration;

use sqlx::{PgConnection, PgExecutor, types::Json};
use time::OffsetDateTime;

use super::super::notice::{NewNotice, Notice};

/// NOTIFY on it says whose notices changed: ids of accounts with commas between them.
pub(in super::super) const CHANNEL: &str = "haggle_notices";

/// In one statement.
pub(in super::super) const MAX_BATCH: usize = 1_000;
/// Ids in a notification of at most 8,000 bytes.
const MAX_NOTIFIED: usize = 380;
/// More than so many unread ones are shown as that many.
pub(in super::super) const MAX_COUNTED: i64 = 100;

pub(in super::super) async fn database_time(db: impl PgExecutor<'_>) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(db).await
}

/// How long after the beginning push and mail look at a notice; none where they never do.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Delays {
    pub push: Option<Duration>,
    pub mail: Option<Duration>,
}

/// Records new notices and updates old ones to something later; whose they are. What is as it was isn't touched, not
/// even locked. In the order of the accounts, so that two nodes don't wait for each other.
///
/// While it is unread, a notice that was pushed is pushed again a minute later at the earliest, and one that was mailed
/// isn't mailed again.
pub(in super::super) async fn upsert(
    db: impl PgExecutor<'_>,
    kind: &str,
    delays: Delays,
    new: &[NewNotice],
) -> sqlx::Result<Vec<i64>> {
    let accounts: Vec<i64> = new.iter().map(|new| new.account_id).collect();
    let subjects: Vec<&str> = new.iter().map(|new| &*new.subject).collect();
    let details: Vec<_> = new.iter().map(|new| Json(&new.details)).collect();
    let (began, happened): (Vec<_>, Vec<_>) = new.iter().map(|new| (new.began_at, new.happened_at)).unzip();
    sqlx::query_scalar!(
        "INSERT INTO notices AS o (account_id, kind, subject, details, began_at, happened_at, push_at, mail_at)
         SELECT DISTINCT ON (n.account_id, n.subject)
                n.account_id, $1, n.subject, n.details, n.began_at, n.happened_at,
                n.began_at + make_interval(secs => $7), n.began_at + make_interval(secs => $8)
         FROM unnest($2::bigint[], $3::text[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[])
              AS n (account_id, subject, details, began_at, happened_at)
         LEFT JOIN notices k ON k.account_id = n.account_id AND k.kind = $1 AND k.subject = n.subject
         WHERE k.id IS NULL OR k.happened_at < n.happened_at
         ORDER BY n.account_id, n.subject, n.happened_at DESC
         ON CONFLICT ON CONSTRAINT notices_account_id_kind_subject_key DO UPDATE
         SET details = excluded.details,
             happened_at = excluded.happened_at,
             began_at = CASE WHEN o.read_at IS NULL THEN o.began_at ELSE excluded.began_at END,
             read_at = NULL,
             push_at = CASE WHEN o.read_at IS NOT NULL THEN excluded.push_at
                            ELSE coalesce(o.push_at, greatest(excluded.happened_at + make_interval(secs => $7),
                                                              o.pushed_at + interval '1 minute')) END,
             pushed_at = CASE WHEN o.read_at IS NULL THEN o.pushed_at END,
             push_left = NULL,
             push_tries = CASE WHEN o.read_at IS NULL THEN o.push_tries ELSE 0 END,
             mail_at = CASE WHEN o.read_at IS NOT NULL THEN excluded.mail_at
                            WHEN o.mailed_at IS NULL THEN coalesce(o.mail_at, excluded.mail_at) END,
             mailed_at = CASE WHEN o.read_at IS NULL THEN o.mailed_at END,
             was_held = o.was_held AND o.read_at IS NULL
         WHERE o.happened_at < excluded.happened_at
         RETURNING account_id",
        kind,
        &accounts,
        &subjects as &[&str],
        &details as &[Json<&serde_json::Value>],
        &began,
        &happened,
        delays.push.map(|delay| delay.as_secs_f64()),
        delays.mail.map(|delay| delay.as_secs_f64()),
    )
    .fetch_all(db)
    .await
}

/// Tells every node at the commit that these people's notices changed.
pub(in super::super) async fn notify(db: impl PgExecutor<'_>, accounts: &[i64]) -> sqlx::Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let text = |some: &[i64]| some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let payloads: Vec<String> = accounts.chunks(MAX_NOTIFIED).map(text).collect();
    sqlx::query!(
        "SELECT pg_notify($1, payload)::text FROM unnest($2::text[]) AS payload",
        CHANNEL,
        &payloads
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Of a kind, by account and subject; whose were unread.
pub(in super::super) async fn mark_read(
    db: impl PgExecutor<'_>,
    kind: &str,
    read: &[(i64, String)],
) -> sqlx::Result<Vec<i64>> {
    let accounts: Vec<i64> = read.iter().map(|(account, _)| *account).collect();
    let subjects: Vec<&str> = read.iter().map(|(_, subject)| &**subject).collect();
    sqlx::query_scalar!(
        "UPDATE notices n SET read_at = now(), push_at = NULL, push_left = NULL, mail_at = NULL
         FROM (SELECT o.id FROM unnest($2::bigint[], $3::text[]) AS r (account_id, subject)
               JOIN notices o ON o.account_id = r.account_id AND o.kind = $1 AND o.subject = r.subject
               WHERE o.read_at IS NULL ORDER BY o.id FOR UPDATE OF o) r
         WHERE n.id = r.id RETURNING n.account_id",
        kind,
        &accounts,
        &subjects as &[&str]
    )
    .fetch_all(db)
    .await
}

/// By id; whose were unread.
pub(in super::super) async fn mark_read_by_id(
    db: impl PgExecutor<'_>,
    ids: &[i64],
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "UPDATE notices n SET read_at = now(), push_at = NULL, push_left = NULL, mail_at = NULL
         FROM (SELECT id FROM notices WHERE id = ANY($1) AND read_at IS NULL ORDER BY id FOR UPDATE) r
         WHERE n.id = r.id RETURNING n.account_id",
        ids
    )
    .fetch_all(db)
    .await
}

/// All that somebody's bell has; those that were unread, by account.
pub(in super::super) async fn mark_all_read(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "UPDATE notices n SET read_at = now(), push_at = NULL, push_left = NULL, mail_at = NULL
         FROM (SELECT id FROM bell_notices WHERE account_id = $1 AND read_at IS NULL ORDER BY id FOR UPDATE) r
         WHERE n.id = r.id RETURNING n.account_id",
        account_id
    )
    .fetch_all(db)
    .await
}

/// As the bell counts them.
pub(in super::super) async fn unread(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM (
               SELECT FROM bell_notices WHERE account_id = $1 AND read_at IS NULL LIMIT $2) unread"#,
        account_id,
        MAX_COUNTED
    )
    .fetch_one(db)
    .await
}

/// Of the page of notices, newest first.
pub(in super::super) async fn page(
    db: impl PgExecutor<'_>,
    account_id: i64,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Notice>> {
    sqlx::query_as!(
        Notice,
        r#"SELECT id AS "id!", account_id AS "account_id!", kind AS "kind!", subject AS "subject!",
                  details AS "details!", happened_at AS "happened_at!", read_at IS NOT NULL AS "is_read!"
           FROM bell_notices WHERE account_id = $1 ORDER BY happened_at DESC, id DESC LIMIT $2 OFFSET $3"#,
        account_id,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

/// The same by keyset.
pub(in super::super) async fn page_before(
    db: impl PgExecutor<'_>,
    account_id: i64,
    before: Option<(OffsetDateTime, i64)>,
    limit: i64,
) -> sqlx::Result<Vec<Notice>> {
    sqlx::query_as!(
        Notice,
        r#"SELECT id AS "id!", account_id AS "account_id!", kind AS "kind!", subject AS "subject!",
                  details AS "details!", happened_at AS "happened_at!", read_at IS NOT NULL AS "is_read!"
           FROM bell_notices
           WHERE account_id = $1 AND (happened_at, id) < (coalesce($2::timestamptz, 'infinity'), $3::bigint)
           ORDER BY happened_at DESC, id DESC LIMIT $4"#,
        account_id,
        before.map(|(at, _)| at),
        before.map_or(0, |(_, id)| id),
        limit
    )
    .fetch_all(db)
    .await
}

/// Those of these that are somebody's own.
pub(in super::super) async fn own_ids(
    db: impl PgExecutor<'_>,
    account_id: i64,
    ids: &[i64],
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("SELECT id FROM notices WHERE account_id = $1 AND id = ANY($2)", account_id, ids)
        .fetch_all(db)
        .await
}

/// The newest that wait, by whichever channel they are told.
pub(in super::super) async fn newest_unread(
    db: impl PgExecutor<'_>,
    account_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<Notice>> {
    sqlx::query_as!(
        Notice,
        r#"SELECT id, account_id, kind, subject, details, happened_at, read_at IS NOT NULL AS "is_read!"
           FROM notices WHERE account_id = $1 AND read_at IS NULL ORDER BY happened_at DESC, id DESC LIMIT $2"#,
        account_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// For the number of pages, up to `limit`.
pub(in super::super) async fn count(
    db: impl PgExecutor<'_>,
    account_id: i64,
    limit: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM (SELECT FROM bell_notices WHERE account_id = $1 LIMIT $2) listed"#,
        account_id,
        limit
    )
    .fetch_one(db)
    .await
}

/// One of somebody's own.
pub(in super::super) async fn find(
    db: impl PgExecutor<'_>,
    account_id: i64,
    id: i64,
) -> sqlx::Result<Option<Notice>> {
    sqlx::query_as!(
        Notice,
        r#"SELECT id, account_id, kind, subject, details, happened_at, read_at IS NOT NULL AS "is_read!"
           FROM notices WHERE account_id = $1 AND id = $2"#,
        account_id,
        id
    )
    .fetch_optional(db)
    .await
}

/// Forgets what was read so long ago, and in any case what is older than twice that.
pub(in super::super) async fn delete_older_than(db: impl PgExecutor<'_>, age: Duration) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM notices
         WHERE happened_at < now() - make_interval(secs => $1)
           AND (read_at IS NOT NULL OR happened_at < now() - 2 * make_interval(secs => $1))",
        age.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

pub(in crate::notices) async fn delete_of_account(
    tx: &mut PgConnection,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM notices WHERE account_id = $1", account_id).execute(&mut *tx).await?;
    Ok(())
}
