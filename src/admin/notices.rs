//! The kind of notices about what staff did to something of somebody's.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::admin::sentences;
use crate::{
    accounts,
    notices::{self, Channel, Kind, NewNotice, Notice, Words},
    products,
    safety::{Case, DecidedCase, Decision},
};

#[derive(Clone, Copy, Debug, Default)]
pub struct Moderation;

/// The subject of what was decided about somebody's registration.
const ADMISSION: &str = "admission";

/// What staff did to a product; codes are kept in notices.
#[derive(Clone, Copy, Debug)]
pub(super) enum ProductDecision<'a> {
    Hidden,
    Shown,
    PhotoTakenDown,
    /// It waited for approval.
    Approved,
    Refused(&'a str),
}

impl<'a> ProductDecision<'a> {
    fn code(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Shown => "shown",
            Self::PhotoTakenDown => "photo_taken_down",
            Self::Approved => "approved",
            Self::Refused(_) => "refused",
        }
    }

    fn reason(self) -> &'a str {
        if let Self::Refused(reason) = self { reason } else { "" }
    }
}

/// Tells a product's seller, in the transaction of the decision.
pub(super) async fn tell_seller(
    tx: &mut PgConnection,
    product_id: i64,
    title: &str,
    decision: ProductDecision<'_>,
) -> crate::web::Result<()> {
    let Some(product) = products::summaries(&mut *tx, &[product_id]).await?.pop() else { return Ok(()) };
    let Some(seller) = accounts::seller_card(&mut *tx, product.seller_id).await? else { return Ok(()) };
    let subject = format!("product_{product_id}");
    let notice = NewNotice::new(seller.account_id, subject, OffsetDateTime::now_utc())
        .details(json!({ "what": decision.code(), "title": title, "reason": decision.reason() }));
    Ok(notices::record(tx, &Moderation, &[notice]).await?)
}

/// Tells somebody who waited for admission, in the transaction of the decision.
pub(super) async fn tell_of_admission(
    tx: &mut PgConnection,
    account_id: i64,
    is_admitted: bool,
    reason: &str,
) -> sqlx::Result<()> {
    let what = if is_admitted { "admitted" } else { "refused" };
    let notice = NewNotice::new(account_id, ADMISSION, OffsetDateTime::now_utc())
        .details(json!({ "what": what, "reason": reason }));
    notices::record(tx, &Moderation, &[notice]).await
}

/// Tells whoever reported it, and whom it went against, in the transaction of the decision.
pub(super) async fn tell_of_decision(
    tx: &mut PgConnection,
    case: &Case,
    decision: Decision,
    decided: &[DecidedCase],
) -> sqlx::Result<()> {
    let is_upheld = !matches!(decision, Decision::Dismissed);
    let reporters = decided.iter().filter_map(|it| {
        let what = if is_upheld { "report_upheld" } else { "report_dismissed" };
        Some(case_notice(it.reporter_id?, it.id, what))
    });
    let accused = is_upheld.then(|| accused_notice(case, "decided_against"));
    notices::record(tx, &Moderation, &reporters.chain(accused).collect::<Vec<_>>()).await
}

/// Tells whoever appealed, in the transaction of the decision.
pub(super) async fn tell_of_appeal(
    tx: &mut PgConnection,
    case: &Case,
    is_reversed: bool,
) -> sqlx::Result<()> {
    let what = if is_reversed { "appeal_reversed" } else { "appeal_confirmed" };
    let notice = match case.appealed_by {
        Some(id) if id == case.accused_id => accused_notice(case, what),
        Some(id) => case_notice(id, case.id, what),
        None => return Ok(()),
    };
    notices::record(tx, &Moderation, &[notice]).await
}

fn case_notice(account_id: i64, case_id: i64, what: &str) -> NewNotice {
    let path = format!("/cases/{case_id}");
    NewNotice::new(account_id, format!("case_{case_id}"), OffsetDateTime::now_utc())
        .details(json!({ "what": what, "path": path }))
}

