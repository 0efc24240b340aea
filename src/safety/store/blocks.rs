//! Blocks.

use sqlx::PgExecutor;

use crate::safety::model::BlockedPerson;

/// False if it was there before, or if there are `limit` of this account already.
pub(in crate::safety) async fn insert(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    blocked_id: i64,
    as_seller: bool,
    limit: i64,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO blocks (blocker_id, blocked_id, as_seller)
         SELECT $1, $2, $3 WHERE (SELECT count(*) FROM blocks WHERE blocker_id = $1) < $4
         ON CONFLICT ON CONSTRAINT blocks_pkey DO NOTHING",
        blocker_id,
        blocked_id,
        as_seller,
        limit
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(in crate::safety) async fn delete(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    blocked_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2", blocker_id, blocked_id)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::safety) async fn find(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    blocked_id: i64,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT id FROM blocks WHERE blocker_id = $1 AND blocked_id = $2",
        blocker_id,
        blocked_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::safety) async fn blocked_by(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    block_id: i64,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT blocked_id FROM blocks WHERE id = $1 AND blocker_id = $2",
        block_id,
        blocker_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::safety) async fn list(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<BlockedPerson>> {
    sqlx::query_as!(
        BlockedPerson,
        r#"SELECT x.id, coalesce(CASE WHEN x.as_seller THEN c.shop_name END, a.name) AS "name!",
                  CASE WHEN x.as_seller THEN c.id END AS seller_id, x.created_at AS since
           FROM blocks x
           JOIN accounts a ON a.id = x.blocked_id
           LEFT JOIN customers c ON c.account_id = x.blocked_id
           WHERE x.blocker_id = $1
           ORDER BY x.created_at DESC, x.id DESC LIMIT $2"#,
        blocker_id,
        limit
    )
    .fetch_all(db)
    .await
}
