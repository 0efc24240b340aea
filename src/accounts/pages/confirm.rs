//! `/account/confirm`: proving to be the owner once more, and then going on. What asks for it is `reauthentication.rs`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    accounts::{
        current_user::CurrentUser,
        passkeys::{self, RelyingParty, Whose},
        reauthentication, store,
    },
    web::{FieldErrors, Form, Query, Result, ReturnForm, Shell},
};

pub(in crate::accounts) async fn show(
    (State(db), State(party)): (State<PgPool>, State<RelyingParty>),
    shell: Shell,
    user: CurrentUser,
    Query(ReturnForm { next }): Query<ReturnForm>,
) -> Result<Response> {
    if store::sessions::proved_lately(&db, &user.session).await? {
        return Ok(Redirect::to(next.or("/account")).into_response());
    }
    let fields = vec![("next".to_owned(), next.text().to_owned())];
    let place = (reauthentication::PAGE.to_owned(), fields);
    Ok(reauthentication::page(&db, &party, shell, &user, place, FieldErrors::default())
        .await?
        .into_response())
}

/// With a proof: without one, nobody gets this far.
pub(in crate::accounts) async fn go_on(
    _: CurrentUser,
    Form(ReturnForm { next }): Form<ReturnForm>,
) -> Redirect {
    Redirect::to(next.or("/account"))
}

/// `POST /account/confirm/challenge`
pub(in crate::accounts) async fn ask_passkey(
    (State(db), State(party)): (State<PgPool>, State<RelyingParty>),
    session: Session,
    user: CurrentUser,
) -> Result<Json<Value>> {
    Ok(Json(passkeys::start_assertion(&db, &party, &session, Whose::Account(user.account_id)).await?))
}
