//! `/admin/approvals`: people and first products that wait for an admin's yes or no.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    model::AuditAction,
    notices::{ProductDecision, tell_of_admission, tell_seller},
    store,
    views::ApprovalsPage,
};
use crate::admin::sentences;
use crate::{
    accounts::{self, Admin, Admission},
    products::{self, ProductChanged, ProductEvents, StateMove},
    web::{Error, Form, Path, Result, Shell, flash, form},
};

/// Of each, on the page: those that wait longest.
const MAX_LISTED: i64 = 100;
const MAX_REASON: usize = 500;

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<ApprovalsPage> {
    let people = accounts::waiting_people(&db, MAX_LISTED).await?;
    let ids = products::waiting_products(&db, MAX_LISTED).await?;
    let mut products = products::summaries(&db, &ids).await?;
    products.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
    Ok(ApprovalsPage { shell, people, products })
}

#[derive(Deserialize)]
pub(super) struct Decision {
    /// `approve` or `refuse`.
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
}

impl Decision {
    /// Whether it is a yes, and the reason.
    fn parse(&self) -> Result<(bool, String)> {
        let is_yes = match &*self.decision {
            "approve" => true,
            "refuse" => false,
            _ => return Err(Error::BadRequest(sentences::APPROVE_OR_REFUSE.to_owned())),
        };
        let reason = form::optional_line(&self.reason, MAX_REASON).map_err(Error::BadRequest)?;
        Ok((is_yes, if is_yes { String::new() } else { reason }))
    }
}

const DECIDED: &str = sentences::SOMEBODY_HAS_DECIDED_THIS_ALREADY;

pub(super) async fn person(
    State(db): State<PgPool>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(decision): Form<Decision>,
) -> Result<Redirect> {
    let (is_yes, reason) = decision.parse()?;
    let (admission, action) = match is_yes {
        true => (Admission::Admitted, AuditAction::AdmitPerson),
        false => (Admission::Refused, AuditAction::RefusePerson),
    };
    let mut tx = db.begin().await?;
    match accounts::decide_admission(&mut *tx, id, admission, &reason).await? {
        Some(who) => {
            store::audit::record(&mut *tx, admin.account_id, action, &with_reason(&who, &reason)).await?;
            tell_of_admission(&mut tx, id, is_yes, &reason).await?;
            tx.commit().await?;
            let what = if is_yes { "approved" } else { "refused" };
            flash::success(&session, format!("{who} is {what}.")).await?;
        }
        None => flash::error(&session, DECIDED).await?,
    }
    Ok(Redirect::to("/admin/approvals"))
}

pub(super) async fn product(
    (State(db), State(events)): (State<PgPool>, State<ProductEvents>),
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(decision): Form<Decision>,
) -> Result<Redirect> {
    let (is_yes, reason) = decision.parse()?;
    let mut tx = db.begin().await?;
    let decided = if is_yes {
        products::change_state(&mut tx, id, None, StateMove::Show, admin.account_id).await?
    } else {
        products::refuse_product(&mut *tx, id, &reason).await?
    };
    match decided {
        Some(title) => {
            let action = if is_yes { AuditAction::ApproveProduct } else { AuditAction::RefuseProduct };
            let subject = with_reason(&format!("“{title}” (product {id})"), &reason);
            store::audit::record(&mut *tx, admin.account_id, action, &subject).await?;
            let told = if is_yes { ProductDecision::Approved } else { ProductDecision::Refused(&reason) };
            tell_seller(&mut tx, id, &title, told).await?;
            tx.commit().await?;
            events.publish(ProductChanged { product_id: id });
            let what = if is_yes { "live" } else { "refused" };
            flash::success(&session, sentences::product_is(title, what)).await?;
        }
        None => flash::error(&session, DECIDED).await?,
    }
    Ok(Redirect::to("/admin/approvals"))
}

fn with_reason(what: &str, reason: &str) -> String {
    if reason.is_empty() { what.to_owned() } else { format!("{what}: {reason}") }
}
