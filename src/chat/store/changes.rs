//! Changes of entries that were written before.

use sqlx::{PgExecutor, PgPool};

use crate::chat::domain::{room_key::RoomKey, side::Side};

/// Takes back a side's photo: the entry's payload goes, its words stay. The room's new `rev`; nothing
/// if there is no such photo of theirs (any more).
///
/// One statement, so that no node can stop with the row locked. The room's row is the lock: changes have
/// their numbers in the order of their commits.
pub(in crate::chat) async fn remove_photo(
    db: &PgPool,
    room: RoomKey,
    side: Side,
    seq: i64,
) -> sqlx::Result<Option<i64>> {
    macro_rules! remove_from {
        ($update:literal) => {
            sqlx::query!(
                r#"WITH room AS MATERIALIZED (
                       SELECT id FROM rooms WHERE buyer_id = $1 AND seller_id = $2 FOR UPDATE
                   ), removed AS ("#
                    + $update
                    + r#"SET kind = 'photo_removed', payload = NULL FROM room
                       WHERE m.room_id = room.id AND m.seq = $3 AND m.kind = 'photo' RETURNING m.room_id
                   ), changed AS (
                       UPDATE rooms r SET rev = rev + 1 FROM removed WHERE r.id = removed.room_id
                       RETURNING r.id, r.rev
                   ), noted AS (
                       INSERT INTO entry_changes (room_id, rev, seq) SELECT id, rev, $3 FROM changed
                   )
                   SELECT rev AS "rev!" FROM changed"#,
                room.buyer_id,
                room.seller_id,
                seq
            )
            .fetch_optional(db)
            .await?
            .map(|row| row.rev)
        };
    }
    Ok(match side {
        Side::Buyer => remove_from!("UPDATE messages m "),
        Side::Seller => remove_from!("UPDATE post_messages m "),
    })
}

/// The entries that changed after `rev`, each with the `rev` of its last change, in that order.
pub(in crate::chat) async fn changed_since(
    db: impl PgExecutor<'_>,
    room: RoomKey,
    rev: i64,
    limit: i64,
) -> sqlx::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query!(
        r#"SELECT c.seq, max(c.rev) AS "rev!" FROM entry_changes c
           JOIN rooms r ON r.id = c.room_id
           WHERE r.buyer_id = $1 AND r.seller_id = $2 AND c.rev > $3
           GROUP BY c.seq ORDER BY max(c.rev) LIMIT $4"#,
        room.buyer_id,
        room.seller_id,
        rev,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.seq, row.rev)).collect())
}
