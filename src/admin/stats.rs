//! Figures of the marketplace, counted by jobs, so that the overview counts nothing that grows with the place.
//!
//! Each count is a statement of its own: together, on a grown marketplace, they would take longer than a statement may.

use sqlx::PgPool;

use super::store::overview::{self as store, MarketTotals};

/// Days on the charts, today included: what is counted by day.
pub(super) const CHART_DAYS: i64 = 30;
const MAX_TOP_SELLERS: i64 = 6;

/// Counts the days that are over and aren't counted yet (a roll-up, idempotent).
pub async fn count_days(db: &PgPool) -> sqlx::Result<()> {
    for day in store::uncounted_days(db, CHART_DAYS).await? {
        store::count_day(db, day).await?;
    }
    Ok(())
}

/// Counts what there is of everything, and who is busiest (idempotent).
pub async fn count_market(db: &PgPool) -> sqlx::Result<()> {
    store::count_top_sellers(db, MAX_TOP_SELLERS).await?;
    store::count_totals(db).await
}

/// The latest totals. A marketplace that was never counted is counted now: its job hasn't run yet.
pub(super) async fn totals(db: &PgPool) -> sqlx::Result<MarketTotals> {
    loop {
        if let Some(totals) = store::totals(db).await? {
            return Ok(totals);
        }
        count_market(db).await?;
    }
}
