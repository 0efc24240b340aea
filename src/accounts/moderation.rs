//! What admins do to accounts, in the caller's transaction, so that the audit log's line is committed with it.
//!
//! Invariant: there is always an admin who can sign in. Whoever takes one away locks all of them first.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{
    access::AccessChange,
    model::{AdminAccount, Email, Password},
    password,
    security_events::SecurityEvent,
    store,
};
use crate::web::Result;

/// What became of it.
#[must_use = "sockets stay open until the change is published"]
#[derive(Debug)]
pub enum Moderated {
    /// Pass it to [`AccessEvents::publish`](super::access::AccessEvents::publish) after the commit; until then their sockets stay open.
    Done(AccessChange),
    /// There is no such person, or it is so already.
    Unchanged,
    /// Nobody could run the place any more.
    LastAdmin,
}

/// Ends all of a person's sessions and forbids new ones.
pub async fn suspend(tx: &mut PgConnection, account_id: i64) -> Result<Moderated> {
    if is_last_admin(tx, account_id).await? {
        return Ok(Moderated::LastAdmin);
    }
    if !store::accounts::set_suspended(&mut *tx, account_id, true).await? {
        return Ok(Moderated::Unchanged);
    }
    store::sessions::end_sessions(tx, account_id).await?;
    Ok(Moderated::Done(AccessChange::Account(account_id)))
}

/// False if nothing changed: there is no such person, or they aren't suspended.
pub async fn restore(db: impl PgExecutor<'_>, account_id: i64) -> Result<bool> {
    Ok(store::accounts::set_suspended(db, account_id, false).await?)
}

/// Makes an ordinary person of an admin, signed out everywhere.
pub async fn demote(tx: &mut PgConnection, account_id: i64) -> Result<Moderated> {
    if is_last_admin(tx, account_id).await? {
        return Ok(Moderated::LastAdmin);
    }
    if !store::admins::demote(&mut *tx, account_id).await? {
        return Ok(Moderated::Unchanged);
    }
    store::sessions::end_sessions(tx, account_id).await?;
    Ok(Moderated::Done(AccessChange::Account(account_id)))
}

/// For somebody who has lost theirs, app and passkeys alike: they sign in with their password, and an admin sets up another one first.
pub async fn remove_second_factor(tx: &mut PgConnection, account_id: i64) -> Result<Moderated> {
    if !store::second_factors::remove_all(&mut *tx, account_id).await? {
        return Ok(Moderated::Unchanged);
    }
    store::sessions::end_sessions(&mut *tx, account_id).await?;
    SecurityEvent::RecoveredByAdmin.enqueue(tx, account_id).await?;
    Ok(Moderated::Done(AccessChange::Account(account_id)))
}

/// From the command line: a new password, for an address that has an account; false if it has none.
pub async fn set_password(
    tx: &mut PgConnection,
    email: &Email,
    new: &Password,
) -> anyhow::Result<Option<i64>> {
    let hash = password::hash(new).await?;
    let Some(person) = store::addresses::by_email(&mut *tx, email.as_str()).await? else { return Ok(None) };
    store::accounts::set_password(&mut *tx, person.account_id, email.as_str(), &hash).await?;
    store::links::forget(&mut *tx, person.account_id, false).await?;
    store::known_browsers::forget_all(&mut *tx, person.account_id).await?;
    store::sessions::end_sessions(&mut *tx, person.account_id).await?;
    SecurityEvent::RecoveredByAdmin.enqueue(tx, person.account_id).await?;
    Ok(Some(person.account_id))
}

pub async fn admins(db: &PgPool) -> sqlx::Result<Vec<AdminAccount>> {
    store::admins::all(db).await
}

/// With all admins locked, so that two who take each other away at once don't both succeed.
async fn is_last_admin(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<bool> {
    Ok(store::admins::lock_active(tx).await? == [account_id])
}
