//! What of a batch is in the rows already: duplicates by `client_id`, and products a room has talked about.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sqlx::{PgConnection, types::Uuid};

use crate::chat::{
    domain::{
        batch::{RoomStates, StoredEntries},
        room_key::RoomKey,
    },
    store::entries::{EntryRow, entry_query},
};

/// Which of these messages are stored already.
pub(in crate::chat) async fn find_duplicates(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    messages: impl Iterator<Item = (RoomKey, Uuid)>,
) -> sqlx::Result<StoredEntries> {
    // A room without an entry has nothing to compare with.
    let started = messages.filter_map(|(room, client_id)| {
        let room = rooms.get(&room).filter(|room| room.last_seq > 0)?;
        Some((room.id, client_id))
    });
    let (room_ids, client_ids): (Vec<i64>, Vec<Uuid>) = started.unzip();
    if room_ids.is_empty() {
        return Ok(StoredEntries::new());
    }
    // At most one of each side: the two unique indexes answer.
    let rows = entry_query!(
        EntryRow,
        "SELECT",
        "FROM unnest($1::bigint[], $2::uuid[]) AS k (room_id, client_id)
         CROSS JOIN LATERAL (
             SELECT * FROM room_entries WHERE room_id = k.room_id AND client_id = k.client_id LIMIT 2
         ) e",
        &room_ids,
        &client_ids
    )
    .fetch_all(tx)
    .await?;
    let keys: HashMap<i64, RoomKey> = rooms.iter().map(|(key, room)| (room.id, *key)).collect();
    let stored = rows.into_iter().filter_map(|row| {
        let room = *keys.get(&row.room_id)?;
        let entry = Arc::new(row.entry(room));
        Some(((room, entry.from, entry.client_id), entry))
    });
    Ok(stored.collect())
}

/// Which of these products each of these rooms has talked about before: the entry that introduced it is
/// looked for.
pub(in crate::chat) async fn discussed_before(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    asked: HashSet<(RoomKey, i64)>,
) -> sqlx::Result<HashSet<(RoomKey, i64)>> {
    if asked.is_empty() {
        return Ok(asked);
    }
    let (keys, room_ids): (Vec<_>, Vec<_>) =
        asked.into_iter().filter_map(|key| Some((key, rooms.get(&key.0)?.id))).unzip();
    let product_ids: Vec<i64> = keys.iter().map(|(_, product_id)| *product_id).collect();
    let spoken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM messages m
                          WHERE m.product_id = k.product_id AND m.room_id = k.room_id AND m.starts_product)
               OR EXISTS (SELECT 1 FROM post_messages p
                          WHERE p.product_id = k.product_id AND p.room_id = k.room_id AND p.starts_product) AS "spoken!"
           FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS k (room_id, product_id, n) ORDER BY n"#,
        &room_ids,
        &product_ids
    )
    .fetch_all(tx)
    .await?;
    Ok(keys.into_iter().zip(spoken).filter_map(|(key, spoken)| spoken.then_some(key)).collect())
}
