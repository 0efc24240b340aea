//! Authentication as extractors: [`CurrentUser`], [`Seller`] and [`Admin`] can only be made from a
//! session that is valid.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Method, header, request::Parts},
};
use sqlx::PgPool;
use time::OffsetDateTime;
use tower_sessions::Session;

use super::{
    admission::PendingUser,
    current_user::CurrentUser,
    model::Admission,
    session_store::{ACCOUNT, ACCOUNT_ID, EPOCH, IS_ADMIN, SEEN_HOUR, id_hash},
    store::session_accounts::{self, SessionAccount, Unread},
};
use crate::accounts::sentences;
use crate::web::{Error, Result, wants_json, with_request_timeout};

/// Whoever is asking; nobody, if they aren't signed in.
#[derive(Clone, Debug)]
pub struct MaybeUser(pub Option<Arc<CurrentUser>>);

impl<S> FromRequestParts<S> for MaybeUser
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        if let Some(known) = parts.extensions.get::<MaybeUser>() {
            return Ok(known.clone());
        }
        let session = session(parts, state).await?;
        let found = with_request_timeout(find(&PgPool::from_ref(state), session)).await?;
        let (user, pending) = match found {
            Found::Nobody => (None, None),
            Found::User(user, unread) => {
                parts.extensions.insert(unread);
                (Some(user), None)
            }
            Found::Pending(pending) => (None, Some(pending)),
        };
        let user = MaybeUser(user);
        parts.extensions.insert(user.clone());
        parts.extensions.insert(MaybePending(pending));
        Ok(user)
    }
}

/// Whoever is signed in and isn't admitted (yet): to everything but their own banner they are a visitor.
#[derive(Clone, Debug)]
pub struct MaybePending(pub Option<PendingUser>);

impl<S> FromRequestParts<S> for MaybePending
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        MaybeUser::from_request_parts(parts, state).await?;
        Ok(parts.extensions.get::<MaybePending>().cloned().unwrap_or(MaybePending(None)))
    }
}

enum Found {
    Nobody,
    User(Arc<CurrentUser>, Unread),
    Pending(PendingUser),
}

async fn find(db: &PgPool, session: Session) -> Result<Found> {
    let Some(account_id) = session.get::<i64>(ACCOUNT_ID).await? else { return Ok(Found::Nobody) };
    let epoch = session.get::<i32>(EPOCH).await?.unwrap_or(0);
    let loaded = session.get::<SessionAccount>(ACCOUNT).await?.filter(|loaded| loaded.id == account_id);
    let account = match loaded {
        Some(account) => Some(account),
        None => just_signed_in(db, &session).await?,
    };
    // All of an account's sessions end with its epoch.
    let Some(account) = account.filter(|account| account.epoch == epoch) else { return Ok(Found::Nobody) };
    // A session lasts from when it was last written: once an hour, and not at every request.
    let hour = OffsetDateTime::now_utc().unix_timestamp() / 3600;
    if session.get::<i64>(SEEN_HOUR).await? != Some(hour) {
        session.insert(SEEN_HOUR, hour).await?;
        if account.is_admin {
            session.insert(IS_ADMIN, true).await?;
        }
    }
    let admission = Admission::from_code(&account.admission);
    if admission != Admission::Admitted {
        let refusal = (admission == Admission::Refused).then_some(account.admission_reason);
        return Ok(Found::Pending(PendingUser { name: account.name, refusal }));
    }
    let user = Arc::new(CurrentUser {
        account_id,
        email: account.email,
        name: account.name,
        about_line: account.about_line,
        photo_key: account.photo_key,
        is_admin: account.is_admin,
        email_confirmed: account.email_confirmed,
        must_confirm_email: account.must_confirm_email,
        email_bounced: account.email_bounced,
        has_second_factor: account.has_second_factor,
        is_demo: account.is_demo,
        delete_after: account.delete_after,
        buyer_id: account.buyer_id,
        seller_id: account.seller_id,
        epoch,
        session: session.id().map(|id| id_hash(&id)).unwrap_or_default(),
    });
    Ok(Found::User(user, account.unread))
}

/// The account of a session that was made by this request: it is stored now, and not only after the answer.
async fn just_signed_in(db: &PgPool, session: &Session) -> Result<Option<SessionAccount>> {
    session.save().await?;
    let Some(id) = session.id() else { return Ok(None) };
    let found = session_accounts::find(db, &[id_hash(&id)]).await?.pop();
    Ok(found.and_then(|(_, row)| row.account))
}

async fn session<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Session> {
    Session::from_request_parts(parts, state)
        .await
        .map_err(|(_, why)| Error::Internal(anyhow::anyhow!("no session layer: {why}")))
}

impl<S> FromRequestParts<S> for CurrentUser
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let MaybeUser(user) = MaybeUser::from_request_parts(parts, state).await?;
        user.map(|user| (*user).clone()).ok_or_else(|| refusal(parts))
    }
}

/// A page sends the visitor to sign in and brings them back; a socket or a program gets 401.
fn refusal(parts: &Parts) -> Error {
    if parts.headers.contains_key(header::UPGRADE) || wants_json(&parts.headers) {
        return Error::Unauthorized;
    }
    if let Some(MaybePending(Some(_))) = parts.extensions.get() {
        return Error::Forbidden(sentences::YOUR_ACCOUNT_HAS_TO_BE_APPROVED_BY_AN_ADMIN);
    }
    let next = match parts.method {
        Method::GET | Method::HEAD => parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        _ => "/",
    };
    Error::SignInFirst { next: next.to_owned() }
}

/// Somebody signed in who sells.
#[derive(Clone, Debug)]
pub struct Seller {
    pub id: i64,
    pub user: CurrentUser,
}

impl<S> FromRequestParts<S> for Seller
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        let id = user.seller_id.ok_or(Error::Forbidden(sentences::THIS_PAGE_IS_FOR_SELLERS))?;
        Ok(Seller { id, user })
    }
}

/// Somebody signed in who runs the place, and has a second factor, unless it is the demo's admin. For everyone else the page doesn't exist.
#[derive(Clone, Debug)]
pub struct Admin(pub CurrentUser);

impl<S> FromRequestParts<S> for Admin
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        match (user.is_admin, user.must_have_second_factor() && !user.has_second_factor) {
            (false, _) => Err(Error::NotFound),
            (true, true) => Err(Error::FirstDo("/account/second-factor")),
            (true, false) => Ok(Admin(user)),
        }
    }
}
