//! What the journal reads and writes inside its transaction.

use std::{collections::HashSet, sync::Arc};

use sqlx::{
    PgConnection, Postgres, Type,
    postgres::{PgHasArrayType, PgTypeInfo},
    types::{Json, Uuid},
};
use time::OffsetDateTime;

use super::history::EntryRow;
use crate::{
    chat::{
        RoomKey, Side,
        journal::{
            Write,
            plan::{Change, Insert, Known, Planned, RoomState, RoomStates},
        },
        photos::Payload,
    },
    products::ProductSummary,
};

/// The code of the error where a room isn't as it was left; the database's function `rooms_moved_on` raises it.
pub(in crate::chat) const MOVED_ON: &str = "HG001";
/// Characters of the last message that stand in the inbox.
const PREVIEW: usize = 200;

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
struct Locked {
    id: i64,
    buyer_id: i64,
    seller_id: i64,
    last_seq: i64,
    buyer_total: i64,
    seller_total: i64,
    last_product_id: Option<i64>,
    last_at: OffsetDateTime,
}

async fn lock(tx: &mut PgConnection, keys: &[RoomKey], past_locks: bool) -> sqlx::Result<RoomStates> {
    let (buyers, sellers) = columns(keys);
    let rows = if past_locks {
        sqlx::query_as!(
            Locked,
            r#"SELECT r.id, r.buyer_id, r.seller_id, last_seq, buyer_total, seller_total, last_product_id,
                      coalesce(last_at, 'epoch') AS "last_at!"
               FROM rooms r
               JOIN unnest($1::bigint[], $2::bigint[]) AS k (buyer_id, seller_id) USING (buyer_id, seller_id)
               ORDER BY r.id FOR UPDATE OF r SKIP LOCKED"#,
            &buyers,
            &sellers
        )
        .fetch_all(tx)
        .await?
    } else {
        sqlx::query_as!(
            Locked,
            r#"SELECT r.id, r.buyer_id, r.seller_id, last_seq, buyer_total, seller_total, last_product_id,
                      coalesce(last_at, 'epoch') AS "last_at!"
               FROM rooms r
               JOIN unnest($1::bigint[], $2::bigint[]) AS k (buyer_id, seller_id) USING (buyer_id, seller_id)
               ORDER BY r.id FOR UPDATE OF r"#,
            &buyers,
            &sellers
        )
        .fetch_all(tx)
        .await?
    };
    let state = |row: Locked| {
        let Locked { id, buyer_id, seller_id, last_seq, buyer_total, seller_total, last_product_id, last_at } =
            row;
        let state = RoomState { id, last_seq, buyer_total, seller_total, last_product_id, last_at };
        (RoomKey { buyer_id, seller_id }, state)
    };
    Ok(rows.into_iter().map(state).collect())
}

/// Which of these messages are stored already.
pub(in crate::chat) async fn repeats(
    tx: &mut PgConnection,
    rooms: &RoomStates,
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
            let entry = Arc::new(row.entry(room)?);
            Ok(((room, entry.from, entry.client_id), entry))
        })
        .collect()
}

/// Which of the products that aren't visible any longer were spoken of in these rooms before. The talk turned to
/// them at the first word.
pub(in crate::chat) async fn spoken_of(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    batch: &[Write],
    products: &[ProductSummary],
) -> sqlx::Result<HashSet<(RoomKey, i64)>> {
    let hidden = |id: &i64| products.iter().any(|product| product.id == *id && !product.is_visible());
    let asked: HashSet<(RoomKey, i64)> =
        batch.iter().filter_map(|write| Some((write.room, write.draft.product_id.filter(hidden)?))).collect();
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

/// A row to insert; the type of the same name in the database.
#[derive(sqlx::Encode)]
struct NewEntry<'a> {
    room_id: i64,
    seq: i64,
    ordinal: i64,
    client_id: Uuid,
    kind: &'static str,
    payload: Option<Json<Payload>>,
    body: &'a str,
    product_id: Option<i64>,
    starts_product: bool,
    product_title: Option<&'a str>,
    product_price_minor: Option<i64>,
    product_currency: Option<&'a str>,
    product_photo: Option<&'a str>,
    not_before: OffsetDateTime,
}

impl Type<Postgres> for NewEntry<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("new_entry")
    }
}

impl PgHasArrayType for NewEntry<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("new_entry")
    }
}

