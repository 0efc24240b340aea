//! A seller's products for programs, by keyset.

use sqlx::PgPool;

use super::{Card, card_row::ListKey, store};
use crate::web::Result;

/// Whatever a seller has that isn't deleted, for themselves.
pub async fn own_products(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> Result<Vec<(Card, ListKey)>> {
    Ok(store::list::own(db, seller_id, after, limit).await?)
}

/// What a seller shows everybody.
pub async fn products_of(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> Result<Vec<(Card, ListKey)>> {
    Ok(store::list::of_seller(db, seller_id, after, limit).await?)
}
