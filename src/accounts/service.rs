//! What can happen to an account, whoever asks for it.

use sqlx::{PgConnection, PgExecutor, PgPool};
use tower_sessions::Session;

use super::{
    AccessChange, AccessEvents, CurrentUser, Email, Name, NewAccount, Password, SellerCard,
    model::SellerProfile, password, store,
};
use crate::web::{
    Result,
    session::{ACCOUNT_ID, EPOCH},
};

/// An account that may have a session now.
#[derive(Clone, Copy)]
pub(super) struct SignedIn {
    pub account_id: i64,
    pub epoch: i32,
}

pub(super) enum Registered {
    Account(SignedIn),
    /// The address has an account already.
    Taken,
}

/// Hashes first, whether the address is free or not, so that both take as long.
pub(super) async fn register(db: &PgPool, new: &NewAccount) -> Result<Registered> {
    let hash = password::hash(&new.password).await?;
    let mut tx = db.begin().await?;
    match store::insert_person(&mut tx, &new.email, &new.name, &hash, new.role).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(Registered::Account(SignedIn { account_id: id, epoch: 0 }))
        }
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("accounts_email_key") => {
            Ok(Registered::Taken)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) enum SignIn {
    Account(SignedIn),
    Wrong,
    Suspended,
}

/// Checks a password. That somebody is suspended is told only to who knows it.
pub(super) async fn check_credentials(db: &PgPool, email: &Email, attempt: &str) -> Result<SignIn> {
    let found = store::credentials(db, email).await?;
    let right = password::verify(attempt, found.as_ref().map(|found| found.password_hash.clone())).await?;
    Ok(match found {
        Some(found) if right && found.suspended => SignIn::Suspended,
        Some(found) if right => {
            SignIn::Account(SignedIn { account_id: found.id, epoch: found.session_epoch })
        }
        _ => SignIn::Wrong,
    })
}

/// Makes this browser's session the account's, under a new id. Whoever was signed in here before is
/// signed out: nothing of theirs goes over.
pub(super) async fn begin_session(
    session: &Session,
    events: &AccessEvents,
    before: Option<&CurrentUser>,
    SignedIn { account_id, epoch }: SignedIn,
) -> Result<()> {
    if before.is_some() {
        session.clear().await;
    }
    session.cycle_id().await?;
    session.insert(ACCOUNT_ID, account_id).await?;
    session.insert(EPOCH, epoch).await?;
    if let Some(before) = before {
        events.publish(AccessChange::Session(before.session.clone()));
    }
    Ok(())
}

pub(super) async fn sign_out(session: &Session, events: &AccessEvents, user: &CurrentUser) -> Result<()> {
    session.flush().await?;
    events.publish(AccessChange::Session(user.session.clone()));
    Ok(())
}

pub(super) async fn sign_out_everywhere(db: &PgPool, events: &AccessEvents, account_id: i64) -> Result<()> {
    store::end_sessions(db, account_id).await?;
    events.publish(AccessChange::Account(account_id));
    Ok(())
}

/// Changes the password and ends every session, this one included; nothing if `current` is wrong.
pub(super) async fn change_password(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    current: &str,
    new: &Password,
) -> Result<Option<SignedIn>> {
    let stored = store::password_hash(db, account_id).await?;
    if !password::verify(current, Some(stored)).await? {
        return Ok(None);
    }
    let hash = password::hash(new).await?;
    let mut tx = db.begin().await?;
    store::set_password(&mut *tx, account_id, &hash).await?;
    let epoch = store::end_sessions(&mut *tx, account_id).await?;
    tx.commit().await?;
    events.publish(AccessChange::Account(account_id));
    Ok(Some(SignedIn { account_id, epoch }))
}

pub(super) async fn rename(db: &PgPool, events: &AccessEvents, account_id: i64, name: &Name) -> Result<()> {
    store::set_name(db, account_id, name).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

/// Makes or changes the account's `Customer` profile.
pub(super) async fn sell(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    profile: &SellerProfile,
) -> Result<()> {
    store::save_seller_profile(db, account_id, profile).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

/// Ends a person's access until they are restored, in the caller's transaction. Nothing, if there is
/// nobody to suspend: an admin isn't, nor is who is suspended already.
///
/// What it answers is to be told ([`AccessEvents::tell`]) as soon as the transaction is committed.
pub async fn suspend(tx: &mut PgConnection, account_id: i64) -> Result<Option<AccessChange>> {
    if !store::set_suspended(&mut *tx, account_id, true).await? {
        return Ok(None);
    }
    store::end_sessions(tx, account_id).await?;
    Ok(Some(AccessChange::Account(account_id)))
}

/// False, if there is nobody to restore.
pub async fn restore(db: impl PgExecutor<'_>, account_id: i64) -> Result<bool> {
    Ok(store::set_suspended(db, account_id, false).await?)
}

/// An account that runs the place: no `Buyer`, no `Customer`, no part in any room.
pub async fn create_admin(db: &PgPool, email: &Email, password: &Password) -> anyhow::Result<i64> {
    let hash = password::hash(password).await?;
    let name = Name::parse("Admin").map_err(anyhow::Error::msg)?;
    match store::insert_account(db, email, &name, &hash, true).await {
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("accounts_email_key") => {
            anyhow::bail!("{} already has an account", email.as_str())
        }
        result => Ok(result?),
    }
}

/// Whether nobody has an account yet.
pub async fn nobody_yet(db: impl PgExecutor<'_>) -> Result<bool> {
    Ok(store::nobody_yet(db).await?)
}

pub async fn seller_card(db: impl PgExecutor<'_>, seller_id: i64) -> Result<Option<SellerCard>> {
    Ok(store::seller_card(db, seller_id).await?)
}
