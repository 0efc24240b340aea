//! `GET /api/v1`: what this marketplace is, and what its API has.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{error::Result, paging, state::DocumentJson},
    notices::{self, push_key},
    products::MAX_PHOTOS,
    web::LiveMarketplace,
};

/// A marketplace.
#[derive(Serialize, ToSchema)]
pub struct Root {
    name: String,
    /// Of the API.
    #[schema(example = "v1")]
    version: &'static str,
    features: Vec<&'static str>,
    limits: Limits,
    /// For push subscriptions: the VAPID public key (RFC 8292), base64url.
    push_key: String,
    /// ISO 4217, in which prices may be; empty for all.
    currencies: Vec<String>,
}

/// What is too much.
#[derive(Serialize, ToSchema)]
struct Limits {
    page: i64,
    product_photos: usize,
    /// Unicode scalar values.
    message_characters: usize,
    requests_per_minute: u32,
}

#[utoipa::path(get, path = "/", tag = "Marketplace", operation_id = "getMarketplace", summary = "What this marketplace is, and what its API has.", responses((status = 200, body = Root)))]
pub async fn root(
    State(marketplace): State<LiveMarketplace>,
    State(notices): State<notices::State>,
) -> Result<Json<Root>> {
    let marketplace = marketplace.current();
    Ok(Json(Root {
        name: marketplace.name.clone(),
        version: "v1",
        features: vec!["chat", "products", "notices", "webpush", "unifiedpush", "oauth", "webhooks"],
        limits: Limits {
            page: paging::MAX_LIMIT,
            product_photos: MAX_PHOTOS,
            message_characters: 4000,
            requests_per_minute: crate::api::limits::PER_MINUTE.get(),
        },
        push_key: push_key(&notices).await?,
        currencies: marketplace.currencies.clone(),
    }))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "Marketplace", operation_id = "getDocument", summary = "This document.", responses((status = 200, body = serde_json::Value)))]
pub async fn openapi(State(DocumentJson(json)): State<DocumentJson>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json()).into_response()
}
