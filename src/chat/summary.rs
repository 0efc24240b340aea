//! What other features may ask of chat.

use futures_util::stream::BoxStream;
use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;

use crate::{
    accounts::CurrentUser,
    chat::{
        domain::{
            conversation::{Conversation, InboxRow},
            discrepancy::Discrepancy,
            room_key::RoomKey,
        },
        store,
    },
    products,
    web::Result,
};

/// A dropdown longer than this helps nobody; the list has them all.
const MAX_BUYERS: i64 = 200;

/// A seller's latest conversations, for the dashboard.
pub async fn latest_for_seller(db: &PgPool, seller_id: i64, limit: i64) -> Result<Vec<InboxRow>> {
    inbox_rows(db, store::inbox::conversations(db, None, Some(seller_id), limit, 0).await?).await
}

/// Every room whose numbering has holes or doubles, or whose counts, read marks or last entry are wrong.
/// Reads every entry; for a quiet hour.
pub async fn verify(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Discrepancy>> {
    store::verify::verify(db).await
}

/// A person's conversations from after this moment on, the newest first; with none, from the newest.
pub async fn conversations_before(
    db: &PgPool,
    user: &CurrentUser,
    before: Option<(OffsetDateTime, RoomKey)>,
    limit: i64,
) -> Result<Vec<InboxRow>> {
    let who = (user.buyer_id, user.seller_id);
    inbox_rows(db, store::inbox::conversations_before(db, who, before, limit).await?).await
}

/// These conversations with their products, which one query fetches.
pub async fn inbox_rows(db: &PgPool, conversations: Vec<Conversation>) -> Result<Vec<InboxRow>> {
    let about: Vec<i64> = conversations.iter().filter_map(|conversation| conversation.product_id).collect();
    let products = products::summaries(db, &about).await?;
    let row = |conversation: Conversation| {
        let product = products.iter().find(|product| Some(product.id) == conversation.product_id).cloned();
        InboxRow { conversation, product }
    };
    Ok(conversations.into_iter().map(row).collect())
}

/// Those who wrote to a seller, latest first.
pub async fn buyers_of(db: &PgPool, seller_id: i64) -> Result<Vec<Conversation>> {
    Ok(store::inbox::conversations(db, None, Some(seller_id), MAX_BUYERS, 0).await?)
}

/// A median of fewer turns says nothing about anybody.
const MIN_TURNS: i64 = 5;

/// Counts how soon sellers answer (a roll-up, idempotent). Reads the entries of 90 days; for a quiet hour.
pub async fn count_answer_times(db: &PgPool) -> sqlx::Result<()> {
    let unlimited = crate::db::pool_unlimited(db).await?;
    let mut tx = unlimited.begin().await?;
    store::answer_times::roll_up(&mut tx, MIN_TURNS).await?;
    tx.commit().await
}

/// What somebody wrote, for a copy of their data.
pub fn own_messages(db: &PgPool, account_id: i64) -> BoxStream<'_, sqlx::Result<serde_json::Value>> {
    store::export::own_messages(db, account_id)
}
