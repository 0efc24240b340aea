//! `/admin/search`: which words mean the same, and what people searched for and didn't find.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{model::AuditAction, store, views::SearchPage};
use crate::admin::sentences;
use crate::{
    accounts::Admin,
    catalog,
    web::{FieldErrors, Form, Result, Shell, flash},
};

#[derive(Deserialize)]
pub(super) struct Synonyms {
    #[serde(default)]
    synonyms: String,
}

pub(super) async fn show(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<SearchPage> {
    let lines =
        catalog::synonyms::lines(&db, catalog::Language::of_country(shell.marketplace.country.as_deref()));
    let text = lines.await?.join("\n");
    page(&db, shell, text, FieldErrors::default()).await
}

async fn page(db: &PgPool, shell: Shell, synonyms: String, errors: FieldErrors) -> Result<SearchPage> {
    Ok(SearchPage { shell, synonyms, missed: catalog::missed_searches(db).await?, errors })
}

/// All of them at once; none brings the start set back.
pub(super) async fn save(
    State(db): State<PgPool>,
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Form(typed): Form<Synonyms>,
) -> Result<Response> {
    let groups = match catalog::synonyms::parse(&typed.synonyms) {
        Ok(groups) => groups,
        Err(line) => {
            let mut errors = FieldErrors::default();
            errors.add("synonyms", sentences::that_line_is_no_group(&line));
            let page = page(&db, shell, typed.synonyms, errors).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let mut tx = db.begin().await?;
    catalog::synonyms::replace(&mut tx, &groups).await?;
    let subject = format!("{} groups", groups.len());
    store::audit::record(&mut *tx, admin.account_id, AuditAction::ChangeSynonyms, &subject).await?;
    tx.commit().await?;
    flash::success(&session, sentences::SAVED_SEARCHES_KNOW_IT_WITHIN_SECONDS).await?;
    Ok(Redirect::to("/admin/search").into_response())
}
