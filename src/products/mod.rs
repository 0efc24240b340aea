//! What is for sale.

pub mod currency;
mod model;
pub mod photos;
pub mod price;
mod routes;
mod store;
mod views;

use sqlx::{PgExecutor, PgPool};

use crate::{
    accounts::CurrentUser,
    web::{Error, Result},
};

pub use model::{ProductState, ProductSummary};
pub use routes::router;
pub use views::ProductFragment;

/// These products, whatever their state; ids that no product has are left out.
pub async fn summaries(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProductSummary>> {
    store::summaries(db, ids).await
}

/// A product as its page shows it to this person.
pub async fn page(db: &PgPool, id: i64, user: Option<&CurrentUser>) -> Result<ProductFragment> {
    let summary = store::summaries(db, &[id]).await?.pop().ok_or(Error::NotFound)?;
    let is_own = user.is_some_and(|user| user.seller_id == Some(summary.seller_id));
    Ok(ProductFragment { summary, is_own, similar: String::new() })
}
