//! `/login/passkey`: signing in by a passkey alone.
//!
//! What it proves is as good as a password and a code; from there on it is the same sign-in, with the same suspension,
//! known browsers, letters and admission.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{finish_sign_in::finish_sign_in, sign_in::SUSPENDED};
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        extract::MaybeUser,
        known_browsers::{self, BrowserToken},
        limits::{Attempt, SignInLimits},
        model::Email,
        passkeys::{self, RelyingParty, Whose},
        pending_sign_in::PendingSignIn,
        sessions::SessionOwner,
        store,
        views::LoginPage,
    },
    web::{ClientAddr, FieldErrors, Form, Result, ReturnTo, Shell, forgery::PublicOrigin},
};

pub(super) const NOT_ACCEPTED: &str = sentences::THAT_PASSKEY_ISNT_KNOWN_HERE;

/// What `passkeys.js` sends: an authenticator's answer, as JSON.
#[derive(Deserialize)]
pub(in crate::accounts) struct PasskeyForm {
    #[serde(default)]
    pub(super) credential: String,
    #[serde(default)]
    pub(super) next: ReturnTo,
}

/// `POST /login/passkey/challenge`
pub(in crate::accounts) async fn ask(
    (State(db), State(party)): (State<PgPool>, State<RelyingParty>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    session: Session,
) -> Result<Json<Value>> {
    limits.try_challenge(addr)?;
    Ok(Json(passkeys::start_assertion(&db, &party, &session, Whose::Anybody).await?))
}

/// `POST /login/passkey`
pub(in crate::accounts) async fn sign_in(
    (State(db), State(events), State(party)): (State<PgPool>, State<AccessEvents>, State<RelyingParty>),
    (State(limits), State(origin), ClientAddr(addr)): (State<SignInLimits>, State<PublicOrigin>, ClientAddr),
    (headers, browser): (HeaderMap, Browser),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(PasskeyForm { credential, next }): Form<PasskeyForm>,
) -> Result<Response> {
    let taken = limits.take(&Attempt::Passkey(addr))?;
    let found = passkeys::finish_assertion(&db, &party, &session, Whose::Anybody, &credential).await;
    if !matches!(found, Ok(None)) {
        taken.give_back();
    }
    let owner = match found? {
        Some(account_id) => {
            store::accounts::key_owner(&db, account_id).await?.map(|owner| (account_id, owner))
        }
        None => None,
    };
    let mut errors = FieldErrors::default();
    match owner {
        Some((_, owner)) if owner.suspended => errors.add("passkey", SUSPENDED),
        Some((account_id, owner)) => {
            let known = match Email::parse_stored(&owner.email) {
                Ok(email) => {
                    let browser = BrowserToken::from_headers(&headers);
                    known_browsers::known_account(&db, browser.as_ref(), &email).await?.is_some()
                }
                Err(_) => false,
            };
            let session_owner = SessionOwner { account_id, epoch: owner.session_epoch };
            let done = PendingSignIn::new(session_owner, &owner.email, &next, known, owner.email_confirmed);
            return finish_sign_in(
                (&db, &events, &origin),
                (&session, &shell, &headers),
                before.as_deref(),
                &browser,
                &done,
            )
            .await;
        }
        None => errors.add("passkey", NOT_ACCEPTED),
    }
    let page = LoginPage { shell, errors, next, email: String::new(), takes_passkeys: true };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
