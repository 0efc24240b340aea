//! What is for sale, and what was.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{PgConnection, types::Json};

use super::people::ProfileIds;
use crate::cli::seed::{error::SeedError, fixtures::DemoProduct};

#[derive(Serialize)]
struct ProductRow<'a> {
    seller_id: i64,
    category: &'a str,
    title: &'a str,
    description: &'a str,
    price_minor: i64,
    currency: &'a str,
    condition: &'a str,
    place: &'a str,
    views: i64,
    days_ago: f64,
    sold_days_ago: Option<f64>,
}

/// The products' ids, by key. The oldest product gets the lowest.
pub(super) async fn insert<'a>(
    tx: &mut PgConnection,
    products: &'a [DemoProduct],
    seats: &ProfileIds<'_>,
) -> Result<HashMap<&'a str, i64>, SeedError> {
    let rows: Vec<_> = products
        .iter()
        .map(|product| {
            Ok(ProductRow {
                seller_id: seats.seller(&product.seller)?,
                category: &product.category,
                title: &product.title,
                description: &product.description,
                price_minor: product.price_minor,
                currency: &product.currency,
                condition: &product.condition,
                place: &product.place,
                views: product.views,
                days_ago: product.days_ago,
                sold_days_ago: product.sold_days_ago,
            })
        })
        .collect::<Result<_, SeedError>>()?;
    let inserted = sqlx::query!(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition,
                               place, views, created_at, updated_at, sold_at)
         SELECT seller_id, k.id, title, description, price_minor, currency, condition, place, views,
                now() - days_ago * interval '1 day',
                now() - coalesce(sold_days_ago, days_ago) * interval '1 day',
                now() - sold_days_ago * interval '1 day'
         FROM jsonb_to_recordset($1) AS p(
                seller_id bigint, category text, title text, description text, price_minor bigint,
                currency text, condition text, place text, views bigint, days_ago float8,
                sold_days_ago float8)
         JOIN categories k ON k.slug = p.category
         ORDER BY days_ago DESC
         RETURNING id, title",
        Json(&rows) as _
    )
    .fetch_all(tx)
    .await?;
    let by_title: HashMap<_, _> = inserted.into_iter().map(|row| (row.title, row.id)).collect();
    products
        .iter()
        .map(|product| match by_title.get(&product.title) {
            Some(&id) => Ok((product.key.as_str(), id)),
            None => Err(SeedError::unknown("category", &product.category)),
        })
        .collect()
}
