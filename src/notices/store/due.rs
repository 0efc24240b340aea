//! Notices that are due to be pushed: the row is its own outbox, claimed under a lease.

use std::time::Duration;

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::super::notice::Notice;

/// A notice that a node has claimed.
#[derive(Clone, Debug)]
pub(in super::super) struct DueNotice {
    pub notice: Notice,
    /// The claim's fencing token: whoever claims it later has a later one.
    pub lease: OffsetDateTime,
    /// Whether it was pushed before, since it was last read.
    pub was_pushed: bool,
    /// Of an attempt that has to be made again: the subscriptions that don't have it.
    pub left: Option<Vec<i64>>,
    pub tries: i32,
    /// Whether quiet hours kept it back.
    pub was_held: bool,
}

/// Takes up to `limit` notices that are due under a lease; those that another node is just taking are passed by.
pub(in super::super) async fn claim(
    db: impl PgExecutor<'_>,
    now: OffsetDateTime,
    lease: Duration,
    limit: i64,
) -> sqlx::Result<Vec<DueNotice>> {
    let rows = sqlx::query!(
        r#"UPDATE notices n SET push_at = $1::timestamptz + make_interval(secs => $2)
           FROM (SELECT id FROM notices WHERE push_at <= $1 ORDER BY push_at, account_id LIMIT $3 FOR UPDATE SKIP LOCKED) due
           WHERE n.id = due.id
           RETURNING n.id, n.account_id, n.kind, n.subject, n.details, n.happened_at,
                     n.read_at IS NOT NULL AS "is_read!", n.push_at AS "lease!", n.pushed_at IS NOT NULL AS "was_pushed!",
                     n.push_left, n.push_tries, n.was_held"#,
        now,
        lease.as_secs_f64(),
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DueNotice {
            notice: notice_of!(row),
            lease: row.lease,
            was_pushed: row.was_pushed,
            left: row.push_left,
            tries: row.push_tries,
            was_held: row.was_held,
        })
        .collect())
}

/// What became of a claimed notice.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum PushResult {
    /// Nothing was sent, and nothing will be of what it tells now.
    Nothing,
    /// It was sent wherever it could be.
    Sent,
    /// These subscriptions don't have it yet: again then.
    Again { at: OffsetDateTime, left: Vec<i64>, was_sent: bool },
    /// Quiet hours: not before then.
    Held(OffsetDateTime),
}

/// Ends the claim, unless it was read or claimed by another node meanwhile. Something newer than what was claimed is
/// pushed in its turn: a minute later, or `delay` after it where nothing was sent.
pub(in super::super) async fn finish(
    db: impl PgExecutor<'_>,
    due: &DueNotice,
    result: &PushResult,
    delay: Duration,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let (was_sent, again_at, left, is_held) = match result {
        PushResult::Nothing => (false, None, None, false),
        PushResult::Sent => (true, None, None, false),
        PushResult::Again { at, left, was_sent } => (*was_sent, Some(*at), Some(left.as_slice()), false),
        PushResult::Held(until) => (false, Some(*until), None, true),
    };
    sqlx::query!(
        "UPDATE notices
         SET pushed_at = CASE WHEN $4 THEN $5 ELSE pushed_at END,
             push_at = coalesce($6, CASE WHEN happened_at > $3 AND $4 THEN $5::timestamptz + interval '1 minute'
                                         WHEN happened_at > $3 THEN happened_at + make_interval(secs => $9) END),
             push_left = CASE WHEN happened_at = $3 THEN $7::bigint[] END,
             push_tries = CASE WHEN $7::bigint[] IS NULL THEN 0 ELSE push_tries + 1 END,
             was_held = $8
         WHERE id = $1 AND push_at = $2",
        due.notice.id,
        due.lease,
        due.notice.happened_at,
        was_sent,
        now,
        again_at,
        left,
        is_held,
        delay.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many notices of each kind wait at the bells of each of these people.
pub(in super::super) async fn unread_by_kind(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
) -> sqlx::Result<Vec<(i64, String, i64)>> {
    let rows = sqlx::query!(
        r#"SELECT account_id AS "account_id!", kind AS "kind!", count(*) AS "count!" FROM bell_notices
           WHERE account_id = ANY($1) AND read_at IS NULL GROUP BY account_id, kind"#,
        accounts
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.kind, row.count)).collect())
}
