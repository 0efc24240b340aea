//! Credentials: checked at sign-in, changed by whoever knows the current password.

use sqlx::PgPool;

use super::{
    access::{AccessChange, AccessEvents},
    hash_queue::Lane,
    model::{Email, Password},
    password,
    security_events::SecurityEvent,
    sessions::SessionOwner,
    store,
};
use crate::web::Result;

/// Whose they are, and what else the account asks for.
pub(super) struct RightCredentials {
    pub owner: SessionOwner,
    pub email_confirmed: bool,
    pub has_second_factor: bool,
}

pub(super) enum CredentialCheck {
    Right(RightCredentials),
    Wrong,
    Suspended,
}

/// Checks a password, in constant time for known and unknown addresses. Only whoever knows the
/// password hears that the account is suspended.
pub(super) async fn check_credentials(
    db: &PgPool,
    lane: Lane,
    email: &Email,
    attempt: &str,
) -> Result<CredentialCheck> {
    let found = store::accounts::credentials(db, email).await?;
    let right =
        password::verify(lane, attempt, found.as_ref().map(|found| found.password_hash.clone())).await?;
    Ok(match found {
        Some(found) if right && found.suspended => CredentialCheck::Suspended,
        Some(found) if right => {
            let owner = SessionOwner { account_id: found.id, epoch: found.session_epoch };
            CredentialCheck::Right(RightCredentials {
                owner,
                email_confirmed: found.email_confirmed,
                has_second_factor: found.has_second_factor,
            })
        }
        _ => CredentialCheck::Wrong,
    })
}

/// Whether this is the account's password, for whoever is signed in.
pub(super) async fn is_password(db: &PgPool, lane: Lane, account_id: i64, attempt: &str) -> Result<bool> {
    let stored = store::accounts::password_hash(db, account_id).await?;
    password::verify(lane, attempt, Some(stored)).await
}

/// Changes the password and ends every session, this one included; nothing if `current` is wrong, or isn't the password
/// any more by the time of the change (compare-and-set, L1).
pub(super) async fn change_password(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    current: &str,
    new: &Password,
) -> Result<Option<SessionOwner>> {
    let stored = store::accounts::password_hash(db, account_id).await?;
    let lane = Lane::Known(account_id);
    if !password::verify(lane, current, Some(stored.clone())).await? {
        return Ok(None);
    }
    let hash = password::hash_in(lane, new).await?;
    let mut tx = db.begin().await?;
    if !store::accounts::replace_password(&mut *tx, account_id, &stored, &hash).await? {
        return Ok(None);
    }
    store::known_browsers::forget_all(&mut *tx, account_id).await?;
    let epoch = store::sessions::end_sessions(&mut *tx, account_id).await?;
    SecurityEvent::PasswordChanged.enqueue(&mut tx, account_id).await?;
    tx.commit().await?;
    events.publish(AccessChange::Account(account_id));
    Ok(Some(SessionOwner { account_id, epoch }))
}