/// Whoever was removed can't sign in: the key opens the case.
fn accused_notice(case: &Case, what: &str) -> NewNotice {
    let path = format!("/cases/{}?key={}", case.id, case.key);
    case_notice(case.accused_id, case.id, what).details(json!({ "what": what, "path": path }))
}

#[async_trait]
impl Kind for Moderation {
    fn code(&self) -> &'static str {
        "moderation"
    }

    fn label(&self) -> &'static str {
        "Decisions of staff about what is yours"
    }

    fn push(&self) -> Channel {
        Channel::On(Duration::ZERO)
    }

    fn mail(&self) -> Channel {
        Channel::On(Duration::from_secs(5 * 60))
    }

    async fn describe(&self, _: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        Ok(notices.iter().map(words).collect())
    }
}

fn words(notice: &Notice) -> Option<Words> {
    match &*notice.subject {
        ADMISSION => admission_words(notice),
        subject if subject.starts_with("case_") => case_words(notice),
        _ => product_words(notice),
    }
}

fn admission_words(notice: &Notice) -> Option<Words> {
    let (headline, text) = match notice.details["what"].as_str()? {
        "admitted" => ("Your registration was approved", sentences::IT_WAS_APPROVED),
        "refused" => ("Your registration was not approved", sentences::IT_WAS_NOT_APPROVED),
        _ => return None,
    };
    Some(Words {
        title: "Your registration".to_owned(),
        headline: headline.to_owned(),
        text: with_reason(text, notice),
        discreet: "A decision of staff",
        path: "/".to_owned(),
        icon: "shield",
        ..Words::default()
    })
}

/// The sentence, and what the admin gave as the reason.
fn with_reason(sentence: &str, notice: &Notice) -> String {
    match notice.details["reason"].as_str() {
        Some(reason) if !reason.is_empty() => format!("{sentence} The reason given: {reason}"),
        _ => sentence.to_owned(),
    }
}

fn case_words(notice: &Notice) -> Option<Words> {
    let (title, text) = match notice.details["what"].as_str()? {
        "report_upheld" => ("Your report", sentences::STAFF_AGREED_WITH_YOUR_REPORT),
        "report_dismissed" => ("Your report", sentences::STAFF_FOUND_NOTHING_AGAINST_THE_RULES_IN_WHAT_YOU),
        "decided_against" => ("A report about you", sentences::STAFF_DECIDED_A_REPORT_AGAINST_YOU),
        "appeal_reversed" => ("Your appeal", sentences::ANOTHER_ADMIN_LOOKED_AT_IT_AGAIN_AND_TOOK_THE),
        "appeal_confirmed" => ("Your appeal", sentences::ANOTHER_ADMIN_LOOKED_AT_IT_AGAIN),
        _ => return None,
    };
    Some(Words {
        headline: format!("A decision of staff: {}", title.to_lowercase()),
        title: title.to_owned(),
        text: text.to_owned(),
        discreet: "A decision of staff",
        path: notice.details["path"].as_str()?.to_owned(),
        icon: "shield",
        ..Words::default()
    })
}

fn product_words(notice: &Notice) -> Option<Words> {
    let text = match notice.details["what"].as_str()? {
        "hidden" => sentences::STAFF_HAVE_HIDDEN_THIS_PRODUCT,
        "shown" => sentences::STAFF_HAVE_SHOWN_THIS_PRODUCT_AGAIN,
        "photo_taken_down" => sentences::STAFF_HAVE_TAKEN_DOWN_A_PHOTO_OF_THIS_PRODUCT,
        "approved" => sentences::STAFF_HAVE_APPROVED_THIS_PRODUCT,
        "refused" => sentences::STAFF_HAVE_NOT_APPROVED_THIS_PRODUCT,
        _ => return None,
    };
    Some(Words {
        headline: format!("A decision of staff about “{}”", notice.details["title"].as_str()?),
        title: notice.details["title"].as_str()?.to_owned(),
        text: with_reason(text, notice),
        discreet: "A decision of staff",
        path: format!("/products/{}", notice.subject.strip_prefix("product_")?),
        icon: "shield",
        ..Words::default()
    })
}
