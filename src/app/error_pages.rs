//! What an error looks like to whoever asked.

use axum::{
    Json,
    extract::{FromRequestParts as _, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::web::{
    Shell, ShellSource, error::ErrorPage, error_page::ErrorTemplate, problem, request_id, wants_json,
};

/// Makes a page of an [`Error`](crate::web::Error)'s response for a browser, and JSON for a program.
///
/// It stands in the router twice: inside the session layer, where a page knows whose it is, and
/// outside of everything, for what the other layers refuse.
pub async fn error_pages(State(shell): State<ShellSource>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut response = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(mut page) = response.extensions_mut().remove::<ErrorPage>() else {
        return response;
    };
    let is_api = parts.uri.path().starts_with("/api/");
    if is_api || page.status.is_server_error() {
        page.request_id = request_id::in_extensions(&parts.extensions).map(str::to_owned);
    }
    // Of the answer that the page stands for: when to try again, and that the connection ends.
    let mut kept = std::mem::take(response.headers_mut());
    kept.remove(header::CONTENT_TYPE);
    kept.remove(header::CONTENT_LENGTH);
    let mut response = if is_api {
        problem::response(page)
    } else if wants_json(&parts.headers) {
        let mut answer = json!({ "code": page.code, "error": page.sentence });
        if let Some(id) = page.request_id {
            answer["request_id"] = id.into();
        }
        (page.status, Json(answer)).into_response()
    } else {
        // Without a database the page is drawn for nobody in particular.
        let known = match page.status {
            StatusCode::SERVICE_UNAVAILABLE => None,
            _ => Shell::from_request_parts(&mut parts, &shell).await.ok(),
        };
        let shell = known.unwrap_or_else(|| shell.offline(None, parts.uri.path()));
        (page.status, ErrorTemplate { shell, page }).into_response()
    };
    response.headers_mut().extend(kept);
    response
}
