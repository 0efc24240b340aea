//! `/admin`: how the marketplace is doing, and the ways into it.

use axum::extract::State;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    accounts::Admin,
    admin::{
        chart::Chart,
        store::overview::{self as store, DailyStats},
        views::OverviewPage,
    },
    web::{Result, Shell},
};

/// How many days the charts go back, today included.
const DAYS: i64 = 30;
const BUSIEST: i64 = 6;

pub(super) async fn show(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<OverviewPage> {
    let totals = store::totals(&db).await?;
    let first = OffsetDateTime::now_utc().date() - Duration::days(DAYS - 1);
    let days = store::by_day(&db, first, DAYS).await?;
    let busiest = store::busiest_sellers(&db, BUSIEST).await?;
    let charts = charts(&days);
    Ok(OverviewPage { shell, totals, charts, days, busiest })
}

fn charts(days: &[DailyStats]) -> Vec<Chart> {
    vec![
        Chart::new("people", "New people", days.iter().map(|day| (day.day, day.people))),
        Chart::new("products", "New products", days.iter().map(|day| (day.day, day.products))),
        Chart::new("messages", "Messages", days.iter().map(|day| (day.day, day.messages))),
    ]
}
