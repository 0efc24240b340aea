//! All SQL over products, photos and categories.

use sqlx::PgExecutor;

use super::{
    model::{ProductState, ProductSummary},
    price::Price,
};

/// These products, whatever their state; ids that no product has are left out.
pub(super) async fn summaries(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProductSummary>> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, f.key AS "cover?",
                  p.deleted_at IS NOT NULL AS "deleted!", p.hidden_at IS NOT NULL AS "hidden!", p.sold_at IS NOT NULL AS "sold!"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.id = ANY($1)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ProductSummary {
                id: row.id,
                seller_id: row.seller_id,
                title: row.title,
                price: Price::from_row(row.price_minor, &row.currency)?,
                cover: row.cover,
                state: match (row.deleted, row.hidden, row.sold) {
                    (true, _, _) => ProductState::Deleted,
                    (_, true, _) => ProductState::Hidden,
                    (_, _, true) => ProductState::Sold,
                    _ => ProductState::Available,
                },
            })
        })
        .collect()
}
