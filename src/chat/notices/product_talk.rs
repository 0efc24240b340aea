//! Those who talk about a product are told that it is reserved, sold or for sale again.

use sqlx::PgPool;

use crate::{
    chat::store,
    notices,
    products::{ProductMoved, ProductStateKind},
};

/// People who are told of one move.
const MAX_PEOPLE: i64 = 10_000;

/// The handler of the job that products enqueues with the move (idempotent: the notice has the move's time).
pub async fn tell_product_moved(db: &PgPool, payload: serde_json::Value) -> anyhow::Result<()> {
    let moved: ProductMoved = serde_json::from_value(payload)?;
    if !moved.concerns_buyers() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let people = store::notices::people_talking_about(&mut *tx, moved.product_id, MAX_PEOPLE).await?;
    let new: Vec<_> = people.into_iter().map(|account| moved.notice(account)).collect();
    notices::record(&mut tx, &ProductStateKind, &new).await?;
    Ok(tx.commit().await?)
}
