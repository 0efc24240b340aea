//! What an index reads: products, and which of them have changed since.

use sqlx::{Executor as _, PgConnection, PgExecutor};

use super::super::index::{mark::Mark, schema::IndexedProduct};
use crate::products::Condition;

/// A row of `product_changes`: the place of the change, and of what.
pub(in super::super) struct Change {
    pub xid: u64,
    pub id: i64,
    pub product_id: i64,
}

/// Which database this is, as changes count: another server, time line, database or table has others.
pub(in super::super) async fn identity(db: impl PgExecutor<'_>) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"SELECT concat_ws('/',
                  (SELECT system_identifier FROM pg_control_system()),
                  (SELECT timeline_id FROM pg_control_checkpoint()),
                  (SELECT oid FROM pg_database WHERE datname = current_database()),
                  pg_relation_filenode('product_changes')) AS "identity!""#
    )
    .fetch_one(db)
    .await
}

/// From now on this transaction sees the database as it is at this moment.
pub(in super::super) async fn begin_snapshot(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(drop)
}

/// Where changes begin that this transaction doesn't see: below are only transactions that have ended. And the
/// database's time in seconds.
pub(in super::super) async fn horizon(conn: &mut PgConnection) -> sqlx::Result<(u64, i64)> {
    let row = sqlx::query!(
        r#"SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS "xmin!",
                  extract(epoch FROM now())::bigint AS "at!""#
    )
    .fetch_one(conn)
    .await?;
    Ok((number(&row.xmin)?, row.at))
}

/// A look at what changed after the mark.
pub(in super::super) struct Reading {
    /// The database's time in seconds.
    pub at: i64,
    /// In their order; only of transactions before which none is open.
    pub changes: Vec<Change>,
    /// Whether there are others, which mustn't be read yet.
    pub is_held_back: bool,
}

/// The changes after the mark, at most so many.
pub(in super::super) async fn after(
    conn: &mut PgConnection,
    mark: &Mark,
    limit: i64,
) -> sqlx::Result<Reading> {
    let rows = sqlx::query!(
        r#"SELECT extract(epoch FROM now())::bigint AS "at!", c.xid::text AS "xid?", c.id AS "id?",
                  c.product_id AS "product_id?",
                  coalesce(c.xid < pg_snapshot_xmin(pg_current_snapshot()), false) AS "may_be_read!"
           FROM (SELECT) one
           LEFT JOIN LATERAL (
               SELECT xid, id, product_id FROM product_changes
               WHERE (xid, id) > ($1::text::xid8, $2)
               ORDER BY xid, id LIMIT $3) c ON true
           ORDER BY c.xid, c.id"#,
        mark.xid.to_string(),
        mark.id,
        limit
    )
    .fetch_all(conn)
    .await?;
    let mut reading = Reading { at: 0, changes: Vec::new(), is_held_back: false };
    for row in rows {
        reading.at = row.at;
        let (Some(xid), Some(id), Some(product_id)) = (row.xid, row.id, row.product_id) else { continue };
        if row.may_be_read {
            reading.changes.push(Change { xid: number(&xid)?, id, product_id });
        } else {
            reading.is_held_back = true;
        }
    }
    Ok(reading)
}

struct Row {
    id: i64,
    seller_id: i64,
    category_id: i64,
    title: String,
    description: String,
    price_minor: i64,
    currency: String,
    condition: String,
    place: String,
    is_reserved: bool,
    has_photo: bool,
    created_at: time::OffsetDateTime,
}

/// Those of them that are listed.
pub(in super::super) async fn listed(
    db: impl PgExecutor<'_>,
    ids: &[i64],
) -> sqlx::Result<Vec<IndexedProduct>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.seller_id, p.category_id, p.title, p.description, p.price_minor, p.currency, p.condition,
                  p.place, p.reserved_at IS NOT NULL AS "is_reserved!", p.created_at,
                  EXISTS (SELECT FROM photos f WHERE f.product_id = p.id AND f.position = 0) AS "has_photo!"
           FROM products p WHERE p.id = ANY($1) AND p.is_listed"#,
        ids
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(indexed).collect()
}

/// Everything that is listed, by number from after this one on, at most so much.
pub(in super::super) async fn all_after(
    db: impl PgExecutor<'_>,
    id: i64,
    limit: i64,
) -> sqlx::Result<Vec<IndexedProduct>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.seller_id, p.category_id, p.title, p.description, p.price_minor, p.currency, p.condition,
                  p.place, p.reserved_at IS NOT NULL AS "is_reserved!", p.created_at,
                  EXISTS (SELECT FROM photos f WHERE f.product_id = p.id AND f.position = 0) AS "has_photo!"
           FROM products p WHERE p.id > $1 AND p.is_listed ORDER BY p.id LIMIT $2"#,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(indexed).collect()
}

/// Forgets changes that are older than a day; whoever hasn't read them builds anew.
pub(in super::super) async fn sweep(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM product_changes WHERE changed_at < now() - interval '1 day'");
    Ok(done.execute(db).await?.rows_affected())
}

fn indexed(row: Row) -> sqlx::Result<IndexedProduct> {
    Ok(IndexedProduct {
        id: row.id,
        seller_id: row.seller_id,
        category_id: row.category_id,
        title: row.title,
        description: row.description,
        price_minor: row.price_minor,
        currency: row.currency,
        condition: Condition::from_row(&row.condition)? as u64,
        place: row.place,
        is_reserved: row.is_reserved,
        has_photo: row.has_photo,
        created_at: row.created_at,
    })
}

fn number(xid: &str) -> sqlx::Result<u64> {
    xid.parse().map_err(|error| sqlx::Error::Decode(format!("a transaction's number: {error}").into()))
}
