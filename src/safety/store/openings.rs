//! Conversations that were begun.

use std::collections::HashMap;

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::safety::model::{Opened, Opening};

/// Of the advisory locks, one per account; any number that nothing else on the database uses, in the upper bits.
const OPENINGS: i64 = 0x6f70 << 48;

/// In the order of the accounts, so that two transactions never wait for each other in a circle.
pub(in crate::safety) async fn lock(db: impl PgExecutor<'_>, accounts: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock($1::bigint + account) FROM unnest($2::bigint[]) AS account",
        OPENINGS,
        accounts
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

pub(in crate::safety) async fn opened(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
) -> sqlx::Result<(HashMap<i64, Opened>, OffsetDateTime)> {
    let rows = sqlx::query!(
        r#"SELECT a.id, a.created_at AS account_since, o.last_day AS "last_day!", o.day_began, clock_timestamp() AS "now!"
           FROM unnest($1::bigint[]) AS k (id)
           JOIN accounts a ON a.id = k.id
           CROSS JOIN LATERAL (
               SELECT count(*) AS last_day, min(opened_at) AS day_began FROM openings
               WHERE account_id = a.id AND opened_at > now() - interval '24 hours'
           ) o"#,
        accounts
    )
    .fetch_all(db)
    .await?;
    let now = rows.first().map_or_else(OffsetDateTime::now_utc, |row| row.now);
    let opened = |row_since, last_day, day_began| Opened { account_since: row_since, last_day, day_began };
    let rows = rows.into_iter().map(|row| (row.id, opened(row.account_since, row.last_day, row.day_began)));
    Ok((rows.collect(), now))
}

pub(in crate::safety) async fn insert(db: impl PgExecutor<'_>, openings: &[Opening]) -> sqlx::Result<()> {
    let column = |value: fn(&Opening) -> i64| openings.iter().map(value).collect::<Vec<_>>();
    let hashes: Vec<Option<i64>> = openings.iter().map(Opening::text_hash).collect();
    sqlx::query!(
        "INSERT INTO openings (room_id, account_id, text_hash)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
         ON CONFLICT ON CONSTRAINT openings_pkey DO NOTHING",
        &column(|opening| opening.room_id),
        &column(|opening| opening.account_id),
        &hashes as &[Option<i64>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// In how many rooms of the last week this account began with nearly this text.
pub(in crate::safety) async fn alike(
    db: impl PgExecutor<'_>,
    account_id: i64,
    text_hash: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM openings
           WHERE account_id = $1 AND opened_at > now() - interval '7 days' AND text_hash IS NOT NULL
             AND bit_count((text_hash # $2)::bit(64)) <= 3"#,
        account_id,
        text_hash
    )
    .fetch_one(db)
    .await
}

pub(in crate::safety) async fn sweep(db: impl PgExecutor<'_>, days: i32) -> sqlx::Result<u64> {
    let gone = sqlx::query!("DELETE FROM openings WHERE opened_at < now() - make_interval(days => $1)", days)
        .execute(db)
        .await?;
    Ok(gone.rows_affected())
}
