//! An account's address: confirmed by a letter, changed by one, and changed back by its owner.
//!
//! ```text
//! register → Confirm → confirmed: may write and sell
//! change   → Change to the new address → it is the account's → Changed to the old one, if that was confirmed
//! undo     → the old address is back, everybody is signed out, a letter brings a new password
//! ```
//!
//! Only a confirmed address gets a way to undo: one that was mistyped at registration is a stranger's.

use sqlx::PgPool;

use super::{
    access::{AccessChange, AccessEvents},
    link::Purpose,
    links,
    mail_jobs::LinkLetter,
    security_events::SecurityEvent,
    store,
};
use crate::{mail, web::Result};

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkUse {
    Done,
    /// It was used, is too old, or the address isn't the account's any more.
    Over,
    /// Another account has the address.
    Taken,
}

pub(super) async fn confirm(db: &PgPool, events: &AccessEvents, token: &str) -> Result<LinkUse> {
    let mut tx = db.begin().await?;
    let Some(link) = links::take(&mut tx, Purpose::Confirm, token).await? else { return Ok(LinkUse::Over) };
    if !store::addresses::confirm(&mut *tx, link.account_id, &link.email).await? {
        return Ok(LinkUse::Over);
    }
    mail::allow_again(&mut *tx, &link.email).await?;
    tx.commit().await?;
    events.publish(AccessChange::Profile(link.account_id));
    Ok(LinkUse::Done)
}

pub(super) async fn change(db: &PgPool, events: &AccessEvents, token: &str) -> Result<LinkUse> {
    let mut tx = db.begin().await?;
    let Some(link) = links::take(&mut tx, Purpose::Change, token).await? else { return Ok(LinkUse::Over) };
    let old = match store::addresses::replace(&mut *tx, link.account_id, &link.email).await {
        Ok(Some(old)) => old,
        Ok(None) => return Ok(LinkUse::Over),
        Err(error) if is_taken(&error) => return Ok(LinkUse::Taken),
        Err(error) => return Err(error.into()),
    };
    // Links that were sent to the old address open nothing any more.
    store::links::forget(&mut *tx, link.account_id, false).await?;
    mail::allow_again(&mut *tx, &link.email).await?;
    if old.is_confirmed {
        LinkLetter::Changed { account_id: old.account_id, old: old.email }.enqueue(&mut *tx).await?;
    }
    SecurityEvent::EmailChanged.enqueue(&mut tx, link.account_id).await?;
    tx.commit().await?;
    events.publish(AccessChange::Profile(link.account_id));
    Ok(LinkUse::Done)
}

pub(super) async fn undo(db: &PgPool, events: &AccessEvents, token: &str) -> Result<LinkUse> {
    let mut tx = db.begin().await?;
    let Some(link) = links::take(&mut tx, Purpose::Undo, token).await? else { return Ok(LinkUse::Over) };
    match store::addresses::replace(&mut *tx, link.account_id, &link.email).await {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(LinkUse::Over),
        Err(error) if is_taken(&error) => return Ok(LinkUse::Taken),
        Err(error) => return Err(error.into()),
    }
    // Whoever changed it has links, sessions and perhaps passkeys of their own.
    store::passkeys::remove_recent(&mut *tx, link.account_id).await?;
    store::second_factors::remove_idle_codes(&mut *tx, link.account_id).await?;
    store::links::forget(&mut *tx, link.account_id, true).await?;
    store::known_browsers::forget_all(&mut *tx, link.account_id).await?;
    store::sessions::end_sessions(&mut *tx, link.account_id).await?;
    LinkLetter::reset(&link.email).enqueue(&mut *tx).await?;
    SecurityEvent::EmailChanged.enqueue(&mut tx, link.account_id).await?;
    tx.commit().await?;
    events.publish(AccessChange::Account(link.account_id));
    Ok(LinkUse::Done)
}

fn is_taken(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.constraint() == Some("accounts_email_key"))
}
