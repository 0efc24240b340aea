//! What the token endpoint answers (RFC 6749, 5): JSON that no cache keeps.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use crate::web;

/// Programs tell them apart by their codes, which are the standard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::accounts) enum OAuthError {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnsupportedGrantType,
    /// Somebody at this network tried very often.
    TooMany,
    /// It isn't the app's fault.
    Unavailable,
}

impl OAuthError {
    fn code(self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::BAD_REQUEST, "invalid_client"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        }
    }
}

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, code) = self.code();
        let mut response = (status, NO_STORE, Json(json!({ "error": code }))).into_response();
        if matches!(self, Self::TooMany | Self::Unavailable) {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("10"));
        }
        response
    }
}

/// Written into the log once, as a page's failure is.
impl From<web::Error> for OAuthError {
    fn from(error: web::Error) -> Self {
        match error {
            web::Error::TooMany(_) => Self::TooMany,
            web::Error::Unavailable(cause) | web::Error::Internal(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "request failed");
                Self::Unavailable
            }
            _ => Self::InvalidRequest,
        }
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        web::Error::from(error).into()
    }
}

/// RFC 6749, 5.1.
#[derive(Serialize)]
pub(in crate::accounts) struct Tokens {
    pub access_token: String,
    pub token_type: &'static str,
    pub expires_in: i64,
    pub refresh_token: String,
    pub scope: String,
}

impl IntoResponse for Tokens {
    fn into_response(self) -> Response {
        (NO_STORE, Json(self)).into_response()
    }
}
