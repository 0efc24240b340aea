//! `/account/passkeys`: adding one, and removing one. They are listed on the page of second factors.
//!
//! Like everything there, asked for again when the last proof is old (`reauthentication.rs`), and told by a letter.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::Value;
use tower_sessions::Session;

use super::second_factor::{ADMINS_KEEP_ONE, PAGE, Parts, page};
use crate::accounts::sentences;
use crate::{
    accounts::{
        current_user::CurrentUser,
        letters,
        passkeys::{self, Registrant, Registration},
        second_factor, store,
        views::RecoveryCodesPage,
    },
    web::{Error, FieldErrors, Form, Path, Result, Shell, flash, form},
};

const MAX_NAME: usize = 60;

/// `POST /account/passkeys/challenge`
pub(in crate::accounts) async fn ask(
    State(Parts { db, party, .. }): State<Parts>,
    (session, shell): (Session, Shell),
    user: CurrentUser,
) -> Result<Json<Value>> {
    let who = Registrant {
        account_id: user.account_id,
        email: &user.email,
        name: &user.name,
        marketplace: &shell.marketplace.name,
    };
    Ok(Json(passkeys::start_registration(&db, &party, &session, who).await?))
}

#[derive(Deserialize)]
pub(in crate::accounts) struct NewPasskeyForm {
    #[serde(default)]
    passkey_name: String,
    /// The authenticator's answer, as JSON.
    #[serde(default)]
    credential: String,
}

/// `POST /account/passkeys`
pub(in crate::accounts) async fn add(
    State(parts): State<Parts>,
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<NewPasskeyForm>,
) -> Result<Response> {
    let Parts { db, party, .. } = &parts;
    let mut errors = FieldErrors::default();
    // It comes from being asked who is there, and the device hasn't been asked yet.
    if typed.credential.is_empty() {
        return page(&parts, shell, &user, typed.passkey_name, errors).await;
    }
    if let Some(name) = errors.check("passkey_name", form::line(&typed.passkey_name, MAX_NAME)) {
        let answer = (name.as_str(), typed.credential.as_str());
        let sentence =
            match passkeys::finish_registration(db, party, &session, user.account_id, answer).await? {
                Registration::Added(codes) => {
                    let words = letters::passkey_added(&shell.marketplace, &name);
                    letters::enqueue_if(user.email_confirmed, db, &shell.marketplace, &user.email, &words)
                        .await?;
                    if let Some(codes) = codes {
                        return Ok(RecoveryCodesPage { shell, codes }.into_response());
                    }
                    flash::success(&session, sentences::signs_you_in_from_now_on(name)).await?;
                    return Ok(Redirect::to(PAGE).into_response());
                }
                Registration::Late => sentences::THAT_TOOK_LONGER_THAN_FIVE_MINUTES_TRY_AGAIN,
                Registration::Wrong => sentences::YOUR_DEVICE_ANSWERED_SOMETHING_ELSE_THAN_IT_WAS_ASKED,
                Registration::Refused => sentences::THAT_PASSKEY_IS_IN_USE_ALREADY,
            };
        errors.add("passkey", sentence);
    }
    page(&parts, shell, &user, typed.passkey_name, errors).await
}

/// `POST /account/passkeys/{id}/remove`: an admin keeps a second factor.
pub(in crate::accounts) async fn remove(
    State(Parts { db, .. }): State<Parts>,
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    let factors = store::second_factors::of_account(&db, user.account_id).await?;
    if user.is_admin && factors.count() == 1 {
        return Err(ADMINS_KEEP_ONE);
    }
    let name = second_factor::remove_passkey(&db, user.account_id, id).await?.ok_or(Error::NotFound)?;
    let words = letters::passkey_removed(&shell.marketplace, &name, factors.count() == 1);
    letters::enqueue_if(user.email_confirmed, &db, &shell.marketplace, &user.email, &words).await?;
    flash::success(&session, sentences::signs_nobody_in_any_more(name)).await?;
    Ok(Redirect::to(PAGE))
}
