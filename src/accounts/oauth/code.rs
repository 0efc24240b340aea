//! Authorization codes (RFC 6749, 4.1): 60 seconds, once, for one app, address and challenge.
//!
//! A code hangs on the session of the browser that allowed it, and from its use on the grant that it made: what ends the
//! one ends the other. A code that comes twice was seen by somebody else, so that the grant ends.

use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::{
    error::{OAuthError, Tokens},
    pkce, refresh,
    request::AuthorizationRequest,
};
use crate::accounts::{
    access::AccessEvents,
    current_user::CurrentUser,
    scopes::Scopes,
    security_events::SecurityEvent,
    sessions,
    store::{
        self,
        grants::{GrantKind, NewGrant},
        oauth::NewCode,
    },
    tokens::{self, text},
};

const LIFETIME: Duration = Duration::seconds(60);

/// In place of one that this browser was given for this app before.
pub(in crate::accounts) async fn issue(
    db: &PgPool,
    user: &CurrentUser,
    request: &AuthorizationRequest,
) -> sqlx::Result<String> {
    let code = text::random::<32>("");
    let new = NewCode {
        code_hash: &text::hash(&code),
        client_id: &request.client.client_id,
        session: &user.session,
        redirect_uri: request.redirect_uri.as_str(),
        challenge: &request.challenge,
        scopes: &request.scopes.codes(),
    };
    store::oauth::replace_code(db, &new, LIFETIME).await?;
    Ok(code)
}

/// What an app comes with.
pub(in crate::accounts) struct Exchange<'a> {
    pub client_id: &'a str,
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: &'a str,
    /// As its owner reads the app's name.
    pub name: &'a str,
}

pub(in crate::accounts) async fn exchange(
    db: &PgPool,
    events: &AccessEvents,
    asked: Exchange<'_>,
) -> Result<Tokens, OAuthError> {
    if text::read::<32>("", asked.code).is_none() {
        return Err(OAuthError::InvalidGrant);
    }
    let mut tx = db.begin().await?;
    let hash = text::hash(asked.code);
    let Some(code) = store::oauth::lock_code(&mut tx, &hash).await? else {
        return Err(OAuthError::InvalidGrant);
    };
    let is_theirs = code.client_id == asked.client_id && code.redirect_uri == asked.redirect_uri;
    if !is_theirs {
        return Err(OAuthError::InvalidGrant);
    }
    if code.is_used {
        // Not while the code is locked: whoever ends the grant takes its code away as well.
        tx.rollback().await?;
        sessions::end_session(db, events, code.account_id, &code.session).await?;
        return Err(OAuthError::InvalidGrant);
    }
    if !code.is_fresh || !code.is_session_good || !pkce::is_answered(&code.challenge, asked.verifier) {
        return Err(OAuthError::InvalidGrant);
    }
    let session = tokens::new_session();
    let grant = NewGrant {
        session: &session,
        account_id: code.account_id,
        epoch: code.epoch,
        kind: GrantKind::App,
        name: asked.name,
        client_id: Some(asked.client_id),
        scopes: &code.scopes,
        expires_at: OffsetDateTime::now_utc() + refresh::LIFETIME,
    };
    if !store::grants::insert(&mut tx, &grant, tokens::MAX_GRANTS).await? {
        return Err(OAuthError::InvalidGrant);
    }
    store::oauth::use_code(&mut tx, &hash, &session).await?;
    let tokens = refresh::first(&mut tx, &session, Scopes::from_codes(&code.scopes)).await?;
    SecurityEvent::AppAllowed.enqueue(&mut tx, code.account_id).await?;
    tx.commit().await?;
    Ok(tokens)
}
