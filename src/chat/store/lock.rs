//! Row locks of rooms, taken in id order so that two batches never wait for each other in a circle.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::chat::domain::{
    batch::{RoomState, RoomStates},
    blocks::Blocks,
    room_key::RoomKey,
};

/// Locks the rooms in id order, making the rows of those that have none yet, with the blocks between their people.
/// Whoever blocks makes the rows first (`store/blocks.rs`), so that none is made meanwhile without it. `past_locks`: those that somebody
/// else has locked are left out.
pub(in crate::chat) async fn lock_rooms(
    tx: &mut PgConnection,
    rooms: impl Iterator<Item = RoomKey>,
    past_locks: bool,
) -> sqlx::Result<RoomStates> {
    let mut keys: Vec<RoomKey> = rooms.collect();
    keys.sort_unstable();
    keys.dedup();
    let mut locked = lock(tx, &keys, past_locks).await?;
    keys.retain(|key| !locked.contains_key(key));
    if !keys.is_empty() {
        let (buyers, sellers) = columns(&keys);
        // In the keys' order, so that two nodes making the same rooms wait for each other in one direction only.
        sqlx::query!(
            "INSERT INTO rooms (buyer_id, seller_id, buyer_blocked, seller_blocked)
             SELECT k.buyer_id, k.seller_id,
                    EXISTS (SELECT FROM blocks WHERE blocker_id = c.account_id AND blocked_id = b.account_id),
                    EXISTS (SELECT FROM blocks WHERE blocker_id = b.account_id AND blocked_id = c.account_id)
             FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS k (buyer_id, seller_id, n)
             JOIN buyers b ON b.id = k.buyer_id
             JOIN customers c ON c.id = k.seller_id
             ORDER BY k.n
             ON CONFLICT ON CONSTRAINT rooms_buyer_id_seller_id_key DO NOTHING",
            &buyers,
            &sellers
        )
        .execute(&mut *tx)
        .await?;
        locked.extend(lock(tx, &keys, past_locks).await?);
    }
    Ok(locked)
}

fn columns(keys: &[RoomKey]) -> (Vec<i64>, Vec<i64>) {
    keys.iter().map(|key| (key.buyer_id, key.seller_id)).unzip()
}

/// A locked room's row.
struct LockedRoomRow {
    id: i64,
    buyer_id: i64,
    seller_id: i64,
    last_seq: i64,
    buyer_total: i64,
    seller_total: i64,
    buyer_blocked: bool,
    seller_blocked: bool,
    block_rev: i64,
    buyer_withheld: i64,
    seller_withheld: i64,
    buyer_last_shown: Option<i64>,
    seller_last_shown: Option<i64>,
    last_product_id: Option<i64>,
    withheld_product_id: Option<i64>,
    last_at: OffsetDateTime,
}

macro_rules! lock_query {
    ($buyers:expr, $sellers:expr, $wait:tt) => {
        sqlx::query_as!(
            LockedRoomRow,
            r#"SELECT r.id, r.buyer_id, r.seller_id, last_seq, buyer_total, seller_total, buyer_blocked, seller_blocked, block_rev,
                      buyer_withheld, seller_withheld, buyer_last_shown, seller_last_shown, last_product_id,
                      withheld_product_id, coalesce(last_at, 'epoch') AS "last_at!"
               FROM rooms r
               JOIN unnest($1::bigint[], $2::bigint[]) AS k (buyer_id, seller_id) USING (buyer_id, seller_id)
               ORDER BY r.id FOR UPDATE OF r"# + $wait,
            $buyers,
            $sellers
        )
    };
}

async fn lock(tx: &mut PgConnection, keys: &[RoomKey], past_locks: bool) -> sqlx::Result<RoomStates> {
    let (buyers, sellers) = columns(keys);
    let rows = if past_locks {
        lock_query!(&buyers, &sellers, " SKIP LOCKED").fetch_all(tx).await?
    } else {
        lock_query!(&buyers, &sellers, "").fetch_all(tx).await?
    };
    let state = |row: LockedRoomRow| {
        let state = RoomState {
            id: row.id,
            last_seq: row.last_seq,
            buyer_total: row.buyer_total,
            seller_total: row.seller_total,
            blocks: Blocks { rev: row.block_rev, buyer: row.buyer_blocked, seller: row.seller_blocked },
            buyer_withheld: row.buyer_withheld,
            seller_withheld: row.seller_withheld,
            buyer_last_shown: row.buyer_last_shown,
            seller_last_shown: row.seller_last_shown,
            last_product_id: row.last_product_id,
            withheld_product_id: row.withheld_product_id,
            last_at: row.last_at,
        };
        (RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }, state)
    };
    Ok(rows.into_iter().map(state).collect())
}
