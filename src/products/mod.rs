//! What is for sale.

pub mod currency;
mod model;
pub mod photos;
pub mod price;
mod routes;
mod store;

use sqlx::PgExecutor;

pub use model::{ProductState, ProductSummary};
pub use routes::router;

/// These products, whatever their state; ids that no product has are left out.
pub async fn summaries(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProductSummary>> {
    store::summaries(db, ids).await
}
