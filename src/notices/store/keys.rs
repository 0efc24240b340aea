//! The marketplace's own secrets.

use sqlx::PgExecutor;

/// The secret of this name; `new`, if there is none yet. Of several nodes that start at once, one makes it.
pub(in super::super) async fn get_or_insert(
    db: impl PgExecutor<'_>,
    name: &str,
    new: &[u8],
) -> sqlx::Result<Vec<u8>> {
    sqlx::query_scalar!(
        "INSERT INTO notice_keys AS k (name, secret) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT notice_keys_pkey DO UPDATE SET name = k.name RETURNING secret",
        name,
        new
    )
    .fetch_one(db)
    .await
}
