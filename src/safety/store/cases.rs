//! Cases.

use sqlx::{PgExecutor, types::Json};

use crate::safety::model::{Case, CaseFigures, CaseLine, DecidedCase, ExcerptPart, NewCase, QueueLine};

/// None if this reporter has one of this subject that is open.
pub(in crate::safety) async fn insert(db: impl PgExecutor<'_>, case: &NewCase) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "INSERT INTO cases (subject_kind, subject, accused_id, reporter_id, reason, words, excerpt)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id",
        case.kind.code(),
        case.subject,
        case.accused_id,
        case.reporter_id,
        case.reason,
        case.words,
        Json(&case.excerpt) as _
    )
    .fetch_optional(db)
    .await
}

pub(in crate::safety) async fn find_open(
    db: impl PgExecutor<'_>,
    reporter_id: Option<i64>,
    subject: &str,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT id FROM cases WHERE coalesce(reporter_id, 0) = coalesce($1::bigint, 0) AND subject = $2 AND decided_at IS NULL",
        reporter_id,
        subject
    )
    .fetch_optional(db)
    .await
}

pub(in crate::safety) async fn count_of_day(db: impl PgExecutor<'_>, reporter_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM cases WHERE reporter_id = $1 AND opened_at > now() - interval '24 hours'"#,
        reporter_id
    )
    .fetch_one(db)
    .await
}

macro_rules! case_query {
    ($where:literal $(, $args:expr)*) => {
        sqlx::query_as!(
            Case,
            r#"SELECT x.id, x.subject_kind AS kind, x.subject, x.accused_id, a.name AS accused_name,
                      c.id AS "accused_seller_id?", a.suspended_at IS NOT NULL AS "is_accused_suspended!",
                      x.reporter_id, x.reason, x.words, x.excerpt AS "excerpt: Json<Vec<ExcerptPart>>", x.key,
                      x.opened_at, x.decided_by, x.decided_at, x.decision, x.decision_words, x.appealed_by, x.appealed_at,
                      x.appeal_words, x.appeal_decided_at, x.appeal_decision, x.appeal_reply
               FROM cases x
               JOIN accounts a ON a.id = x.accused_id
               LEFT JOIN customers c ON c.account_id = a.id
               WHERE "# + $where
            $(, $args)*
        )
    };
}

