//! What can happen to webhooks, whoever asks for it. `account_id`: none for the marketplace's own.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    event::Event,
    model::{DeliveryLine, Webhook, WebhookError},
    signature::Secret,
    state::State,
    store,
};
use crate::notices::Endpoint;

/// Records what happened to a product, in the transaction of its cause, for whoever wants to be told: its seller, and the
/// marketplace.
pub async fn record_product(tx: &mut PgConnection, kind: &str, product_id: i64) -> sqlx::Result<()> {
    store::record_product(tx, kind, product_id).await
}

/// Records events of rooms. Idempotent by their keys.
pub async fn record(tx: &mut PgConnection, events: &[Event]) -> sqlx::Result<()> {
    if events.is_empty() { Ok(()) } else { store::record(tx, events).await }
}

/// Locks the tail: since when rooms are to be looked at, and the accounts that want to be told of theirs. None while
/// another node has it; where nobody wants anything there is nothing to look for.
pub async fn lock_tail(tx: &mut PgConnection) -> sqlx::Result<Option<(OffsetDateTime, Vec<i64>)>> {
    let Some(seen_until) = store::lock_tail(&mut *tx).await? else { return Ok(None) };
    Ok(Some((seen_until, store::accounts_with_rooms(tx).await?)))
}

pub async fn move_tail(tx: &mut PgConnection, seen_until: OffsetDateTime) -> sqlx::Result<()> {
    store::move_tail(tx, seen_until).await
}

fn check(state: &State, is_marketplace: bool, url: &str, events: &[String]) -> Result<(), WebhookError> {
    Endpoint::parse(url, &state.allowed).ok_or(WebhookError::Url)?;
    let offered: &[&str] = if is_marketplace { &Event::PUBLIC } else { &Event::ALL };
    let are_known = events.iter().all(|event| offered.contains(&&**event));
    if are_known && !events.is_empty() { Ok(()) } else { Err(WebhookError::Events) }
}

/// Makes one; its secret is shown this once.
pub async fn make(
    state: &State,
    account_id: Option<i64>,
    url: &str,
    events: &[String],
) -> sqlx::Result<Result<(Webhook, Secret), WebhookError>> {
    if let Err(error) = check(state, account_id.is_none(), url, events) {
        return Ok(Err(error));
    }
    Ok(match store::insert(&state.db, account_id, url, events).await? {
        Some(webhook) => {
            let secret = Secret::of(&state.sealing_key, webhook.id, 1);
            Ok((webhook, secret))
        }
        None => Err(WebhookError::TooMany),
    })
}

pub async fn list(db: &PgPool, account_id: Option<i64>) -> sqlx::Result<Vec<Webhook>> {
    store::list(db, account_id).await
}

/// Changes one; none if it isn't this account's. Switched on again it begins anew.
pub async fn change(
    state: &State,
    account_id: Option<i64>,
    id: i64,
    (url, events, is_enabled): (Option<&str>, Option<&[String]>, Option<bool>),
) -> sqlx::Result<Option<Result<Webhook, WebhookError>>> {
    let Some(now) = store::find(&state.db, account_id, id).await? else { return Ok(None) };
    let (url, events) = (url.unwrap_or(&now.url), events.unwrap_or(&now.events));
    if let Err(error) = check(state, account_id.is_none(), url, events) {
        return Ok(Some(Err(error)));
    }
    let is_enabled = is_enabled.unwrap_or(now.is_enabled);
    Ok(store::update(&state.db, account_id, id, url, events, is_enabled).await?.map(Ok))
}

/// False if it isn't this account's.
pub async fn remove(db: &PgPool, account_id: Option<i64>, id: i64) -> sqlx::Result<bool> {
    store::delete(db, account_id, id).await
}

/// A new secret; what is sent is signed with the one before, too, for a day.
pub async fn rotate(state: &State, account_id: Option<i64>, id: i64) -> sqlx::Result<Option<Secret>> {
    let version = store::rotate(&state.db, account_id, id).await?;
    Ok(version.map(|version| Secret::of(&state.sealing_key, id, version)))
}

/// Calls it with an event that means nothing.
pub async fn send_test(db: &PgPool, account_id: Option<i64>, id: i64) -> sqlx::Result<Option<Uuid>> {
    if store::find(db, account_id, id).await?.is_none() {
        return Ok(None);
    }
    let key = format!("test {}", Uuid::new_v4());
    let body = Event::body(Event::TEST, &serde_json::json!({ "webhook_id": id.to_string() }));
    store::insert_delivery(db, id, &key, Event::TEST, &body).await.map(Some)
}

/// The last hundred calls, the newest first; none if it isn't this account's.
pub async fn deliveries(
    db: &PgPool,
    account_id: Option<i64>,
    id: i64,
) -> sqlx::Result<Option<Vec<DeliveryLine>>> {
    match store::find(db, account_id, id).await? {
        Some(_) => store::deliveries(db, id, 100).await.map(Some),
        None => Ok(None),
    }
}

/// Calls again with the same event; false if there is no such call.
pub async fn send_again(db: &PgPool, account_id: Option<i64>, id: i64, delivery: Uuid) -> sqlx::Result<bool> {
    match store::find(db, account_id, id).await? {
        Some(_) => store::send_again(db, id, delivery).await,
        None => Ok(false),
    }
}

/// Forgets calls that are older than 30 days or beyond the last hundred; run periodically.
pub async fn sweep(db: &PgPool) -> sqlx::Result<u64> {
    store::sweep(db).await
}
