//! Push subscriptions.

use std::time::Duration;

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::push::{client::Subscription, encrypt::SubscriptionKeys};

/// A refused push service may have had a bad moment; three in a row are meant.
const MAX_REFUSALS: i32 = 3;
/// In a row, with pauses that grow to an hour: nobody has been there for most of a day.
const MAX_FAILURES: i32 = 24;

/// Takes a browser's subscription; one that is there already becomes this session's. False if its address belongs to
/// another one's keys.
pub(in super::super) async fn upsert(
    db: impl PgExecutor<'_>,
    account_id: i64,
    session: &[u8],
    (endpoint, device): (&str, Option<&str>),
    keys: &SubscriptionKeys,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO push_subscriptions AS o (account_id, session, endpoint, p256dh, auth, device)
         SELECT $1, s.id_hash, $3, $4, $5, $6 FROM sessions s WHERE s.id_hash = $2 AND s.account_id = $1
         ON CONFLICT ON CONSTRAINT push_subscriptions_endpoint_key DO UPDATE
         SET account_id = excluded.account_id, session = excluded.session, device = excluded.device, refusals = 0, failures = 0, retry_at = NULL
         WHERE o.p256dh = excluded.p256dh AND o.auth = excluded.auth",
        account_id,
        session,
        endpoint,
        &keys.p256dh[..],
        &keys.auth[..],
        device
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets the oldest of somebody's beyond `max`.
pub(in super::super) async fn keep_newest(
    db: impl PgExecutor<'_>,
    account_id: i64,
    max: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM push_subscriptions WHERE id IN (
             SELECT id FROM push_subscriptions WHERE account_id = $1 ORDER BY id DESC OFFSET $2)",
        account_id,
        max
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The one that a program gave this name.
pub(in super::super) async fn delete_device(
    db: impl PgExecutor<'_>,
    account_id: i64,
    device: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM push_subscriptions WHERE account_id = $1 AND device = $2",
        account_id,
        device
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Somebody's own.
pub(in super::super) async fn delete(
    db: impl PgExecutor<'_>,
    account_id: i64,
    endpoint: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM push_subscriptions WHERE account_id = $1 AND endpoint = $2",
        account_id,
        endpoint
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in super::super) async fn count(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM push_subscriptions WHERE account_id = $1"#,
        account_id
    )
    .fetch_one(db)
    .await
}

/// Of these people, with the time before which it is to be left alone.
pub(in super::super) async fn of_accounts(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
) -> sqlx::Result<Vec<(Subscription, Option<OffsetDateTime>)>> {
    let rows = sqlx::query!(
        "SELECT id, account_id, endpoint, p256dh, auth, retry_at FROM push_subscriptions
         WHERE account_id = ANY($1) ORDER BY id",
        accounts
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let keys =
                SubscriptionKeys { p256dh: row.p256dh.try_into().ok()?, auth: row.auth.try_into().ok()? };
            let subscription =
                Subscription { id: row.id, account_id: row.account_id, endpoint: row.endpoint, keys };
            Some((subscription, row.retry_at))
        })
        .collect())
}

pub(in super::super) async fn sent(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE push_subscriptions SET last_sent_at = now(), refusals = 0, failures = 0, retry_at = NULL WHERE id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in super::super) async fn gone(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM push_subscriptions WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// The third time in a row it goes.
pub(in super::super) async fn refused(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH counted AS (UPDATE push_subscriptions SET refusals = refusals + 1 WHERE id = $1 AND refusals + 1 < $2)
         DELETE FROM push_subscriptions WHERE id = $1 AND refusals + 1 >= $2",
        id,
        MAX_REFUSALS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leaves it alone until then; doubled with each failure in a row, from half a minute to an hour, at least `after`.
pub(in super::super) async fn failed(
    db: impl PgExecutor<'_>,
    id: i64,
    after: Option<Duration>,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH counted AS (
             UPDATE push_subscriptions
             SET failures = failures + 1,
                 retry_at = $2::timestamptz + greatest(make_interval(secs => $3),
                                                       make_interval(secs => least(3600, 30 * 2 ^ least(failures, 10))))
             WHERE id = $1 AND failures + 1 < $4)
         DELETE FROM push_subscriptions WHERE id = $1 AND failures + 1 >= $4",
        id,
        now,
        after.map(|after| after.as_secs_f64()),
        MAX_FAILURES
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::notices) async fn delete_of_account(
    tx: &mut PgConnection,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM push_subscriptions WHERE account_id = $1", account_id)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
