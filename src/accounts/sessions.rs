//! Sessions: started at sign-in under a new id (no session fixation), ended one by one or all at
//! once.
//!
//! Invariant: the row goes first, then [`AccessEvents`] closes the sockets that were opened with
//! it.

use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    access::{AccessChange, AccessEvents},
    browser::Browser,
    current_user::CurrentUser,
    session_store::{ACCOUNT_ID, DEVICE, EPOCH, NETWORK},
    store,
};
use crate::web::Result;

/// An account that has proved who it is, and so may have a session.
#[derive(Clone, Copy)]
pub(super) struct SessionOwner {
    pub account_id: i64,
    pub epoch: i32,
}

/// Makes this browser's session the account's, under a new id. An account that was signed in here
/// before is signed out, and nothing of its session's data is kept.
pub(super) async fn start_session(
    session: &Session,
    events: &AccessEvents,
    before: Option<&CurrentUser>,
    browser: &Browser,
    SessionOwner { account_id, epoch }: SessionOwner,
) -> Result<()> {
    if before.is_some() {
        session.clear().await;
    }
    session.cycle_id().await?;
    session.insert(ACCOUNT_ID, account_id).await?;
    session.insert(EPOCH, epoch).await?;
    session.insert(DEVICE, &browser.device).await?;
    session.insert(NETWORK, &browser.network).await?;
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
    store::sessions::end_sessions(db, account_id).await?;
    events.publish(AccessChange::Account(account_id));
    Ok(())
}

/// Ends one of somebody's sessions; false if it isn't theirs, or isn't any more.
pub(super) async fn end_session(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    session: &[u8],
) -> Result<bool> {
    let ended = store::sessions::end_session(db, account_id, session).await?;
    if ended {
        events.publish(AccessChange::Session(session.to_owned()));
    }
    Ok(ended)
}

/// Ends all sessions but this one.
pub(super) async fn end_other_sessions(db: &PgPool, events: &AccessEvents, user: &CurrentUser) -> Result<()> {
    for session in store::sessions::end_other_sessions(db, user.account_id, &user.session).await? {
        events.publish(AccessChange::Session(session));
    }
    Ok(())
}
