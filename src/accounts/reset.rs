//! A new password for whoever reads the account's mail. Second factors stay.

use sqlx::PgPool;

use super::{
    access::{AccessChange, AccessEvents},
    hash_queue::Lane,
    link::Purpose,
    links,
    model::Password,
    password,
    security_events::SecurityEvent,
    store,
};
use crate::{mail, web::Result};

/// Sets it and ends every session; false if the link is used up or too old.
pub(super) async fn reset_password(
    db: &PgPool,
    events: &AccessEvents,
    lane: Lane,
    token: &str,
    new: &Password,
) -> Result<bool> {
    // Before the link is used up: a full queue costs nobody their link.
    let hash = password::hash_in(lane, new).await?;
    let mut tx = db.begin().await?;
    let Some(link) = links::take(&mut tx, Purpose::Reset, token).await? else { return Ok(false) };
    if !store::accounts::set_password(&mut *tx, link.account_id, &link.email, &hash).await? {
        return Ok(false);
    }
    // Whoever got the letter reads the address.
    store::addresses::confirm(&mut *tx, link.account_id, &link.email).await?;
    mail::allow_again(&mut *tx, &link.email).await?;
    store::links::forget(&mut *tx, link.account_id, false).await?;
    store::known_browsers::forget_all(&mut *tx, link.account_id).await?;
    store::sessions::end_sessions(&mut *tx, link.account_id).await?;
    SecurityEvent::PasswordChanged.enqueue(&mut tx, link.account_id).await?;
    tx.commit().await?;
    events.publish(AccessChange::Account(link.account_id));
    Ok(true)
}
