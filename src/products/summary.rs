//! Many products at once, for lists of other features.

use std::collections::HashMap;

use sqlx::PgExecutor;

use super::{model::ProductSummary, store};

/// The titles of these products, by id, whatever their state.
pub async fn titles(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    store::titles(db, ids).await
}

/// These products, whatever their state; ids that no product has are left out.
pub async fn summaries(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProductSummary>> {
    store::summaries(db, ids).await
}
