//! `/about/reports`: figures for everybody. `/cases`: what somebody reported, and what was decided about them, with one
//! appeal.
//!
//! Somebody who was removed for fraud can't sign in: the key in their letter opens their case.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    cases,
    figures::PublicFigures,
    model::{Case, Party},
    views::{CasePage, CasesPage, FiguresPage},
};
use crate::safety::sentences;
use crate::{
    accounts::CurrentUser,
    web::{Error, FieldErrors, Form, Path, Query, Result, Shell, flash, form},
};

const MAX_WORDS: usize = 1000;

pub(super) async fn list(State(db): State<PgPool>, user: CurrentUser, shell: Shell) -> Result<CasesPage> {
    Ok(CasesPage { shell, cases: cases::cases_of(&db, user.account_id).await? })
}

/// `/about/reports`, for everybody.
pub(super) async fn figures(
    (State(db), State(figures)): (State<PgPool>, State<PublicFigures>),
    shell: Shell,
) -> Result<FiguresPage> {
    Ok(FiguresPage { shell, figures: figures.current(&db).await? })
}

#[derive(Deserialize)]
pub(super) struct CaseQuery {
    #[serde(default)]
    key: String,
}

pub(super) async fn show(
    State(db): State<PgPool>,
    user: Result<CurrentUser>,
    shell: Shell,
    Path(id): Path<i64>,
    Query(CaseQuery { key }): Query<CaseQuery>,
) -> Result<CasePage> {
    let (case, party) = find(&db, user, id, &key).await?;
    Ok(CasePage { shell, case, party, key, words: String::new(), errors: FieldErrors::default() })
}

#[derive(Deserialize)]
pub(super) struct AppealForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    words: String,
}

pub(super) async fn appeal(
    State(db): State<PgPool>,
    user: Result<CurrentUser>,
    (session, shell): (Session, Shell),
    Path(id): Path<i64>,
    Form(AppealForm { key, words }): Form<AppealForm>,
) -> Result<Response> {
    let (case, party) = find(&db, user, id, &key).await?;
    let mut errors = FieldErrors::default();
    let Some(checked) = errors.check("words", form::required_lines(&words, MAX_WORDS)) else {
        let page = CasePage { shell, case, party, key, words, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if cases::appeal(&db, &case, party, &checked).await? {
        flash::success(&session, sentences::SOMEBODY_ELSE_THAN_BEFORE_LOOKS_AT_IT_AGAIN).await?;
    }
    let key = if key.is_empty() { String::new() } else { format!("?key={}", case.key) };
    Ok(Redirect::to(&format!("/cases/{id}{key}")).into_response())
}

/// For those concerned; for everybody else it doesn't exist.
async fn find(db: &PgPool, user: Result<CurrentUser>, id: i64, key: &str) -> Result<(Case, Party)> {
    let key: Option<Uuid> = key.parse().ok();
    let user = match (user, key) {
        (Ok(user), _) => Some(user),
        (Err(_), Some(_)) => None,
        (Err(error), None) => return Err(error),
    };
    let case = cases::find_case(db, id).await?.ok_or(Error::NotFound)?;
    let by_key = (key == Some(case.key) && case.is_upheld()).then_some(Party::Accused);
    let party = user.and_then(|user| case.party(user.account_id)).or(by_key).ok_or(Error::NotFound)?;
    Ok((case, party))
}
