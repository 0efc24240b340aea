//! Webhooks of one's own: who is called, and each call.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::CurrentUser,
    api::{
        error::{ApiError, Result},
        json::{Body, Id},
        paging::Page,
    },
    web::{Error, FieldProblem, Path},
    webhooks::{self, DeliveryLine, WebhookError},
};

/// Who is called when something happens (Standard Webhooks). At least once, in no promised order; a repeat carries the
/// same `webhook-id`. Words of messages are never sent.
#[derive(Serialize, ToSchema)]
pub struct Webhook {
    id: Id,
    #[schema(format = "uri")]
    url: String,
    events: Vec<String>,
    is_enabled: bool,
    /// Why it isn't, where nobody switched it off.
    disabled_reason: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// What calls are signed with, `whsec_…`: said once, when it is made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<webhooks::Webhook> for Webhook {
    fn from(webhook: webhooks::Webhook) -> Self {
        Webhook {
            id: Id(webhook.id),
            url: webhook.url,
            events: webhook.events,
            is_enabled: webhook.is_enabled,
            disabled_reason: webhook.disabled_reason,
            created_at: webhook.created_at,
            secret: None,
        }
    }
}

fn refused(error: WebhookError) -> ApiError {
    let pointer = match error.field() {
        "" => String::new(),
        field => format!("/{field}"),
    };
    ApiError::invalid(vec![FieldProblem::in_body(pointer, error.to_string())])
}

#[utoipa::path(get, path = "/me/webhooks", tag = "Be told", operation_id = "listWebhooks", summary = "Whom one lets call.", responses((status = 200, body = Page<Webhook>)))]
pub async fn list(State(state): State<webhooks::State>, user: CurrentUser) -> Result<Json<Page<Webhook>>> {
    let list = webhooks::list(&state.db, Some(user.account_id)).await?;
    Ok(Json(Page::whole(list.into_iter().map(Webhook::from).collect())))
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// `https://…`, of the open internet.
    #[schema(format = "uri", max_length = 1000)]
    url: String,
    /// `product.created`, `product.updated`, `product.state_changed`, `room.created`, `message.created`.
    #[schema(min_items = 1, max_items = 20)]
    events: Vec<String>,
}

#[utoipa::path(post, path = "/me/webhooks", tag = "Be told", operation_id = "createWebhook", summary = "Has a server called.", request_body = NewWebhook, responses((status = 201, body = Webhook)))]
pub async fn create(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Body(new): Body<NewWebhook>,
) -> Result<Response> {
    let made = webhooks::make(&state, Some(user.account_id), &new.url, &new.events).await?;
    let (webhook, secret) = made.map_err(refused)?;
    let webhook = Webhook { secret: Some(secret.reveal()), ..webhook.into() };
    Ok((StatusCode::CREATED, Json(webhook)).into_response())
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    #[schema(format = "uri", max_length = 1000)]
    url: Option<String>,
    #[schema(min_items = 1, max_items = 20)]
    events: Option<Vec<String>>,
    is_enabled: Option<bool>,
}

#[utoipa::path(patch, path = "/me/webhooks/{id}", tag = "Be told", operation_id = "updateWebhook", summary = "Changes a webhook.", params(("id" = Id, Path)), request_body = WebhookChange, responses((status = 200, body = Webhook)))]
pub async fn update(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
    Body(change): Body<WebhookChange>,
) -> Result<Json<Webhook>> {
    let wanted = (change.url.as_deref(), change.events.as_deref(), change.is_enabled);
    let changed = webhooks::change(&state, Some(user.account_id), id, wanted).await?;
    Ok(Json(changed.ok_or(Error::NotFound)?.map_err(refused)?.into()))
}

#[utoipa::path(delete, path = "/me/webhooks/{id}", tag = "Be told", operation_id = "deleteWebhook", summary = "Removes a webhook.", params(("id" = Id, Path)), responses((status = 204)))]
pub async fn delete(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    match webhooks::remove(&state.db, Some(user.account_id), id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::NotFound.into()),
    }
}

/// A new secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecret {
    /// `whsec_…`. Calls are signed with the one before, too, for a day.
    secret: String,
}

#[utoipa::path(post, path = "/me/webhooks/{id}/rotate", tag = "Be told", operation_id = "rotateWebhookSecret", summary = "Changes its secret.", params(("id" = Id, Path)), responses((status = 200, body = WebhookSecret)))]
pub async fn rotate(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<WebhookSecret>> {
    let secret = webhooks::rotate(&state, Some(user.account_id), id).await?.ok_or(Error::NotFound)?;
    Ok(Json(WebhookSecret { secret: secret.reveal() }))
}

#[utoipa::path(post, path = "/me/webhooks/{id}/test", tag = "Be told", operation_id = "testWebhook", summary = "Calls it with an event that means nothing.", params(("id" = Id, Path)), responses((status = 202, description = "It is being called.")))]
pub async fn test(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    webhooks::send_test(&state.db, Some(user.account_id), id).await?.ok_or(Error::NotFound)?;
    Ok(StatusCode::ACCEPTED)
}

/// A call.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    id: Uuid,
    event: String,
    /// `waiting`, `delivered`, `failed`.
    state: String,
    attempts: i32,
    /// What was answered last.
    answer_status: Option<i32>,
    error: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it is tried again, while it waits.
    #[serde(with = "time::serde::rfc3339::option")]
    next_at: Option<OffsetDateTime>,
}

impl From<DeliveryLine> for Delivery {
    fn from(line: DeliveryLine) -> Self {
        Delivery {
            id: line.id,
            event: line.event,
            attempts: line.attempts,
            answer_status: line.answer_status,
            error: line.error,
            created_at: line.created_at,
            next_at: (line.state == "waiting").then_some(line.next_at),
            state: line.state,
        }
    }
}

#[utoipa::path(get, path = "/me/webhooks/{id}/deliveries", tag = "Be told", operation_id = "listDeliveries", summary = "The last hundred calls.", params(("id" = Id, Path)), responses((status = 200, body = Page<Delivery>)))]
pub async fn deliveries(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<Page<Delivery>>> {
    let lines = webhooks::deliveries(&state.db, Some(user.account_id), id).await?.ok_or(Error::NotFound)?;
    Ok(Json(Page::whole(lines.into_iter().map(Delivery::from).collect())))
}

#[utoipa::path(post, path = "/me/webhooks/{id}/deliveries/{delivery}/retry", tag = "Be told", operation_id = "retryDelivery", summary = "Calls again.", params(("id" = Id, Path), ("delivery" = Uuid, Path)), responses((status = 202, description = "It is being called.")))]
pub async fn retry(
    State(state): State<webhooks::State>,
    user: CurrentUser,
    Path((id, delivery)): Path<(i64, Uuid)>,
) -> Result<StatusCode> {
    match webhooks::send_again(&state.db, Some(user.account_id), id, delivery).await? {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(Error::NotFound.into()),
    }
}
