//! Tokens of the API (RFC 6750): who an app or a script acts for, and what it may do.
//!
//! ```text
//! a grant        a row of `sessions` that no cookie opens: an app's or a personal token's
//! access tokens  open it: `hg_at_…` for an hour, `hg_pat_…` for as long as its owner said
//! ```
//!
//! What ends sessions (one by one, all of them, a new password, suspension) ends grants by the same row, and closes their
//! sockets. Invariant: no token opens a page, and no cookie is looked at here.

pub(in crate::accounts) mod text;

use std::sync::Arc;

use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::{
    current_user::CurrentUser,
    scopes::Scopes,
    security_events::SecurityEvent,
    store::{
        self,
        grants::{GrantKind, NewGrant},
    },
};
use crate::web::Result;

/// For how many days a personal token may hold.
pub const MAX_DAYS: i64 = 365;
/// Grants of one account that hold at one time.
pub(in crate::accounts) const MAX_GRANTS: i64 = 50;
/// Characters in the name of a token.
pub const MAX_NAME: usize = 60;

/// Whom a token acts for.
#[derive(Clone, Debug)]
pub struct TokenAccess {
    /// As if they were signed in: their `session` is the grant.
    pub user: Arc<CurrentUser>,
    pub scopes: Scopes,
    pub expires_at: OffsetDateTime,
}

/// Asks the database who this token is of; nothing for one that doesn't hold. Its use is noted at most once an hour.
pub async fn authenticate(db: &PgPool, bearer: &str) -> Result<Option<TokenAccess>> {
    if text::read::<32>(text::ACCESS, bearer).is_none() && text::read::<32>(text::PERSONAL, bearer).is_none()
    {
        return Ok(None);
    }
    let hash = text::hash(bearer);
    let Some(found) = store::grants::find(db, &hash).await? else { return Ok(None) };
    if found.is_use_due {
        store::grants::note_use(db, &found.session, &hash).await?;
    }
    let scopes = Scopes::from_codes(&found.scopes);
    let user = CurrentUser {
        account_id: found.account_id,
        email: found.email,
        name: found.name,
        about_line: found.about_line,
        photo_key: found.photo_key,
        is_admin: false,
        email_confirmed: found.email_confirmed,
        must_confirm_email: found.must_confirm_email,
        email_bounced: found.email_bounced,
        has_second_factor: found.has_second_factor,
        is_demo: found.is_demo,
        delete_after: found.delete_after,
        buyer_id: found.buyer_id,
        seller_id: found.seller_id,
        epoch: found.epoch,
        session: found.session,
    };
    Ok(Some(TokenAccess { user: Arc::new(user), scopes, expires_at: found.expires_at }))
}

/// A token for scripts: its text, which nobody is told a second time. None for somebody who has very many, who is an
/// admin, or whose sessions have just ended.
pub async fn create_personal(
    db: &PgPool,
    user: &CurrentUser,
    name: &str,
    scopes: Scopes,
    days: i64,
) -> Result<Option<String>> {
    let (token, session) = (text::random::<32>(text::PERSONAL), new_session());
    let lifetime = Duration::days(days.clamp(1, MAX_DAYS));
    let grant = NewGrant {
        session: &session,
        account_id: user.account_id,
        epoch: user.epoch,
        kind: GrantKind::Personal,
        name,
        client_id: None,
        scopes: &scopes.codes(),
        expires_at: OffsetDateTime::now_utc() + lifetime,
    };
    let mut tx = db.begin().await?;
    if !store::grants::insert(&mut tx, &grant, MAX_GRANTS).await? {
        return Ok(None);
    }
    store::grants::insert_access(&mut tx, &session, &text::hash(&token), lifetime).await?;
    SecurityEvent::TokenMade.enqueue(&mut tx, user.account_id).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Forgets access tokens and codes that hold no longer; run now and then.
pub async fn sweep(db: &PgPool) -> sqlx::Result<()> {
    store::grants::delete_expired(db).await?;
    store::oauth::delete_old_codes(db).await
}

/// What stands in `sessions.id_hash` for a grant: of nothing, so that no cookie can open it.
pub(in crate::accounts) fn new_session() -> Vec<u8> {
    rand::random::<[u8; 32]>().to_vec()
}