impl<'a> From<&'a Insert> for NewEntry<'a> {
    fn from(Insert { room_id, ordinal, entry }: &'a Insert) -> Self {
        let starts = entry.starts.as_ref();
        NewEntry {
            room_id: *room_id,
            seq: entry.seq,
            ordinal: *ordinal,
            client_id: entry.client_id,
            kind: entry.kind(),
            payload: entry.photo.as_ref().map(|photo| Json(photo.payload())),
            body: &entry.body,
            product_id: entry.product_id,
            starts_product: starts.is_some(),
            product_title: starts.map(|product| product.title.as_str()),
            product_price_minor: starts.map(|product| product.price.minor()),
            product_currency: starts.map(|product| product.price.currency().code()),
            product_photo: starts.and_then(|product| product.photo.as_deref()),
            not_before: entry.sent_at,
        }
    }
}

/// A room's row as it shall be, likewise.
#[derive(sqlx::Encode)]
struct RoomChange<'a> {
    id: i64,
    was: i64,
    last_seq: i64,
    buyer_total: i64,
    seller_total: i64,
    last_product_id: Option<i64>,
    last_from: &'static str,
    last_body: &'a str,
    last_at: OffsetDateTime,
}

impl Type<Postgres> for RoomChange<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("room_change")
    }
}

impl PgHasArrayType for RoomChange<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("room_change")
    }
}

impl<'a> From<&Change<'a>> for RoomChange<'a> {
    fn from(Change { was, room, from, body }: &Change<'a>) -> Self {
        let end = body.char_indices().nth(PREVIEW).map_or(body.len(), |(at, _)| at);
        RoomChange {
            id: room.id,
            was: *was,
            last_seq: room.last_seq,
            buyer_total: room.buyer_total,
            seller_total: room.seller_total,
            last_product_id: room.last_product_id,
            last_from: from.as_str(),
            last_body: &body[..end],
            last_at: room.last_at,
        }
    }
}

/// Brings the rooms up to date, in id order, and inserts the entries: one statement, and so by itself a
/// transaction. The time at which it was; [`MOVED_ON`] if a room doesn't stand where it was, and nothing is
/// written.
///
/// The time is taken before the first lock. If somebody else wrote while a lock was waited for, the room
/// has moved on: whatever is written comes after all that is there.
pub(in crate::chat) async fn write(
    conn: &mut PgConnection,
    planned: &Planned<'_>,
) -> sqlx::Result<OffsetDateTime> {
    let from = |side| {
        let inserts = planned.inserts.iter().filter(move |insert| insert.entry.from == side);
        inserts.map(NewEntry::from).collect::<Vec<_>>()
    };
    let mut rooms: Vec<RoomChange<'_>> = planned.changes.values().map(RoomChange::from).collect();
    rooms.sort_unstable_by_key(|room| room.id);
    sqlx::query_scalar!(
        r#"WITH clock AS MATERIALIZED (
               SELECT clock_timestamp() AS now
           ), moved AS (
               UPDATE rooms r
               SET last_seq = n.last_seq, buyer_total = n.buyer_total, seller_total = n.seller_total,
                   last_product_id = n.last_product_id, last_from = n.last_from, last_body = n.last_body,
                   last_at = greatest(clock.now, n.last_at)
               FROM unnest($1::room_change[]) AS n, clock
               WHERE r.id = n.id AND r.last_seq = n.was
               RETURNING 1
           ), stand AS MATERIALIZED (
               SELECT CASE WHEN (SELECT count(*) FROM moved) = cardinality($1) THEN now ELSE rooms_moved_on() END AS now
               FROM clock
           ), from_buyers AS (
               INSERT INTO messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                     product_price_minor, product_currency, product_photo, sent_at)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, greatest(stand.now, not_before)
               FROM stand, unnest($2::new_entry[])
           ), from_sellers AS (
               INSERT INTO post_messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                          product_price_minor, product_currency, product_photo, sent_at)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, greatest(stand.now, not_before)
               FROM stand, unnest($3::new_entry[])
           )
           SELECT now AS "now!" FROM stand"#,
        &rooms as &[RoomChange<'_>],
        &from(Side::Buyer) as &[NewEntry<'_>],
        &from(Side::Seller) as &[NewEntry<'_>],
    )
    .fetch_one(conn)
    .await
}
