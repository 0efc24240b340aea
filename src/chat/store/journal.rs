//! What the journal reads and writes inside its transaction.

use std::collections::HashSet;

use sqlx::{
    PgConnection,
    types::{Json, Uuid},
};

use super::history::EntryRow;
use crate::{
    chat::{
        RoomKey, Side,
        journal::{
            Write,
            plan::{Insert, Known, LockedRoom, LockedRooms},
        },
        photos::Payload,
    },
    products::ProductSummary,
};

/// Locks the rooms in id order, making the rows of those that have none yet.
pub(in crate::chat) async fn lock_rooms(
    tx: &mut PgConnection,
    rooms: impl Iterator<Item = RoomKey>,
) -> sqlx::Result<LockedRooms> {
    let mut keys: Vec<RoomKey> = rooms.collect();
    keys.sort_unstable();
    keys.dedup();
    let mut locked = lock(tx, &keys).await?;
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
        locked.extend(lock(tx, &keys).await?);
    }
    Ok(locked)
}

fn columns(keys: &[RoomKey]) -> (Vec<i64>, Vec<i64>) {
    keys.iter().map(|key| (key.buyer_id, key.seller_id)).unzip()
}

async fn lock(tx: &mut PgConnection, keys: &[RoomKey]) -> sqlx::Result<LockedRooms> {
    let (buyers, sellers) = columns(keys);
    let rows = sqlx::query!(
        r#"WITH locked AS MATERIALIZED (
               SELECT r.* FROM rooms r
               JOIN unnest($1::bigint[], $2::bigint[]) AS k (buyer_id, seller_id) USING (buyer_id, seller_id)
               ORDER BY r.id FOR UPDATE OF r
           )
           SELECT id AS "id!", buyer_id AS "buyer_id!", seller_id AS "seller_id!", last_seq AS "last_seq!",
                  buyer_total AS "buyer_total!", seller_total AS "seller_total!", last_product_id,
                  greatest(clock_timestamp(), last_at) AS "now!"
           FROM locked"#,
        &buyers,
        &sellers
    )
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let room = LockedRoom {
                id: row.id,
                last_seq: row.last_seq,
                buyer_total: row.buyer_total,
                seller_total: row.seller_total,
                last_product_id: row.last_product_id,
                now: row.now,
                last: None,
            };
            (RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }, room)
        })
        .collect())
}

/// Which of these messages are stored already.
pub(in crate::chat) async fn repeats(
    tx: &mut PgConnection,
    rooms: &LockedRooms,
    batch: &[Write],
) -> sqlx::Result<Known> {
    let mut room_ids = Vec::with_capacity(batch.len());
    let mut client_ids: Vec<Uuid> = Vec::with_capacity(batch.len());
    // A room without a word has nothing to repeat.
    for (write, room) in batch.iter().filter_map(|write| Some((write, rooms.get(&write.room)?))) {
        if room.last_seq > 0 {
            room_ids.push(room.id);
            client_ids.push(write.draft.client_id);
        }
    }
    if room_ids.is_empty() {
        return Ok(Known::new());
    }
    let rows = sqlx::query!(
        r#"SELECT r.buyer_id AS "buyer_id!", r.seller_id AS "seller_id!", e.seq AS "seq!", e.from_buyer AS "from_buyer!",
                  e.client_id AS "client_id!", e.body AS "body!", e.payload AS "payload: Json<Payload>", e.product_id,
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
            let entry = row.entry(room)?;
            Ok(((room, entry.from, entry.client_id), entry))
        })
        .collect()
}

/// Which of the products that aren't visible any longer were spoken of in these rooms before.
pub(in crate::chat) async fn spoken_of(
    tx: &mut PgConnection,
    rooms: &LockedRooms,
    batch: &[Write],
    products: &[ProductSummary],
) -> sqlx::Result<HashSet<(RoomKey, i64)>> {
    let mut spoken_of = HashSet::new();
    for product in products.iter().filter(|product| !product.is_visible()) {
        for write in batch.iter().filter(|write| write.draft.product_id == Some(product.id)) {
            let Some(room) = rooms.get(&write.room) else { continue };
            let spoken = sqlx::query_scalar!(
                r#"SELECT EXISTS (SELECT 1 FROM messages WHERE room_id = $1 AND product_id = $2)
                       OR EXISTS (SELECT 1 FROM post_messages WHERE room_id = $1 AND product_id = $2) AS "spoken!""#,
                room.id,
                product.id
            )
            .fetch_one(&mut *tx)
            .await?;
            if spoken {
                spoken_of.insert((write.room, product.id));
            }
        }
    }
    Ok(spoken_of)
}

