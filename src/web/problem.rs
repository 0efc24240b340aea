//! Problem details (RFC 9457): an error as programs get it from `/api/`.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{error::ErrorPage, field_problem::FieldProblem};

/// Why a request wasn't carried out (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The address of its explanation.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/api#problem-not_found")]
    kind: String,
    title: &'static str,
    status: u16,
    /// In words for a person.
    detail: String,
    /// By this programs tell problems apart; it never changes. New ones may come.
    #[schema(example = "not_found")]
    code: &'static str,
    /// To be named to whoever runs the marketplace.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// What is wrong with parts of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// The answer for a program, without the headers of the one that it takes the place of.
pub fn response(page: ErrorPage) -> Response {
    let problem = Problem {
        kind: format!("/api#problem-{}", page.code),
        title: page.title,
        status: page.status.as_u16(),
        detail: page.sentence,
        code: page.code,
        request_id: page.request_id,
        errors: page.fields,
    };
    let mut response = (page.status, Json(problem)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
