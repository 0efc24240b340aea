//! Webhooks, and the outbox of their deliveries.

use std::time::Duration;

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    event::Event,
    model::{DeliveryLine, MAX_PER_ACCOUNT, Webhook},
};

pub(in crate::webhooks) async fn record(db: impl PgExecutor<'_>, events: &[Event]) -> sqlx::Result<()> {
    let accounts: Vec<i64> = events.iter().map(|event| event.account_id).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind).collect();
    let keys: Vec<&str> = events.iter().map(|event| &*event.key).collect();
    let bodies: Vec<String> = events.iter().map(|event| Event::body(event.kind, &event.data)).collect();
    sqlx::query!(
        "INSERT INTO webhook_deliveries (webhook_id, event_key, event, body)
         SELECT w.id, e.key, e.kind, e.body
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS e (account_id, kind, key, body)
         JOIN webhooks w ON w.account_id = e.account_id AND w.is_enabled AND e.kind = ANY(w.events)
         ON CONFLICT ON CONSTRAINT webhook_deliveries_webhook_id_event_key_key DO NOTHING",
        &accounts,
        &kinds as &[&str],
        &keys as &[&str],
        &bodies
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One for each webhook and transaction.
pub(in crate::webhooks) async fn record_product(
    db: impl PgExecutor<'_>,
    kind: &str,
    product_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"INSERT INTO webhook_deliveries (webhook_id, event_key, event, body)
         SELECT w.id, $1 || ' ' || p.id || ' ' || pg_current_xact_id(), $1,
                jsonb_build_object('type', $1::text,
                                   'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                   'data', jsonb_build_object('product_id', p.id::text, 'state', p.state))::text
         FROM products p JOIN customers c ON c.id = p.seller_id
         JOIN webhooks w ON (w.account_id = c.account_id OR w.account_id IS NULL)
                         AND w.is_enabled AND $1 = ANY(w.events)
         WHERE p.id = $2
         ON CONFLICT ON CONSTRAINT webhook_deliveries_webhook_id_event_key_key DO NOTHING"#,
        kind,
        product_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks the tail and says where it stands; nothing if another node has it.
pub(in crate::webhooks) async fn lock_tail(db: impl PgExecutor<'_>) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("SELECT seen_until FROM webhook_tail FOR UPDATE SKIP LOCKED").fetch_optional(db).await
}

pub(in crate::webhooks) async fn move_tail(
    db: impl PgExecutor<'_>,
    seen_until: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE webhook_tail SET seen_until = $1", seen_until).execute(db).await?;
    Ok(())
}

pub(in crate::webhooks) async fn accounts_with_rooms(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT account_id AS "account_id!" FROM webhooks
           WHERE account_id IS NOT NULL AND is_enabled AND events && ARRAY['message.created', 'room.created']"#
    )
    .fetch_all(db)
    .await
}

/// None for an account that has [`MAX_PER_ACCOUNT`] already; those made at the same moment are counted one after the other.
pub(in crate::webhooks) async fn insert(
    db: &PgPool,
    account_id: Option<i64>,
    url: &str,
    events: &[String],
) -> sqlx::Result<Option<Webhook>> {
    let mut tx = db.begin().await?;
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1::text, 0))::text AS lock",
        account_id.unwrap_or(0).to_string()
    )
    .fetch_one(&mut *tx)
    .await?;
    let made = sqlx::query_as!(
        Webhook,
        "INSERT INTO webhooks (account_id, url, events) SELECT $1, $2, $3
         WHERE (SELECT count(*) FROM webhooks WHERE account_id IS NOT DISTINCT FROM $1) < $4
         RETURNING id, url, events, is_enabled, disabled_reason, created_at",
        account_id,
        url,
        events,
        MAX_PER_ACCOUNT
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(made)
}

pub(in crate::webhooks) async fn list(
    db: impl PgExecutor<'_>,
    account_id: Option<i64>,
) -> sqlx::Result<Vec<Webhook>> {
    sqlx::query_as!(
        Webhook,
        "SELECT id, url, events, is_enabled, disabled_reason, created_at FROM webhooks
         WHERE account_id IS NOT DISTINCT FROM $1 ORDER BY id",
        account_id
    )
    .fetch_all(db)
    .await
}

pub(in crate::webhooks) async fn find(
    db: impl PgExecutor<'_>,
    account_id: Option<i64>,
    id: i64,
) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as!(
        Webhook,
        "SELECT id, url, events, is_enabled, disabled_reason, created_at FROM webhooks
         WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1",
        account_id,
        id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::webhooks) async fn update(
    db: impl PgExecutor<'_>,
    account_id: Option<i64>,
    id: i64,
    url: &str,
    events: &[String],
    is_enabled: bool,
) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as!(
        Webhook,
        "UPDATE webhooks SET url = $3, events = $4, is_enabled = $5, disabled_reason = ''
         WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1
         RETURNING id, url, events, is_enabled, disabled_reason, created_at",
        account_id,
        id,
        url,
        events,
        is_enabled
    )
    .fetch_optional(db)
    .await
}

pub(in crate::webhooks) async fn delete(
    db: impl PgExecutor<'_>,
    account_id: Option<i64>,
    id: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM webhooks WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1",
        account_id,
        id
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// The version from now on.
pub(in crate::webhooks) async fn rotate(
    db: impl PgExecutor<'_>,
    account_id: Option<i64>,
    id: i64,
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "UPDATE webhooks SET secret_version = secret_version + 1, rotated_at = now()
         WHERE id = $2 AND account_id IS NOT DISTINCT FROM $1 RETURNING secret_version",
        account_id,
        id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::webhooks) async fn insert_delivery(
    db: impl PgExecutor<'_>,
    webhook_id: i64,
    key: &str,
    event: &str,
    body: &str,
) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "INSERT INTO webhook_deliveries (webhook_id, event_key, event, body) VALUES ($1, $2, $3, $4) RETURNING id",
        webhook_id,
        key,
        event,
        body
    )
    .fetch_one(db)
    .await
}

