//! Sessions of an account: started under a new id, and ended, here and on every open connection.

use sqlx::PgPool;
use tower_sessions::Session;

use super::{AccessChange, AccessEvents, CurrentUser, Password, password, store};
use crate::web::{
    Result,
    session::{ACCOUNT_ID, EPOCH},
};

/// An account that may have a session now.
#[derive(Clone, Copy)]
pub(super) struct SessionOwner {
    pub account_id: i64,
    pub epoch: i32,
}

/// Makes this browser's session the account's, under a new id. Whoever was signed in here before is
/// signed out: nothing of theirs goes over.
pub(super) async fn start_session(
    session: &Session,
    events: &AccessEvents,
    before: Option<&CurrentUser>,
    SessionOwner { account_id, epoch }: SessionOwner,
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
) -> Result<Option<SessionOwner>> {
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
    Ok(Some(SessionOwner { account_id, epoch }))
}
