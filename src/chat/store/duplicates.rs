//! What of a batch is in the rows already: duplicates by `client_id`, and products a room has talked about.

use std::{collections::HashSet, sync::Arc};

use sqlx::{
    PgConnection,
    types::{Json, Uuid},
};

use crate::chat::{
    domain::{
        batch::{RoomStates, StoredEntries},
        content::ContentJson,
        room_key::RoomKey,
    },
    store::entries::EntryRow,
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
    let rows = sqlx::query!(
        r#"SELECT r.buyer_id AS "buyer_id!", r.seller_id AS "seller_id!", e.seq AS "seq!", e.from_buyer AS "from_buyer!",
                  e.client_id AS "client_id!", e.body AS "body!", e.payload AS "payload: Json<ContentJson>", e.product_id,
                  e.starts_product AS "starts_product!",
                  e.product_title, e.product_price_minor, e.product_currency, e.product_photo, e.sent_at AS "sent_at!"
           FROM (
               SELECT m.room_id, m.seq, true AS from_buyer, m.client_id, m.body, m.payload, m.product_id, m.starts_product,
                      m.product_title, m.product_price_minor, m.product_currency, m.product_photo, m.sent_at
               FROM unnest($1::bigint[], $2::uuid[]) AS k (room_id, client_id), LATERAL (
                   SELECT * FROM messages WHERE room_id = k.room_id AND client_id = k.client_id LIMIT 1) m
               UNION ALL
               SELECT p.room_id, p.seq, false, p.client_id, p.body, p.payload, p.product_id, p.starts_product,
                      p.product_title, p.product_price_minor, p.product_currency, p.product_photo, p.sent_at
               FROM unnest($1::bigint[], $2::uuid[]) AS k (room_id, client_id), LATERAL (
                   SELECT * FROM post_messages WHERE room_id = k.room_id AND client_id = k.client_id LIMIT 1) p
           ) e JOIN rooms r ON r.id = e.room_id"#,
        &room_ids,
        &client_ids
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
            let row = EntryRow {
                seq: row.seq,
                from_buyer: row.from_buyer,
                client_id: row.client_id,
                body: row.body,
                payload: row.payload,
                product_id: row.product_id,
                starts_product: row.starts_product,
                product_title: row.product_title,
                product_price_minor: row.product_price_minor,
                product_currency: row.product_currency,
                product_photo: row.product_photo,
                sent_at: row.sent_at,
            };
            let entry = Arc::new(row.entry(room)?);
            Ok(((room, entry.from, entry.client_id), entry))
        })
        .collect()
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