pub(in crate::webhooks) async fn deliveries(
    db: impl PgExecutor<'_>,
    webhook_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<DeliveryLine>> {
    sqlx::query_as!(
        DeliveryLine,
        "SELECT id, event, state, attempts, answer_status, error, created_at, next_at FROM webhook_deliveries
         WHERE webhook_id = $1 ORDER BY created_at DESC, id LIMIT $2",
        webhook_id,
        limit
    )
    .fetch_all(db)
    .await
}

pub(in crate::webhooks) async fn send_again(
    db: impl PgExecutor<'_>,
    webhook_id: i64,
    id: Uuid,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = now(), error = '', finished_at = NULL
         WHERE webhook_id = $1 AND id = $2",
        webhook_id,
        id
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// A call that is due, and claimed.
pub(in crate::webhooks) struct DueDelivery {
    pub id: Uuid,
    pub webhook_id: i64,
    pub account_id: Option<i64>,
    pub url: String,
    pub secret_version: i32,
    /// Whether the secret before is good as well.
    pub was_rotated: bool,
    pub body: String,
    /// This one included.
    pub attempts: i32,
}

/// Claims calls under a lease: of each webhook two at a time, so that a slow server holds up nobody else's.
pub(in crate::webhooks) async fn claim(
    db: impl PgExecutor<'_>,
    lease: Duration,
    limit: i64,
) -> sqlx::Result<Vec<DueDelivery>> {
    sqlx::query_as!(
        DueDelivery,
        r#"WITH due AS (
               SELECT d.id FROM webhooks w
               CROSS JOIN LATERAL (
                   SELECT id FROM webhook_deliveries
                   WHERE webhook_id = w.id AND state = 'waiting' AND next_at <= now()
                     AND (leased_until IS NULL OR leased_until <= now())
                   ORDER BY next_at
                   LIMIT greatest(0, 2 - (SELECT count(*) FROM webhook_deliveries
                                          WHERE webhook_id = w.id AND state = 'waiting' AND leased_until > now()))
                   FOR UPDATE SKIP LOCKED
               ) d
               WHERE w.is_enabled
                 AND w.id IN (SELECT webhook_id FROM webhook_deliveries WHERE state = 'waiting' AND next_at <= now())
               LIMIT $2
           )
           UPDATE webhook_deliveries d SET leased_until = now() + make_interval(secs => $1), attempts = d.attempts + 1
           FROM due, webhooks w WHERE d.id = due.id AND w.id = d.webhook_id
           RETURNING d.id, d.webhook_id, w.account_id, w.url, w.secret_version,
                     coalesce(w.rotated_at > now() - interval '1 day', false) AS "was_rotated!", d.body, d.attempts"#,
        lease.as_secs_f64(),
        limit
    )
    .fetch_all(db)
    .await
}

/// What became of a call.
pub(in crate::webhooks) struct Attempt<'a> {
    /// None where it waits for another try, after this time.
    pub is_final: bool,
    pub is_delivered: bool,
    pub pause: Duration,
    pub answer_status: Option<i32>,
    pub error: &'a str,
}

pub(in crate::webhooks) async fn finish(
    db: impl PgExecutor<'_>,
    id: Uuid,
    attempt: &Attempt<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE webhook_deliveries
         SET state = CASE WHEN $2 THEN 'delivered' WHEN $3 THEN 'failed' ELSE 'waiting' END,
             next_at = now() + make_interval(secs => $4), leased_until = NULL, answer_status = $5, error = $6,
             finished_at = CASE WHEN $2 OR $3 THEN now() END
         WHERE id = $1",
        id,
        attempt.is_delivered,
        attempt.is_final,
        attempt.pause.as_secs_f64(),
        attempt.answer_status,
        attempt.error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Switches it off, with what still waits; false if it was off.
pub(in crate::webhooks) async fn disable(tx: &mut PgConnection, id: i64, reason: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE webhooks SET is_enabled = false, disabled_reason = $2 WHERE id = $1 AND is_enabled",
        id,
        reason
    );
    let was_on = done.execute(&mut *tx).await?.rows_affected() > 0;
    sqlx::query!(
        "UPDATE webhook_deliveries SET state = 'failed', finished_at = now() WHERE webhook_id = $1 AND state = 'waiting'",
        id
    )
    .execute(tx)
    .await?;
    Ok(was_on)
}

/// Where the notices about these webhooks lead.
pub(in crate::webhooks) async fn urls(
    db: impl PgExecutor<'_>,
    ids: &[i64],
) -> sqlx::Result<Vec<(i64, String, String)>> {
    let rows = sqlx::query!("SELECT id, url, disabled_reason FROM webhooks WHERE id = ANY($1)", ids);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.url, row.disabled_reason)).collect())
}

/// Those that are younger than an hour stay: a repeat of their event is known by them.
pub(in crate::webhooks) async fn sweep(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM webhook_deliveries d
         WHERE d.state <> 'waiting' AND d.created_at < now() - interval '1 hour'
           AND (d.created_at < now() - interval '30 days'
                OR d.created_at < (SELECT created_at FROM webhook_deliveries
                                   WHERE webhook_id = d.webhook_id ORDER BY created_at DESC OFFSET 100 LIMIT 1))"
    );
    Ok(done.execute(db).await?.rows_affected())
}