pub(in crate::safety) async fn find(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Case>> {
    case_query!("x.id = $1", id).fetch_optional(db).await
}

pub(in crate::safety) async fn others(
    db: impl PgExecutor<'_>,
    subject: &str,
    id: i64,
) -> sqlx::Result<Vec<Case>> {
    case_query!(
        "x.subject = $1 AND x.id <> $2 AND x.decided_at IS NULL ORDER BY x.opened_at LIMIT 50",
        subject,
        id
    )
    .fetch_all(db)
    .await
}

pub(in crate::safety) async fn queue(
    db: impl PgExecutor<'_>,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<QueueLine>> {
    sqlx::query_as!(
        QueueLine,
        r#"SELECT min(x.id) AS "id!", min(x.subject_kind) AS "kind!", min(a.name) AS "accused_name!",
                  (array_agg(x.reason ORDER BY x.opened_at))[1] AS "reason!", count(*) AS "reports!",
                  bool_or(x.appealed_at IS NOT NULL) AS "is_appeal!",
                  min(coalesce(x.appealed_at, x.opened_at)) AS "since!"
           FROM cases x JOIN accounts a ON a.id = x.accused_id
           WHERE x.decided_at IS NULL OR (x.appealed_at IS NOT NULL AND x.appeal_decided_at IS NULL)
           GROUP BY CASE WHEN x.decided_at IS NULL THEN x.subject ELSE x.id::text END
           ORDER BY 7, 1 LIMIT $1 OFFSET $2"#,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

pub(in crate::safety) async fn queue_length(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(DISTINCT CASE WHEN decided_at IS NULL THEN subject ELSE id::text END) AS "count!" FROM cases
           WHERE decided_at IS NULL OR (appealed_at IS NOT NULL AND appeal_decided_at IS NULL)"#
    )
    .fetch_one(db)
    .await
}

pub(in crate::safety) async fn figures(db: impl PgExecutor<'_>) -> sqlx::Result<CaseFigures> {
    sqlx::query_as!(
        CaseFigures,
        r#"SELECT o.open AS "open!", o.oldest_at, d.decided AS "decided!", d.upheld AS "upheld!",
                  d.appealed AS "appealed!", d.reversed AS "reversed!", d.median_hours
           FROM (
               SELECT count(*) AS open, min(coalesce(appealed_at, opened_at)) AS oldest_at FROM cases
               WHERE decided_at IS NULL OR (appealed_at IS NOT NULL AND appeal_decided_at IS NULL)
           ) o, (
               SELECT count(*) AS decided, count(*) FILTER (WHERE decision <> 'dismissed') AS upheld,
                      count(*) FILTER (WHERE appealed_at IS NOT NULL) AS appealed,
                      count(*) FILTER (WHERE appeal_decision = 'reversed') AS reversed,
                      percentile_cont(0.5) WITHIN GROUP (
                          ORDER BY extract(epoch FROM decided_at - opened_at)::float8 / 3600) AS median_hours
               FROM cases WHERE decided_at > now() - interval '90 days'
           ) d"#
    )
    .fetch_one(db)
    .await
}

pub(in crate::safety) async fn of_account(
    db: impl PgExecutor<'_>,
    account_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<CaseLine>> {
    sqlx::query_as!(
        CaseLine,
        r#"SELECT id, subject_kind AS kind, reason, reporter_id IS NOT DISTINCT FROM $1 AS "is_reporter!", opened_at,
                  decided_at IS NOT NULL AS "is_decided!"
           FROM cases WHERE reporter_id = $1 OR (accused_id = $1 AND decision IN ('upheld', 'fraud'))
           ORDER BY opened_at DESC, id DESC LIMIT $2"#,
        account_id,
        limit
    )
    .fetch_all(db)
    .await
}

pub(in crate::safety) async fn decide(
    db: impl PgExecutor<'_>,
    subject: &str,
    admin_id: i64,
    decision: &str,
    words: &str,
) -> sqlx::Result<Vec<DecidedCase>> {
    sqlx::query_as!(
        DecidedCase,
        "UPDATE cases SET decided_by = $2, decided_at = now(), decision = $3, decision_words = $4
         WHERE subject = $1 AND decided_at IS NULL RETURNING id, reporter_id",
        subject,
        admin_id,
        decision,
        words
    )
    .fetch_all(db)
    .await
}

pub(in crate::safety) async fn appeal(
    db: impl PgExecutor<'_>,
    id: i64,
    account_id: i64,
    decisions: &[&str],
    words: &str,
) -> sqlx::Result<bool> {
    let appealed = sqlx::query!(
        "UPDATE cases SET appealed_by = $2, appealed_at = now(), appeal_words = $4
         WHERE id = $1 AND decision = ANY($3::text[]) AND appealed_at IS NULL",
        id,
        account_id,
        decisions as _,
        words
    )
    .execute(db)
    .await?;
    Ok(appealed.rows_affected() == 1)
}

pub(in crate::safety) async fn decide_appeal(
    db: impl PgExecutor<'_>,
    id: i64,
    admin_id: i64,
    decision: &str,
    reply: &str,
) -> sqlx::Result<bool> {
    let decided = sqlx::query!(
        "UPDATE cases SET appeal_decided_by = $2, appeal_decided_at = now(), appeal_decision = $3, appeal_reply = $4
         WHERE id = $1 AND appealed_at IS NOT NULL AND appeal_decided_at IS NULL AND decided_by <> $2",
        id,
        admin_id,
        decision,
        reply
    )
    .execute(db)
    .await?;
    Ok(decided.rows_affected() == 1)
}

pub(in crate::safety) async fn standing(
    db: impl PgExecutor<'_>,
    account_id: i64,
    other_id: i64,
) -> sqlx::Result<(Option<i64>, bool)> {
    let row = sqlx::query!(
        r#"SELECT (SELECT id FROM blocks WHERE blocker_id = $1 AND blocked_id = $2) AS block,
                  EXISTS (SELECT FROM cases WHERE accused_id = $2 AND decision = 'fraud'
                          AND appeal_decision IS DISTINCT FROM 'reversed') AS "is_fraud!""#,
        account_id,
        other_id
    )
    .fetch_one(db)
    .await?;
    Ok((row.block, row.is_fraud))
}

pub(in crate::safety) async fn is_fraud(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM cases WHERE accused_id = $1 AND decision = 'fraud'
                            AND appeal_decision IS DISTINCT FROM 'reversed') AS "is_fraud!""#,
        account_id
    )
    .fetch_one(db)
    .await
}
