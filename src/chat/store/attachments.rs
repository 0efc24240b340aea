//! Which pictures the entries name.

use sqlx::PgExecutor;

use crate::chat::domain::room_key::RoomKey;

/// Whether an entry of this room shows this picture.
pub(in crate::chat) async fn is_referenced(
    db: impl PgExecutor<'_>,
    room: RoomKey,
    key: &str,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"WITH room AS (SELECT id FROM rooms WHERE buyer_id = $1 AND seller_id = $2)
           SELECT EXISTS (SELECT FROM room JOIN messages ON room_id = id WHERE payload #>> '{photo,key}' = $3)
               OR EXISTS (SELECT FROM room JOIN post_messages ON room_id = id WHERE payload #>> '{photo,key}' = $3)
               AS "shown!""#,
        room.buyer_id,
        room.seller_id,
        key
    )
    .fetch_one(db)
    .await
}

/// Every entry with a picture: its room, its number and the picture's key.
pub(in crate::chat) async fn photos(
    db: impl PgExecutor<'_>,
) -> sqlx::Result<impl Iterator<Item = (RoomKey, i64, String)>> {
    let rows = sqlx::query!(
        r#"SELECT r.buyer_id, r.seller_id, seq AS "seq!", coalesce(payload #>> '{photo,key}', '') AS "key!"
           FROM (SELECT room_id, seq, kind, payload FROM messages
                 UNION ALL
                 SELECT room_id, seq, kind, payload FROM post_messages) e
           JOIN rooms r ON r.id = e.room_id
           WHERE kind = 'photo'
           ORDER BY r.id, seq"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }, row.seq, row.key)))
}