/// The rows to insert, as one array a column.
#[derive(Default)]
struct Rows {
    from_buyer: Vec<bool>,
    room_id: Vec<i64>,
    seq: Vec<i64>,
    ordinal: Vec<i64>,
    client_id: Vec<Uuid>,
    kind: Vec<&'static str>,
    payload: Vec<Option<Json<Payload>>>,
    body: Vec<String>,
    product_id: Vec<Option<i64>>,
    starts_product: Vec<bool>,
    product_title: Vec<Option<String>>,
    product_price_minor: Vec<Option<i64>>,
    product_currency: Vec<Option<String>>,
    product_photo: Vec<Option<String>>,
    sent_at: Vec<time::OffsetDateTime>,
}

/// Inserts the entries and brings their rooms up to date, in one statement.
pub(in crate::chat) async fn write(
    tx: &mut PgConnection,
    rooms: &LockedRooms,
    inserts: &[Insert],
) -> sqlx::Result<()> {
    let mut rows = Rows::default();
    for Insert { room_id, ordinal, entry } in inserts {
        let starts = entry.starts.as_ref();
        rows.from_buyer.push(entry.from == Side::Buyer);
        rows.room_id.push(*room_id);
        rows.seq.push(entry.seq);
        rows.ordinal.push(*ordinal);
        rows.client_id.push(entry.client_id);
        rows.kind.push(entry.kind());
        rows.payload.push(entry.photo.as_ref().map(|photo| Json(photo.payload())));
        rows.body.push(entry.body.clone());
        rows.product_id.push(entry.product_id);
        rows.starts_product.push(starts.is_some());
        rows.product_title.push(starts.map(|product| product.title.clone()));
        rows.product_price_minor.push(starts.map(|product| product.price.minor()));
        rows.product_currency.push(starts.map(|product| product.price.currency().code().to_owned()));
        rows.product_photo.push(starts.and_then(|product| product.photo.clone()));
        rows.sent_at.push(entry.sent_at);
    }
    let changed: Vec<(&LockedRoom, &(Side, String))> =
        rooms.values().filter_map(|room| Some((room, room.last.as_ref()?))).collect();
    sqlx::query!(
        r#"WITH entry AS (
               SELECT * FROM unnest($1::bool[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[],
                   $7::jsonb[], $8::text[], $9::bigint[], $10::bool[], $11::text[], $12::bigint[], $13::text[],
                   $14::text[], $15::timestamptz[])
               AS e (from_buyer, room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                     product_price_minor, product_currency, product_photo, sent_at)
           ), from_buyers AS (
               INSERT INTO messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                     product_price_minor, product_currency, product_photo, sent_at)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, sent_at
               FROM entry WHERE from_buyer
           ), from_sellers AS (
               INSERT INTO post_messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                          product_price_minor, product_currency, product_photo, sent_at)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, sent_at
               FROM entry WHERE NOT from_buyer
           )
           UPDATE rooms r
           SET last_seq = n.last_seq, buyer_total = n.buyer_total, seller_total = n.seller_total,
               last_product_id = n.last_product_id, last_from = n.last_from, last_body = n.last_body, last_at = n.last_at
           FROM unnest($16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::text[],
                       $22::text[], $23::timestamptz[])
                AS n (id, last_seq, buyer_total, seller_total, last_product_id, last_from, last_body, last_at)
           WHERE r.id = n.id"#,
        &rows.from_buyer,
        &rows.room_id,
        &rows.seq,
        &rows.ordinal,
        &rows.client_id,
        &rows.kind as &[&str],
        &rows.payload as &[Option<Json<Payload>>],
        &rows.body,
        &rows.product_id as &[Option<i64>],
        &rows.starts_product,
        &rows.product_title as &[Option<String>],
        &rows.product_price_minor as &[Option<i64>],
        &rows.product_currency as &[Option<String>],
        &rows.product_photo as &[Option<String>],
        &rows.sent_at,
        &changed.iter().map(|(room, _)| room.id).collect::<Vec<_>>(),
        &changed.iter().map(|(room, _)| room.last_seq).collect::<Vec<_>>(),
        &changed.iter().map(|(room, _)| room.buyer_total).collect::<Vec<_>>(),
        &changed.iter().map(|(room, _)| room.seller_total).collect::<Vec<_>>(),
        &changed.iter().map(|(room, _)| room.last_product_id).collect::<Vec<_>>() as &[Option<i64>],
        &changed.iter().map(|(_, (side, _))| side.as_str().to_owned()).collect::<Vec<_>>(),
        &changed.iter().map(|(_, (_, body))| body.clone()).collect::<Vec<_>>(),
        &changed.iter().map(|(room, _)| room.now).collect::<Vec<_>>(),
    )
    .execute(tx)
    .await?;
    Ok(())
}
