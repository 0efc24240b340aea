//! `/admin/webhooks`: servers of whoever runs the place that are told what happens to products; of rooms and messages
//! they hear nothing.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    model::AuditAction,
    sentences, state, store,
    views::{WebhookLine, WebhooksPage},
};
use crate::{
    accounts::Admin,
    web::{Error, FieldErrors, Form, Path, Result, Shell, flash},
    webhooks::{self, Event},
};

/// Calls that stand open; those before are folded.
const SHOWN_CALLS: usize = 10;

pub(super) async fn list(State(state): State<state::State>, _: Admin, shell: Shell) -> Result<WebhooksPage> {
    page(&state, shell, String::new(), FieldErrors::default(), None).await
}

async fn page(
    state: &state::State,
    shell: Shell,
    url: String,
    errors: FieldErrors,
    secret: Option<String>,
) -> Result<WebhooksPage> {
    let mut lines = Vec::new();
    for webhook in webhooks::list(&state.db, None).await? {
        let mut calls = webhooks::deliveries(&state.db, None, webhook.id).await?.unwrap_or_default();
        let earlier = calls.split_off(calls.len().min(SHOWN_CALLS));
        lines.push(WebhookLine { webhook, calls, earlier });
    }
    Ok(WebhooksPage { shell, lines, url, errors, secret })
}

#[derive(Deserialize)]
pub(super) struct AddForm {
    #[serde(default)]
    url: String,
}

/// The answer shows the secret, this once.
pub(super) async fn add(
    State(state): State<state::State>,
    shell: Shell,
    Admin(admin): Admin,
    Form(AddForm { url }): Form<AddForm>,
) -> Result<Response> {
    let events: Vec<String> = Event::PUBLIC.map(str::to_owned).to_vec();
    let url = url.trim().to_owned();
    let mut errors = FieldErrors::default();
    match webhooks::make(&state.webhooks, None, &url, &events).await? {
        Ok((webhook, secret)) => {
            let subject = format!("webhook {} ({url})", webhook.id);
            store::audit::record(&state.db, admin.account_id, AuditAction::AddWebhook, &subject).await?;
            let secret = Some(secret.reveal());
            Ok(page(&state, shell, String::new(), errors, secret).await?.into_response())
        }
        Err(error) => {
            errors.add(error.field(), error.to_string());
            let page = page(&state, shell, url, errors, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(super) async fn remove(
    State(state): State<state::State>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    if webhooks::remove(&state.db, None, id).await? {
        let subject = format!("webhook {id}");
        store::audit::record(&state.db, admin.account_id, AuditAction::RemoveWebhook, &subject).await?;
        flash::success(&session, sentences::REMOVED_NOTHING_IS_SENT_THERE_ANY_MORE).await?;
    }
    Ok(Redirect::to("/admin/webhooks"))
}

/// One that was switched off, because its server was gone or took nothing, is called again.
pub(super) async fn enable(
    State(state): State<state::State>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    let changed = webhooks::change(&state.webhooks, None, id, (None, None, Some(true))).await?;
    match changed.ok_or(Error::NotFound)? {
        Ok(webhook) => {
            let subject = format!("webhook {id} ({})", webhook.url);
            store::audit::record(&state.db, admin.account_id, AuditAction::EnableWebhook, &subject).await?;
            flash::success(&session, sentences::SWITCHED_ON_IT_IS_CALLED_AGAIN).await?;
        }
        Err(error) => flash::error(&session, error.to_string()).await?,
    }
    Ok(Redirect::to("/admin/webhooks"))
}

pub(super) async fn test(
    State(state): State<state::State>,
    session: Session,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    webhooks::send_test(&state.db, None, id).await?.ok_or(Error::NotFound)?;
    flash::success(&session, sentences::IT_IS_BEING_CALLED).await?;
    Ok(Redirect::to("/admin/webhooks"))
}

#[derive(Deserialize)]
pub(super) struct AgainForm {
    #[serde(default)]
    delivery: String,
}

pub(super) async fn send_again(
    State(state): State<state::State>,
    session: Session,
    _: Admin,
    Path(id): Path<i64>,
    Form(AgainForm { delivery }): Form<AgainForm>,
) -> Result<Redirect> {
    let delivery: Uuid = delivery.parse().map_err(|_| Error::NotFound)?;
    if !webhooks::send_again(&state.db, None, id, delivery).await? {
        return Err(Error::NotFound);
    }
    flash::success(&session, sentences::IT_IS_BEING_CALLED).await?;
    Ok(Redirect::to("/admin/webhooks"))
}
