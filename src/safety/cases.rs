//! Cases: a report, its decision by an admin, one appeal, and its decision by another admin.
//!
//! ```text
//! open ──decide──→ decided ──appeal (by whom it went against)──→ appealed ──decide_appeal (another admin)──→ closed
//! ```
//!
//! Reports of one subject are decided together. Invariant: staff sees what the reporter handed over and nothing else of
//! a conversation; that copy never changes, and each piece carries its SHA-256.

use sqlx::{PgConnection, PgPool};

use super::{
    model::{Case, CaseFigures, CaseLine, DecidedCase, Decision, NewCase, Party, QueueLine, ReportOutcome},
    store,
};

/// Reports of one account in 24 hours.
const MAX_REPORTS_PER_DAY: i64 = 20;
/// Opens a case, in the caller's transaction. Idempotent by reporter and subject while it is open.
pub async fn open_case(tx: &mut PgConnection, case: &NewCase) -> sqlx::Result<ReportOutcome> {
    if let Some(id) = store::cases::find_open(&mut *tx, case.reporter_id, &case.subject).await? {
        return Ok(ReportOutcome::Open(id));
    }
    if let Some(reporter_id) = case.reporter_id
        && store::cases::count_of_day(&mut *tx, reporter_id).await? >= MAX_REPORTS_PER_DAY
    {
        return Ok(ReportOutcome::TooMany);
    }
    match store::cases::insert(&mut *tx, case).await? {
        Some(id) => Ok(ReportOutcome::Open(id)),
        // Somebody pressed twice.
        None => {
            let id = store::cases::find_open(tx, case.reporter_id, &case.subject).await?;
            id.map(ReportOutcome::Open).ok_or(sqlx::Error::RowNotFound)
        }
    }
}

pub async fn find_case(db: &PgPool, id: i64) -> sqlx::Result<Option<Case>> {
    store::cases::find(db, id).await
}

/// Subjects with an open report or an appeal, the oldest first, and how many there are.
pub async fn case_queue(db: &PgPool, limit: i64, offset: i64) -> sqlx::Result<(Vec<QueueLine>, i64)> {
    Ok((store::cases::queue(db, limit, offset).await?, store::cases::queue_length(db).await?))
}

pub async fn case_figures(db: &PgPool) -> sqlx::Result<CaseFigures> {
    store::cases::figures(db).await
}

/// The other open reports of the same subject.
pub async fn other_reports(db: &PgPool, case: &Case) -> sqlx::Result<Vec<Case>> {
    store::cases::others(db, &case.subject, case.id).await
}

/// What somebody reported, and what was decided against them, the latest first.
pub async fn cases_of(db: &PgPool, account_id: i64) -> sqlx::Result<Vec<CaseLine>> {
    store::cases::of_account(db, account_id, 100).await
}

/// Decides all open reports of the case's subject; which they are. None if it was decided before.
pub async fn decide(
    tx: &mut PgConnection,
    case: &Case,
    admin_id: i64,
    decision: Decision,
    words: &str,
) -> sqlx::Result<Vec<DecidedCase>> {
    store::cases::decide(tx, &case.subject, admin_id, decision.code(), words).await
}

/// False if somebody has appealed before, or there is nothing to appeal against.
pub async fn appeal(db: &PgPool, case: &Case, party: Party, words: &str) -> sqlx::Result<bool> {
    let (account_id, decisions): (i64, &[&str]) = match party {
        Party::Reporter => (case.reporter_id.unwrap_or_default(), &["dismissed"]),
        Party::Accused => (case.accused_id, &["upheld", "fraud"]),
    };
    store::cases::appeal(db, case.id, account_id, decisions, words).await
}

/// False if there is no open appeal, or this admin decided the case itself.
pub async fn decide_appeal(
    tx: &mut PgConnection,
    case_id: i64,
    admin_id: i64,
    is_reversed: bool,
    reply: &str,
) -> sqlx::Result<bool> {
    let decision = if is_reversed { "reversed" } else { "confirmed" };
    store::cases::decide_appeal(tx, case_id, admin_id, decision, reply).await
}

/// How somebody stands to another: the number of their block, if there is one, and whether that one was removed for fraud.
pub async fn standing(db: &PgPool, account_id: i64, other_id: i64) -> sqlx::Result<(Option<i64>, bool)> {
    store::cases::standing(db, account_id, other_id).await
}

/// Whether an account was removed for fraud, and no appeal has changed that.
pub async fn is_removed_for_fraud(db: &PgPool, account_id: i64) -> sqlx::Result<bool> {
    store::cases::is_fraud(db, account_id).await
}
