//! What the journal reads and writes inside its transaction.

use std::{collections::HashSet, sync::Arc};

use sqlx::{
    PgConnection,
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

/// The rows to insert, as one array a column.
#[derive(Default)]
struct Rows<'a> {
    from_buyer: Vec<bool>,
    room_id: Vec<i64>,
    seq: Vec<i64>,
    ordinal: Vec<i64>,
    client_id: Vec<Uuid>,
    kind: Vec<&'static str>,
    payload: Vec<Option<Json<Payload>>>,
    body: Vec<&'a str>,
    product_id: Vec<Option<i64>>,
    starts_product: Vec<bool>,
    product_title: Vec<Option<&'a str>>,
    product_price_minor: Vec<Option<i64>>,
    product_currency: Vec<Option<&'a str>>,
    product_photo: Vec<Option<&'a str>>,
    not_before: Vec<OffsetDateTime>,
}

impl<'a> Rows<'a> {
    fn push(&mut self, Insert { room_id, ordinal, entry }: &'a Insert) {
        let starts = entry.starts.as_ref();
        self.from_buyer.push(entry.from == Side::Buyer);
        self.room_id.push(*room_id);
        self.seq.push(entry.seq);
        self.ordinal.push(*ordinal);
        self.client_id.push(entry.client_id);
        self.kind.push(entry.kind());
        self.payload.push(entry.photo.as_ref().map(|photo| Json(photo.payload())));
        self.body.push(&entry.body);
        self.product_id.push(entry.product_id);
        self.starts_product.push(starts.is_some());
        self.product_title.push(starts.map(|product| product.title.as_str()));
        self.product_price_minor.push(starts.map(|product| product.price.minor()));
        self.product_currency.push(starts.map(|product| product.price.currency().code()));
        self.product_photo.push(starts.and_then(|product| product.photo.as_deref()));
        self.not_before.push(entry.sent_at);
    }
}

/// The rooms' rows as they shall be, likewise.
#[derive(Default)]
struct RoomRows<'a> {
    id: Vec<i64>,
    was: Vec<i64>,
    last_seq: Vec<i64>,
    buyer_total: Vec<i64>,
    seller_total: Vec<i64>,
    last_product_id: Vec<Option<i64>>,
    last_from: Vec<&'static str>,
    last_body: Vec<&'a str>,
    last_at: Vec<OffsetDateTime>,
}

impl<'a> RoomRows<'a> {
    fn push(&mut self, Change { was, room, from, body }: &Change<'a>) {
        self.id.push(room.id);
        self.was.push(*was);
        self.last_seq.push(room.last_seq);
        self.buyer_total.push(room.buyer_total);
        self.seller_total.push(room.seller_total);
        self.last_product_id.push(room.last_product_id);
        self.last_from.push(from.as_str());
        let end = body.char_indices().nth(PREVIEW).map_or(body.len(), |(at, _)| at);
        self.last_body.push(&body[..end]);
        self.last_at.push(room.last_at);
    }
}

/// Locks the rooms in id order, and if each stands where it was inserts the entries and brings the rooms up to
/// date: one statement, and so by itself a transaction. The time at which it was; none if a room stands
/// elsewhere, and nothing is written.
pub(in crate::chat) async fn write(
    conn: &mut PgConnection,
    planned: &Planned<'_>,
) -> sqlx::Result<Option<OffsetDateTime>> {
    let mut rows = Rows::default();
    planned.inserts.iter().for_each(|insert| rows.push(insert));
    let mut rooms = RoomRows::default();
    planned.changes.values().for_each(|change| rooms.push(change));
    sqlx::query_scalar!(
        r#"WITH room AS MATERIALIZED (
               SELECT * FROM unnest($16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[],
                                    $22::text[], $23::text[], $24::timestamptz[])
               AS n (id, was, last_seq, buyer_total, seller_total, last_product_id, last_from, last_body, last_at)
           ), held AS MATERIALIZED (
               SELECT r.id FROM room n JOIN rooms r ON r.id = n.id
               WHERE r.last_seq = n.was ORDER BY r.id FOR UPDATE OF r
           ), stand AS MATERIALIZED (
               SELECT clock_timestamp() AS now FROM held HAVING count(*) = cardinality($16)
           ), entry AS MATERIALIZED (
               SELECT e.*, greatest(stand.now, e.not_before) AS sent_at
               FROM stand, unnest($1::bool[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[],
                   $7::jsonb[], $8::text[], $9::bigint[], $10::bool[], $11::text[], $12::bigint[], $13::text[],
                   $14::text[], $15::timestamptz[])
               AS e (from_buyer, room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                     product_price_minor, product_currency, product_photo, not_before)
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
           ), moved AS (
               UPDATE rooms r
               SET last_seq = n.last_seq, buyer_total = n.buyer_total, seller_total = n.seller_total,
                   last_product_id = n.last_product_id, last_from = n.last_from, last_body = n.last_body,
                   last_at = greatest(stand.now, n.last_at)
               FROM room n, stand WHERE r.id = n.id
           )
           SELECT now AS "now!" FROM stand"#,
        &rows.from_buyer,
        &rows.room_id,
        &rows.seq,
        &rows.ordinal,
        &rows.client_id,
        &rows.kind as &[&str],
        &rows.payload as &[Option<Json<Payload>>],
        &rows.body as &[&str],
        &rows.product_id as &[Option<i64>],
        &rows.starts_product,
        &rows.product_title as &[Option<&str>],
        &rows.product_price_minor as &[Option<i64>],
        &rows.product_currency as &[Option<&str>],
        &rows.product_photo as &[Option<&str>],
        &rows.not_before,
        &rooms.id,
        &rooms.was,
        &rooms.last_seq,
        &rooms.buyer_total,
        &rooms.seller_total,
        &rooms.last_product_id as &[Option<i64>],
        &rooms.last_from as &[&str],
        &rooms.last_body as &[&str],
        &rooms.last_at,
    )
    .fetch_optional(conn)
    .await
}
