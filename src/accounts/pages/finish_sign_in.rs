//! The end of every sign-in: a session, the browser remembered, its owner told of a new one.

use axum::{
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        current_user::CurrentUser,
        known_browsers::{self, BrowserToken},
        letters,
        pending_sign_in::PendingSignIn,
        security_events::SecurityEvent,
        sessions,
    },
    web::{Result, Shell, forgery::PublicOrigin},
};

pub(super) async fn finish_sign_in(
    (db, events, origin): (&PgPool, &AccessEvents, &PublicOrigin),
    (session, shell, headers): (&Session, &Shell, &HeaderMap),
    before: Option<&CurrentUser>,
    browser: &Browser,
    done: &PendingSignIn,
) -> Result<Response> {
    let owner = done.owner();
    sessions::start_session(session, events, before, browser, owner).await?;
    if !done.is_known && done.is_confirmed {
        let words = letters::new_browser(&shell.marketplace, &browser.device, &browser.network);
        // A letter can't hold up a sign-in.
        if let Err(error) = letters::enqueue_if(true, db, &shell.marketplace, &done.email, &words).await {
            tracing::warn!(%error, "a new browser is not announced");
        }
    }
    let token = BrowserToken::from_headers(headers);
    let mut tx = db.begin().await?;
    let cookie = known_browsers::remember(&mut *tx, token, owner.account_id, origin.is_https()).await?;
    if !done.is_known {
        SecurityEvent::NewBrowser.enqueue(&mut tx, owner.account_id).await?;
    }
    tx.commit().await?;
    let to = Redirect::to(done.next().or("/"));
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), to).into_response())
}
