//! Blocks on the rooms between two accounts, set in the transaction that changes the blocks themselves.

use sqlx::PgConnection;

use crate::chat::domain::{blocks::Blocks, room_key::RoomKey};

/// Makes the rooms that these two could have, and locks them in id order, as every writer does. From here to the end
/// of the transaction nobody writes between the two, and no room of theirs can be made that wouldn't know.
pub(in crate::chat) async fn lock_rooms_between(
    tx: &mut PgConnection,
    one: i64,
    other: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO rooms (buyer_id, seller_id)
         SELECT b.id, c.id FROM buyers b JOIN customers c ON c.account_id IN ($1, $2)
         WHERE b.account_id IN ($1, $2) AND b.account_id <> c.account_id
         ORDER BY b.id, c.id
         ON CONFLICT ON CONSTRAINT rooms_buyer_id_seller_id_key DO NOTHING",
        one,
        other
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "SELECT r.id FROM rooms r
         JOIN buyers b ON b.id = r.buyer_id
         JOIN customers c ON c.id = r.seller_id
         WHERE (b.account_id = $1 AND c.account_id = $2) OR (b.account_id = $2 AND c.account_id = $1)
         ORDER BY r.id FOR UPDATE OF r",
        one,
        other
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(())
}

/// Brings the rooms between these two in line with their blocks; how each stands then. What was withheld stays so.
/// Read marks as the other sees them stop at the first block, and go on when there is none.
pub(in crate::chat) async fn set_blocks_between(
    tx: &mut PgConnection,
    one: i64,
    other: i64,
) -> sqlx::Result<Vec<(RoomKey, Blocks)>> {
    let rows = sqlx::query!(
        "UPDATE rooms r SET
             buyer_blocked = n.buyer, seller_blocked = n.seller, block_rev = r.block_rev + 1, withheld_product_id = NULL,
             buyer_read_shown = CASE WHEN n.buyer OR n.seller THEN coalesce(r.buyer_read_shown, r.buyer_read_seq) END,
             seller_read_shown = CASE WHEN n.buyer OR n.seller THEN coalesce(r.seller_read_shown, r.seller_read_seq) END
         FROM (
             SELECT b.id AS buyer_id, c.id AS seller_id,
                    EXISTS (SELECT FROM blocks x WHERE x.blocker_id = c.account_id AND x.blocked_id = b.account_id) AS buyer,
                    EXISTS (SELECT FROM blocks x WHERE x.blocker_id = b.account_id AND x.blocked_id = c.account_id) AS seller
             FROM buyers b JOIN customers c ON c.account_id IN ($1, $2)
             WHERE b.account_id IN ($1, $2) AND b.account_id <> c.account_id
         ) n
         WHERE r.buyer_id = n.buyer_id AND r.seller_id = n.seller_id
         RETURNING r.buyer_id, r.seller_id, r.buyer_blocked, r.seller_blocked, r.block_rev",
        one,
        other
    )
    .fetch_all(tx)
    .await?;
    let blocks = rows.into_iter().map(|row| {
        let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
        (room, Blocks { rev: row.block_rev, buyer: row.buyer_blocked, seller: row.seller_blocked })
    });
    Ok(blocks.collect())
}
