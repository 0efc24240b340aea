//! Passkeys (WebAuthn): public keys whose private halves stay in people's devices. One signs its owner in after the
//! password, or instead of it: each asks for a fingerprint or a PIN, and so is two factors by itself.
//!
//! ```text
//! relying_party   what is asked and how answers are checked: all of webauthn-rs
//! challenge       a question's other half, in the session until its answer comes
//! model           what passes between them
//! here            registration (a key is added) and assertion (a key is used)
//! ```
//!
//! Invariant: an answer counts for the account whose key it is, and for the question that this session was asked last.

mod challenge;
mod model;
#[cfg(feature = "passkeys")]
mod relying_party;
#[cfg(not(feature = "passkeys"))]
#[path = "without.rs"]
mod relying_party;

pub(super) use model::{Registrant, Whose};
pub use relying_party::RelyingParty;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower_sessions::Session;
use uuid::Uuid;

use self::challenge::{Challenge, Purpose};
use super::{second_factor, security_events::SecurityEvent, store};
use crate::web::Result;

pub(super) async fn start_registration(
    db: &PgPool,
    party: &RelyingParty,
    session: &Session,
    who: Registrant<'_>,
) -> Result<Value> {
    let existing = store::passkeys::credential_ids(db, who.account_id).await?;
    let handle = store::passkeys::user_handle(db, who.account_id).await?.unwrap_or_else(Uuid::new_v4);
    let question = party.ask_for_registration(&who, handle, existing)?;
    let state = json!({ "handle": handle, "state": question.state });
    Challenge::new(Purpose::Registration(who.account_id), state).keep(session).await?;
    Ok(question.for_browser)
}

pub(super) enum Registration {
    /// With recovery codes, if it is the account's first second factor.
    Added(Option<Vec<String>>),
    /// There was no question, or it is too old.
    Late,
    /// The answer is none to the question.
    Wrong,
    /// Somebody has the key already, or there are too many.
    Refused,
}

pub(super) async fn finish_registration(
    db: &PgPool,
    party: &RelyingParty,
    session: &Session,
    account_id: i64,
    (name, answer): (&str, &str),
) -> Result<Registration> {
    let Some(asked) = Challenge::take(db, session, Purpose::Registration(account_id)).await? else {
        return Ok(Registration::Late);
    };
    let Ok(handle) = serde_json::from_value::<Uuid>(asked["handle"].clone()) else {
        return Ok(Registration::Late);
    };
    let Some(new) = party.check_registration(&asked["state"], answer) else {
        return Ok(Registration::Wrong);
    };
    let mut tx = db.begin().await?;
    let row = store::passkeys::NewPasskey {
        account_id,
        credential_id: &new.id,
        user_handle: handle,
        credential: &new.credential,
        sign_count: new.sign_count.into(),
        name,
    };
    if !store::passkeys::insert(&mut *tx, &row).await? {
        return Ok(Registration::Refused);
    }
    let codes = match store::second_factors::recovery_codes_left(&mut *tx, account_id).await? {
        0 => Some(second_factor::replace_recovery_codes(&mut tx, account_id).await?),
        _ => None,
    };
    SecurityEvent::PasskeyAdded.enqueue(&mut tx, account_id).await?;
    tx.commit().await?;
    Ok(Registration::Added(codes))
}

fn purpose(whose: Whose) -> Purpose {
    match whose {
        Whose::Anybody => Purpose::SignIn,
        Whose::Account(id) => Purpose::Account(id),
    }
}

pub(super) async fn start_assertion(
    db: &PgPool,
    party: &RelyingParty,
    session: &Session,
    whose: Whose,
) -> Result<Value> {
    let allowed = match whose {
        Whose::Anybody => Vec::new(),
        Whose::Account(id) => store::passkeys::credential_ids(db, id).await?,
    };
    let question = party.ask_for_assertion(&allowed)?;
    Challenge::new(purpose(whose), question.state).keep(session).await?;
    Ok(question.for_browser)
}

/// The account whose key has answered; none if the answer isn't right, for whatever reason.
pub(super) async fn finish_assertion(
    db: &PgPool,
    party: &RelyingParty,
    session: &Session,
    whose: Whose,
    answer: &str,
) -> Result<Option<i64>> {
    let Some(state) = Challenge::take(db, session, purpose(whose)).await? else { return Ok(None) };
    let Some(claim) = party.read_assertion(answer) else { return Ok(None) };
    let Some(row) = store::passkeys::by_credential_id(db, claim.credential_id()).await? else {
        return Ok(None);
    };
    let is_theirs = match whose {
        Whose::Anybody => claim.user_handle() == Some(row.user_handle),
        Whose::Account(id) => {
            id == row.account_id && claim.user_handle().is_none_or(|handle| handle == row.user_handle)
        }
    };
    if !is_theirs {
        return Ok(None);
    }
    let Some(sign_count) = party.check_assertion(&state, &claim, &row.credential).map(i64::from) else {
        return Ok(None);
    };
    // Synchronised keys don't count. One that does and goes back may have been copied; its owner can't be told from a
    // thief by it, so that it is looked at and not refused.
    if sign_count <= row.sign_count && row.sign_count > 0 {
        tracing::warn!(passkey = row.id, sign_count, before = row.sign_count, "a passkey's count went back");
    }
    // It may have been removed just now.
    let is_used = store::passkeys::note_use(db, row.id, sign_count).await?;
    Ok(is_used.then_some(row.account_id))
}
