//! Daily figures: what came on the days that are over is counted once, by a job.

use sqlx::PgPool;

use super::store;

/// Counts the days that are over and aren't counted yet, the last 30 of them (idempotent).
pub async fn roll_up(db: &PgPool) -> sqlx::Result<()> {
    store::overview::roll_up(db).await
}
