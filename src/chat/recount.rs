//! What the rooms' rows say, counted again from their entries: for `haggle doctor` and the tests.

use sqlx::PgExecutor;

use super::{RoomKey, store};

/// A room whose row and entries disagree.
#[derive(Clone, Debug)]
pub struct Discrepancy {
    pub room: RoomKey,
    pub what: String,
}

/// Every room whose numbering has holes or doubles, or whose counts, read marks or last entry are wrong. Reads
/// every entry; for a quiet hour.
pub async fn recount(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Discrepancy>> {
    store::recount(db).await
}
