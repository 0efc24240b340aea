//! Whose an answer is: `Haggle-Account`, by which the service worker tells whether what it keeps is still of whoever is
//! signed in.
//!
//! An answer to somebody signed in names their account. A request may name the account that it is meant for: what waited on
//! a device isn't sent in the name of whoever has signed in since.

use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sqlx::PgPool;

use super::extract::MaybeUser;
use crate::web::Error;

const ACCOUNT: HeaderName = HeaderName::from_static("haggle-account");

/// The layer, for `from_fn_with_state`; inside the gate, which mostly knows already who is asking.
pub async fn name_account(State(db): State<PgPool>, request: Request, next: Next) -> Response {
    let meant = request.headers().get(ACCOUNT).cloned();
    let known = request.extensions().get::<MaybeUser>().cloned();
    let (user, request) = match (known, &meant) {
        (Some(user), _) => (user, request),
        (None, None) => return next.run(request).await,
        (None, Some(_)) => {
            let (mut parts, body) = request.into_parts();
            match MaybeUser::from_request_parts(&mut parts, &db).await {
                Ok(user) => (user, Request::from_parts(parts, body)),
                Err(error) => return error.into_response(),
            }
        }
    };
    let name = user.0.map(|user| HeaderValue::from(user.account_id));
    if meant.is_some() && meant != name {
        return Error::Unauthorized.into_response();
    }
    let mut response = next.run(request).await;
    if let Some(name) = name {
        response.headers_mut().insert(ACCOUNT, name);
    }
    response
}
