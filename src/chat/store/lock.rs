//! Row locks of rooms, taken in id order so that two batches never wait for each other in a circle.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::chat::domain::{
    batch::{RoomState, RoomStates},
    room_key::RoomKey,
};

/// Locks the rooms in id order, making the rows of those that have none yet. `past_locks`: those that somebody
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
            "INSERT INTO rooms (buyer_id, seller_id) SELECT * FROM unnest($1::bigint[], $2::bigint[])
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
    last_product_id: Option<i64>,
    last_at: OffsetDateTime,
}

macro_rules! lock_query {
    ($buyers:expr, $sellers:expr, $wait:tt) => {
        sqlx::query_as!(
            LockedRoomRow,
            r#"SELECT r.id, r.buyer_id, r.seller_id, last_seq, buyer_total, seller_total, last_product_id,
                      coalesce(last_at, 'epoch') AS "last_at!"
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
        let LockedRoomRow {
            id,
            buyer_id,
            seller_id,
            last_seq,
            buyer_total,
            seller_total,
            last_product_id,
            last_at,
        } = row;
        let state = RoomState { id, last_seq, buyer_total, seller_total, last_product_id, last_at };
        (RoomKey { buyer_id, seller_id }, state)
    };
    Ok(rows.into_iter().map(state).collect())
}
