//! All rows in one transaction, or none.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{PgConnection, PgPool, types::Json};

use super::{people, products, rooms};
use crate::{
    accounts::{self, Password},
    cli::seed::{
        error::SeedError,
        fixtures::{DemoProduct, Fixtures},
        sign_ins::PASSWORD,
    },
};

/// What there is after [`insert`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedSummary {
    pub people: usize,
    pub products: usize,
    pub rooms: usize,
    pub entries: usize,
    /// Photos in the queue of [`compose_pictures`](crate::cli::seed::compose_pictures).
    pub pending_photos: usize,
}

/// Fills an empty marketplace, but for the photos. Refused when anybody has an account.
pub async fn insert(db: &PgPool) -> Result<SeedSummary, SeedError> {
    let mut tx = db.begin().await?;
    let summary = insert_demo(&mut tx).await?;
    tx.commit().await?;
    Ok(summary)
}

/// The same in the caller's transaction.
pub(in crate::cli::seed) async fn insert_demo(tx: &mut PgConnection) -> Result<SeedSummary, SeedError> {
    let fixtures = Fixtures::load()?;
    let password = Password::parse(PASSWORD).map_err(SeedError::Password)?;
    // One hash for all, or this alone would take seconds.
    let hash = accounts::hash(&password).await?;
    refuse_unless_empty(tx).await?;
    let profiles = people::insert(tx, &fixtures.people, &hash).await?;
    let products = products::insert(tx, &fixtures.products, &profiles).await?;
    let entries = rooms::insert(tx, &fixtures.rooms, &profiles, &products).await?;
    let pending_photos = enqueue_photos(tx, &fixtures.products, &products).await?;
    Ok(SeedSummary {
        people: fixtures.people.sellers.len() + fixtures.people.buyers.len() + 1,
        products: fixtures.products.len(),
        rooms: fixtures.rooms.len(),
        entries,
        pending_photos,
    })
}

/// Locks the table, so that nobody can register before the transaction ends.
async fn refuse_unless_empty(tx: &mut PgConnection) -> Result<(), SeedError> {
    sqlx::query!("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let inhabited =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM accounts) AS "inhabited!""#).fetch_one(tx).await?;
    if inhabited { Err(SeedError::NotEmpty) } else { Ok(()) }
}

#[derive(Serialize)]
struct PictureRow<'a> {
    product_id: i64,
    position: usize,
    file: &'a str,
}

/// Enqueues the photos. Returns how many.
async fn enqueue_photos(
    tx: &mut PgConnection,
    products: &[DemoProduct],
    ids: &HashMap<&str, i64>,
) -> Result<usize, SeedError> {
    let rows: Vec<_> = products
        .iter()
        .filter_map(|product| Some((ids.get(product.key.as_str())?, &product.photos)))
        .flat_map(|(&product_id, photos)| {
            let picture = move |(position, file)| PictureRow { product_id, position, file };
            photos.iter().map(String::as_str).enumerate().map(picture)
        })
        .collect();
    sqlx::query!(
        "INSERT INTO demo_pictures (product_id, position, file)
         SELECT product_id, position, file
         FROM jsonb_to_recordset($1) AS d(product_id bigint, position integer, file text)",
        Json(&rows) as _
    )
    .execute(tx)
    .await?;
    Ok(rows.len())
}
