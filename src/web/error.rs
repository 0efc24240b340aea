//! One error enum that is a page.
//!
//! A handler returns [`Error`]; its response carries an [`ErrorPage`] in its extensions, which the
//! outermost layer (`app.rs`) renders for whoever asked: a page for a browser, JSON for a program.
//! The cause goes to the log once, here, in the request's span; the browser gets a fixed
//! sentence and the request's id, never the cause.

use axum::{
    extract::rejection::{FormRejection, PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::QueryRejection;

use crate::web::{field_problem::FieldProblem, sentences};
use crate::{db::ErrorClass, telemetry::names::POOL_TIMEOUTS};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no page. Expected refusals of a form aren't here: they are the form again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    #[error("gone: {0}")]
    Gone(&'static str),
    /// A page for signed-in people: the visitor goes to `/login` and comes back to this path.
    #[error("sign in first")]
    SignInFirst { next: String },
    /// Something of one's own has to be set up before this page is opened, at this path.
    #[error("first do {0}")]
    FirstDo(&'static str),
    /// The same for sockets and programs.
    #[error("no session")]
    Unauthorized,
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    #[error("bad request: {0}")]
    BadRequest(String),
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// The request came too slowly, or stood still.
    #[error("too slow")]
    TooSlow,
    #[error("too many requests: {0}")]
    TooMany(&'static str),
    /// There is no place for it just now: load shedding.
    #[error("busy: {0}")]
    Busy(&'static str),
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("unavailable")]
    Unavailable(#[source] anyhow::Error),
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// What the person is told.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    pub status: StatusCode,
    /// [`Error::code`].
    pub code: &'static str,
    pub title: &'static str,
    pub sentence: String,
    /// For the person to quote and the admin to find in the log: the request's id, where the fault is ours.
    pub request_id: Option<String>,
    /// For programs: which parts of what they sent are wrong.
    pub fields: Vec<FieldProblem>,
}

impl Error {
    /// What programs tell errors apart by, whatever the sentence says; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotFound => "not_found",
            Error::Gone(_) => "gone",
            Error::SignInFirst { .. } | Error::Unauthorized => "unauthorized",
            Error::FirstDo(_) => "setup_needed",
            Error::Forbidden(_) => "forbidden",
            Error::BadRequest(_) => "bad_request",
            Error::TooLarge(_) => "too_large",
            Error::TooSlow => "too_slow",
            Error::TooMany(_) => "too_many_requests",
            Error::Busy(_) => "busy",
            Error::MethodNotAllowed => "method_not_allowed",
            Error::Unavailable(_) => "unavailable",
            Error::Internal(_) => "internal",
        }
    }

    fn page(&self) -> ErrorPage {
        let (status, title, sentence): (_, _, &str) = match self {
            Error::NotFound => {
                (StatusCode::NOT_FOUND, "Nothing here", sentences::THERE_IS_NO_PAGE_AT_THIS_ADDRESS)
            }
            Error::Gone(sentence) => (StatusCode::GONE, "No longer here", sentence),
            Error::SignInFirst { .. } | Error::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "Sign in first", sentences::PLEASE_SIGN_IN_TO_GO_ON)
            }
            Error::FirstDo(_) => (
                StatusCode::FORBIDDEN,
                "One thing first",
                sentences::SOMETHING_HAS_TO_BE_SET_UP_ON_YOUR_ACCOUNT,
            ),
            Error::Forbidden(sentence) => (StatusCode::FORBIDDEN, "Not allowed", sentence),
            Error::BadRequest(sentence) => (StatusCode::BAD_REQUEST, "That didn't work", sentence),
            Error::TooLarge(sentence) => (StatusCode::PAYLOAD_TOO_LARGE, "That is too large", sentence),
            Error::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "That took too long",
                sentences::WHAT_YOU_SENT_STOPPED_ON_ITS_WAY,
            ),
            Error::TooMany(sentence) => (StatusCode::TOO_MANY_REQUESTS, "Too many at once", sentence),
            Error::Busy(sentence) => (StatusCode::SERVICE_UNAVAILABLE, "Back in a moment", sentence),
            Error::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "That didn't work",
                sentences::THIS_ADDRESS_DOESNT_TAKE_THAT_KIND_OF_REQUEST,
            ),
            Error::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Back in a moment",
                sentences::THE_MARKETPLACE_CANT_REACH_ITS_DATABASE_JUST_NOW,
            ),
            Error::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Something broke", sentences::THAT_IS_OUR_FAULT)
            }
        };
        ErrorPage {
            status,
            code: self.code(),
            title,
            sentence: sentence.to_owned(),
            request_id: None,
            fields: Vec::new(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Error::SignInFirst { next } = &self {
            return Redirect::to(&super::return_to::login_path(next)).into_response();
        }
        if let Error::FirstDo(path) = &self {
            return Redirect::to(path).into_response();
        }
        let page = self.page();
        if let Error::Unavailable(cause) | Error::Internal(cause) = &self {
            tracing::error!(cause = format!("{cause:#}"), "request failed");
        }
        let mut response = (page.status, page.sentence.clone()).into_response();
        if matches!(self, Error::Unavailable(_) | Error::TooMany(_) | Error::Busy(_)) {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(page);
        response
    }
}

/// An error that is answered with its sentence alone: crawlers and feed readers read no pages.
#[derive(Debug)]
pub struct PlainError(Error);

impl<E> From<E> for PlainError
where
    Error: From<E>,
{
    fn from(error: E) -> Self {
        PlainError(error.into())
    }
}

impl IntoResponse for PlainError {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().remove::<ErrorPage>();
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            metrics::counter!(POOL_TIMEOUTS).increment(1);
        }
        match ErrorClass::of(&error) {
            ErrorClass::Retry => Error::Unavailable(error.into()),
            ErrorClass::Rejected | ErrorClass::Internal => Error::Internal(error.into()),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Error::Internal(error)
    }
}

impl From<tower_sessions::session::Error> for Error {
    fn from(error: tower_sessions::session::Error) -> Self {
        Error::Unavailable(error.into())
    }
}

impl From<PathRejection> for Error {
    fn from(_: PathRejection) -> Self {
        Error::NotFound
    }
}

impl From<QueryRejection> for Error {
    fn from(_: QueryRejection) -> Self {
        Error::BadRequest(sentences::SOMETHING_IN_THIS_ADDRESS_CANT_BE_UNDERSTOOD.to_owned())
    }
}

impl From<FormRejection> for Error {
    fn from(rejection: FormRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Error::TooLarge(sentences::THE_FORM_HOLDS_MORE_THAN_THIS_PAGE_ACCEPTS);
        }
        Error::BadRequest(sentences::THE_FORM_COULDNT_BE_READ.to_owned())
    }
}
