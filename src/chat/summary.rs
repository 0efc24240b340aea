//! What other features may ask of chat.

use sqlx::{PgExecutor, PgPool};

use super::{inbox, store};
use crate::{
    accounts::CurrentUser,
    chat::domain::{conversation::InboxRow, discrepancy::Discrepancy},
    web::Result,
};

/// How many messages wait for this person, over all their rooms.
pub async fn unread(db: &PgPool, user: &CurrentUser) -> Result<i64> {
    Ok(store::inbox::unread_total(db, user.account_id).await?)
}

/// A seller's latest conversations, for the dashboard.
pub async fn latest_for_seller(db: &PgPool, seller_id: i64, limit: i64) -> Result<Vec<InboxRow>> {
    inbox::rows(db, store::inbox::conversations(db, None, Some(seller_id), limit, 0).await?).await
}

/// Every room whose numbering has holes or doubles, or whose counts, read marks or last entry are wrong.
/// Reads every entry; for a quiet hour.
pub async fn verify(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Discrepancy>> {
    store::verify::verify(db).await
}
