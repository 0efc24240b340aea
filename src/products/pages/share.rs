//! `/share`: pictures and words that somebody shares from another program (Web Share Target) become a product's form.
//!
//! ```text
//! the system → POST /share ─ signed in → photos are drafts, the form waits in the session → /seller/products/new
//!                          ↘ not       → 401; the worker keeps the files over the sign-in → GET /share hands them in
//! ```
//!
//! A share comes from no page (`Sec-Fetch-Site: none`), a page of ours, or not at all: what another site posts is refused by
//! the forgery layer before, and so is what the worker passes on for it. Without a worker the 401 says what to do. Nothing
//! is published by it.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use tower_sessions::Session;

use super::{
    super::{form::ProductForm, kept_form, state, submission::receiver, views::SharePage},
    owner::{NEW, blank_form},
};
use crate::{
    accounts::{self, CurrentUser},
    web::{Error, Result, Shell},
};

pub async fn show(shell: Shell, _: CurrentUser) -> SharePage {
    SharePage { shell }
}

pub async fn receive(
    State(state): State<state::State>,
    (session, shell): (Session, Shell),
    user: Result<CurrentUser>,
    request: Request,
) -> Result<Response> {
    let user = match user {
        Ok(user) => user,
        Err(Error::SignInFirst { .. }) => {
            return Ok((StatusCode::UNAUTHORIZED, SharePage { shell }).into_response());
        }
        Err(refused) => return Err(refused),
    };
    let seller = accounts::start_selling(&state.db, &state.access, user).await?;
    let account_id = seller.user.account_id;
    let mut sent = receiver(&state, Some(&seller), account_id).receive(request).await?;
    let ProductForm { title, description, .. } = sent.form;
    let blank = blank_form(&state.db, &shell.marketplace, &seller).await?;
    sent.form = ProductForm { title, description, account: account_id.to_string(), ..blank };
    kept_form::keep_shared(&session, NEW, sent).await?;
    Ok(Redirect::to(NEW).into_response())
}
