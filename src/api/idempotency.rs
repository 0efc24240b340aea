//! `Idempotency-Key`: a POST that is sent again under the same key isn't carried out again, it is answered again.
//!
//! ```text
//! no row → claim it → carry out → keep the answer          a row with another hash   → 422
//! a row with an answer → that                              a row without an answer   → 409, or after two minutes anew
//! ```
//!
//! What was refused has changed nothing and is forgotten, so that the same key can succeed. Keys are an account's own
//! and last a day. Messages need none: they have a `client_id`, which lasts for ever.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Extension, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use utoipa::openapi::{
    RefOr, Required,
    path::{ParameterBuilder, ParameterIn},
    schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
};
use utoipa_axum::router::UtoipaMethodRouter;
use uuid::Uuid;

use super::{
    error::{ApiError, Result},
    operation, sentences, store,
};
use crate::{
    accounts::MaybeUser,
    web::{Error, FieldProblem},
};

const KEY: &str = "idempotency-key";
/// Of a body that is JSON, and of an answer that is kept.
const MAX_BODY: usize = 64 * 1024;

/// The endpoints take an `Idempotency-Key`; `has_json`: what counts as the same request is the same body. (Of an upload,
/// which isn't held in memory, it is the length.)
pub fn idempotent<S: Clone + Send + Sync + 'static>(
    has_json: bool,
    (schemas, mut paths, router): UtoipaMethodRouter<S, Infallible>,
) -> UtoipaMethodRouter<S, Infallible> {
    let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    let schema = ObjectBuilder::new().schema_type(Type::String).format(Some(uuid));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(sentences::ABOUT_IDEMPOTENCY_KEYS))
        .schema(Some(schema))
        .build();
    for operation in operation::operations(&mut paths) {
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter.clone()));
        operation::add_refusal(operation, "409");
    }
    (schemas, paths, router.route_layer(from_fn_with_state(has_json, answer_once)))
}

async fn answer_once(
    State(has_json): State<bool>,
    Extension(db): Extension<PgPool>,
    request: Request,
    next: Next,
) -> Result<Response> {
    let Some(key) = request.headers().get(KEY) else { return Ok(next.run(request).await) };
    let key = key.to_str().ok().and_then(|key| key.trim().parse::<Uuid>().ok());
    let key = key.ok_or_else(|| {
        ApiError::invalid(vec![FieldProblem::in_query("Idempotency-Key", sentences::A_KEY_IS_A_UUID)])
    })?;
    let user = request.extensions().get::<MaybeUser>().and_then(|MaybeUser(user)| user.clone());
    let account_id = user.ok_or(Error::Unauthorized)?.account_id;
    let (request, hash) = hashed(request, has_json).await?;
    match store::claim_key(&db, account_id, key, &hash).await? {
        store::Claim::Made => {}
        store::Claim::OtherRequest => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(ApiError::new(status, "idempotency_key_reused", sentences::THAT_KEY_WAS_USED));
        }
        store::Claim::Running => {
            let status = StatusCode::CONFLICT;
            return Err(ApiError::new(status, "idempotency_key_running", sentences::STILL_BEING_CARRIED_OUT));
        }
        store::Claim::Answered(answer) => return Ok(kept(answer)),
    }
    // Whoever goes away meanwhile doesn't leave the key claimed: the request is carried out to its end.
    let carried_out = tokio::spawn(async move {
        let response = next.run(request).await;
        keep(&db, account_id, key, response).await
    });
    carried_out.await.map_err(|error| Error::Internal(error.into()))?
}

async fn hashed(request: Request, has_json: bool) -> Result<(Request, Vec<u8>)> {
    let (parts, body) = request.into_parts();
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update(parts.uri.path());
    if !has_json {
        hash.update(parts.headers.get(header::CONTENT_LENGTH).map_or(&b"?"[..], HeaderValue::as_bytes));
        return Ok((Request::from_parts(parts, body), hash.finalize().to_vec()));
    }
    let bytes =
        to_bytes(body, MAX_BODY).await.map_err(|_| Error::TooLarge(sentences::THE_BODY_IS_TOO_LARGE))?;
    hash.update(&bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), hash.finalize().to_vec()))
}

/// Keeps the answer of what was carried out. What was refused has changed nothing, and is looked at anew.
async fn keep(db: &PgPool, account_id: i64, key: Uuid, response: Response) -> Result<Response> {
    let status = response.status();
    if !status.is_success() {
        store::forget_key(db, account_id, key).await?;
        return Ok(response);
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let location = location.map(str::to_owned);
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|error| Error::Internal(error.into()))?;
    store::keep_answer(db, account_id, key, status.as_u16() as i16, &bytes, location.as_deref()).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn kept(answer: store::Answer) -> Response {
    let status = StatusCode::from_u16(answer.status as u16).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::from(answer.body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// Forgets keys that are older than a day; run periodically.
pub async fn sweep(db: &PgPool) -> sqlx::Result<u64> {
    store::sweep_keys(db).await
}
