//! `/admin/cases`: what people have reported, the oldest first. An admin sees what the reporter handed over, and that only.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool};
use tower_sessions::Session;

use crate::admin::sentences;
use crate::{
    accounts::{self, AccessChange, AccessEvents, Admin, Moderated},
    admin::{
        model::AuditAction,
        notices, store,
        views::{CasePage, CasesPage},
    },
    products,
    safety::{self, Case, Decision},
    web::{Error, FieldErrors, Form, Pager, Path, Query, Result, Shell, flash, form},
};

const CASES_PER_PAGE: i64 = 30;
const MAX_WORDS: usize = 1000;

#[derive(Deserialize)]
pub(super) struct CasesQuery {
    page: Option<i64>,
}

pub(super) async fn list(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Query(CasesQuery { page }): Query<CasesQuery>,
) -> Result<CasesPage> {
    let offset = (page.unwrap_or(1).clamp(1, 1_000_000) - 1) * CASES_PER_PAGE;
    let (queue, total) = safety::case_queue(&db, CASES_PER_PAGE, offset).await?;
    let pager = Pager::new(page, CASES_PER_PAGE, total, "/admin/cases?");
    Ok(CasesPage { shell, queue, figures: safety::case_figures(&db).await?, pager })
}

pub(super) async fn show(
    State(db): State<PgPool>,
    Admin(admin): Admin,
    shell: Shell,
    Path(id): Path<i64>,
) -> Result<CasePage> {
    let case = safety::find_case(&db, id).await?.ok_or(Error::NotFound)?;
    page(&db, shell, case, admin.account_id, CaseForm::default(), FieldErrors::default()).await
}

#[derive(Default, Deserialize)]
pub(super) struct CaseForm {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    words: String,
}

/// Decides all open reports of the same thing. Fraud also suspends the account.
pub(super) async fn decide(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(typed): Form<CaseForm>,
) -> Result<Response> {
    let case = safety::find_case(&db, id).await?.ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let decision = errors.check("decision", Decision::parse(&typed.decision).ok_or(sentences::CHOOSE_ONE));
    let words = errors.check("words", form::required_lines(&typed.words, MAX_WORDS));
    let (Some(decision), Some(words)) = (decision, words) else {
        let page = page(&db, shell, case, admin.account_id, typed, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut tx = db.begin().await?;
    let decided = safety::decide(&mut tx, &case, admin.account_id, decision, &words).await?;
    if decided.is_empty() {
        flash::error(&session, sentences::SOMEBODY_DECIDED_IT_IN_THE_MEANTIME).await?;
        return Ok(Redirect::to(&format!("/admin/cases/{id}")).into_response());
    }
    let subject = format!("Report {id}, {} ({})", case.accused_name, decision.code());
    store::audit::record(&mut *tx, admin.account_id, AuditAction::DecideCase, &subject).await?;
    let ended = match decision {
        Decision::Fraud => suspend(&db, &mut tx, &case, admin.account_id).await?,
        _ => None,
    };
    notices::tell_of_decision(&mut tx, &case, decision, &decided).await?;
    tx.commit().await?;
    if let Some(ended) = ended {
        events.publish(ended);
    }
    flash::success(&session, sentences::DECIDED_BOTH_PEOPLE_ARE_TOLD).await?;
    Ok(Redirect::to("/admin/cases").into_response())
}

/// By another admin than the one who decided. Fraud that is taken back restores the account.
pub(super) async fn decide_appeal(
    State(db): State<PgPool>,
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(typed): Form<CaseForm>,
) -> Result<Response> {
    let case = safety::find_case(&db, id).await?.ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let is_reversed = match &*typed.decision {
        "reversed" => Ok(true),
        "confirmed" => Ok(false),
        _ => Err(sentences::CHOOSE_ONE),
    };
    let is_reversed = errors.check("decision", is_reversed);
    let words = errors.check("words", form::required_lines(&typed.words, MAX_WORDS));
    let (Some(is_reversed), Some(words)) = (is_reversed, words) else {
        let page = page(&db, shell, case, admin.account_id, typed, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut tx = db.begin().await?;
    if !safety::decide_appeal(&mut tx, id, admin.account_id, is_reversed, &words).await? {
        return Err(Error::Forbidden(sentences::AN_APPEAL_IS_DECIDED_ONCE));
    }
    let subject = format!("Report {id}, {} ({})", case.accused_name, typed.decision);
    store::audit::record(&mut *tx, admin.account_id, AuditAction::DecideAppeal, &subject).await?;
    if is_reversed && case.is_fraud() {
        restore(&db, &mut tx, &case, admin.account_id).await?;
    }
    notices::tell_of_appeal(&mut tx, &case, is_reversed).await?;
    tx.commit().await?;
    flash::success(&session, sentences::DECIDED_WHOEVER_APPEALED_IS_TOLD).await?;
    Ok(Redirect::to("/admin/cases").into_response())
}

async fn suspend(
    db: &PgPool,
    tx: &mut PgConnection,
    case: &Case,
    admin_id: i64,
) -> Result<Option<AccessChange>> {
    let person = store::people::find(db, case.accused_id).await?.ok_or(Error::NotFound)?;
    let ended = match accounts::suspend(&mut *tx, case.accused_id).await? {
        Moderated::Done(ended) => Some(ended),
        Moderated::Unchanged | Moderated::LastAdmin => None,
    };
    if ended.is_some() {
        if let Some(seller_id) = person.seller_id {
            products::set_seller_paused(&mut *tx, seller_id, true, admin_id).await?;
        }
        store::audit::record(tx, admin_id, AuditAction::SuspendPerson, &person.subject()).await?;
    }
    Ok(ended)
}

async fn restore(db: &PgPool, tx: &mut PgConnection, case: &Case, admin_id: i64) -> Result<()> {
    let person = store::people::find(db, case.accused_id).await?.ok_or(Error::NotFound)?;
    if accounts::restore(&mut *tx, case.accused_id).await? {
        if let Some(seller_id) = person.seller_id {
            products::set_seller_paused(&mut *tx, seller_id, false, admin_id).await?;
        }
        store::audit::record(tx, admin_id, AuditAction::RestorePerson, &person.subject()).await?;
    }
    Ok(())
}

async fn page(
    db: &PgPool,
    shell: Shell,
    case: Case,
    admin_id: i64,
    CaseForm { decision, words }: CaseForm,
    errors: FieldErrors,
) -> Result<CasePage> {
    let others = match case.decided_at {
        None => safety::other_reports(db, &case).await?,
        Some(_) => Vec::new(),
    };
    let may_decide_appeal = case.decided_by != Some(admin_id);
    Ok(CasePage { shell, case, others, may_decide_appeal, decision, words, errors })
}
