//! Read marks.

use sqlx::{PgExecutor, PgPool};

use crate::chat::domain::{room_key::RoomKey, side::Side};

/// Moves one side's read mark up; the new mark, if it moved.
///
/// One statement, so that no node can stop with the row locked. The mark goes no further than what the side may see
/// of the row as it was when the statement began (`m`): what stands at or before it is then counted whole.
pub(in crate::chat) async fn mark_read(
    db: &PgPool,
    room: RoomKey,
    side: Side,
    seq: i64,
) -> sqlx::Result<Option<i64>> {
    match side {
        Side::Buyer => {
            sqlx::query_scalar!(
                "UPDATE rooms r SET buyer_read_seq = m.mark, buyer_seen = coalesce(
                    (SELECT ordinal FROM post_messages WHERE room_id = m.id AND seq <= m.mark ORDER BY seq DESC LIMIT 1), 0)
                 FROM (SELECT id, least($3, coalesce(buyer_last_shown, last_seq)) AS mark FROM rooms
                       WHERE buyer_id = $1 AND seller_id = $2) m
                 WHERE r.id = m.id AND r.buyer_read_seq < m.mark RETURNING r.buyer_read_seq",
                room.buyer_id,
                room.seller_id,
                seq
            )
            .fetch_optional(db)
            .await
        }
        Side::Seller => {
            sqlx::query_scalar!(
                "UPDATE rooms r SET seller_read_seq = m.mark, seller_seen = coalesce(
                    (SELECT ordinal FROM messages WHERE room_id = m.id AND seq <= m.mark ORDER BY seq DESC LIMIT 1), 0)
                 FROM (SELECT id, least($3, coalesce(seller_last_shown, last_seq)) AS mark FROM rooms
                       WHERE buyer_id = $1 AND seller_id = $2) m
                 WHERE r.id = m.id AND r.seller_read_seq < m.mark RETURNING r.seller_read_seq",
                room.buyer_id,
                room.seller_id,
                seq
            )
            .fetch_optional(db)
            .await
        }
    }
}

/// Moves up how far a visible page has shown one side the room, never past the last entry.
pub(in crate::chat) async fn mark_shown(
    db: &PgPool,
    room: RoomKey,
    side: Side,
    seq: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE rooms SET buyer_shown_seq = CASE WHEN $3 THEN least($4, last_seq) ELSE buyer_shown_seq END,
                          seller_shown_seq = CASE WHEN $3 THEN seller_shown_seq ELSE least($4, last_seq) END
         WHERE buyer_id = $1 AND seller_id = $2
           AND CASE WHEN $3 THEN buyer_shown_seq ELSE seller_shown_seq END < least($4, last_seq)",
        room.buyer_id,
        room.seller_id,
        side == Side::Buyer,
        seq
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Where somebody stopped reading: the other one's first entry beyond the read mark.
pub(in crate::chat) async fn first_unread(
    db: impl PgExecutor<'_>,
    room: RoomKey,
    side: Side,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"SELECT CASE WHEN $3
               THEN (SELECT p.seq FROM post_messages p
                     WHERE p.room_id = r.id AND p.seq > r.buyer_read_seq AND NOT p.withheld
                       AND p.seq <= coalesce(r.buyer_last_shown, r.last_seq) ORDER BY p.seq LIMIT 1)
               ELSE (SELECT m.seq FROM messages m
                     WHERE m.room_id = r.id AND m.seq > r.seller_read_seq AND NOT m.withheld
                       AND m.seq <= coalesce(r.seller_last_shown, r.last_seq) ORDER BY m.seq LIMIT 1)
           END AS seq
           FROM rooms r WHERE r.buyer_id = $1 AND r.seller_id = $2"#,
        room.buyer_id,
        room.seller_id,
        side == Side::Buyer
    )
    .fetch_optional(db)
    .await
    .map(Option::flatten)
}
