//! `/admin`: totals, daily figures, the busiest sellers.

use axum::extract::State;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    accounts::Admin,
    admin::{
        chart::Chart,
        stats::{self, CHART_DAYS},
        store::overview::{self as store, DailyStats},
        views::OverviewPage,
    },
    web::{Result, Shell},
};

pub(super) async fn show(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<OverviewPage> {
    let totals = stats::totals(&db).await?;
    let first = OffsetDateTime::now_utc().date() - Duration::days(CHART_DAYS - 1);
    let days = store::by_day(&db, first, CHART_DAYS).await?;
    let busiest = store::top_sellers(&db).await?;
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
