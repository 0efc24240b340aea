//! The one statement that writes a batch: compare-and-set of the rooms, and the new rows.

use sqlx::{
    PgConnection, Postgres, Type,
    postgres::{PgHasArrayType, PgTypeInfo},
    types::{Json, Uuid},
};
use time::OffsetDateTime;

use crate::chat::domain::{
    batch::{NewEntry, RoomUpdate},
    content::{Content, ContentJson},
    side::Side,
};

/// The code of the error where a room isn't as it was left; the database's function `rooms_moved_on` raises it.
pub(in crate::chat) const VERSION_CONFLICT: &str = "HG001";

/// A row to insert; the type of the same name in the database.
#[derive(sqlx::Encode)]
struct NewEntryRow<'a> {
    room_id: i64,
    seq: i64,
    ordinal: i64,
    client_id: Uuid,
    kind: &'a str,
    payload: Option<Json<ContentJson>>,
    body: &'a str,
    product_id: Option<i64>,
    starts_product: bool,
    product_title: Option<&'a str>,
    product_price_minor: Option<i64>,
    product_currency: Option<&'a str>,
    product_photo: Option<&'a str>,
    not_before: OffsetDateTime,
    withheld: bool,
}

impl Type<Postgres> for NewEntryRow<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("new_entry_2")
    }
}

impl PgHasArrayType for NewEntryRow<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("new_entry_2")
    }
}

impl<'a> From<&'a NewEntry> for NewEntryRow<'a> {
    fn from(NewEntry { room_id, ordinal, entry }: &'a NewEntry) -> Self {
        let introduces = entry.introduces.as_ref();
        NewEntryRow {
            room_id: *room_id,
            seq: entry.seq,
            ordinal: *ordinal,
            client_id: entry.client_id,
            kind: entry.content.kind(),
            payload: entry.content.to_json().map(Json),
            body: entry.content.body(),
            product_id: entry.product_id,
            starts_product: introduces.is_some(),
            product_title: introduces.map(|product| product.title.as_str()),
            product_price_minor: introduces.map(|product| product.price.minor()),
            product_currency: introduces.map(|product| product.price.currency().code()),
            product_photo: introduces.and_then(|product| product.photo.as_deref()),
            not_before: entry.sent_at,
            withheld: entry.withheld,
        }
    }
}

/// A room's row as it shall be, likewise.
#[derive(sqlx::Encode)]
struct RoomUpdateRow<'a> {
    id: i64,
    was: i64,
    buyer_blocked: bool,
    seller_blocked: bool,
    last_seq: i64,
    buyer_total: i64,
    seller_total: i64,
    buyer_withheld: i64,
    seller_withheld: i64,
    buyer_last_shown: Option<i64>,
    seller_last_shown: Option<i64>,
    withheld_product_id: Option<i64>,
    last_product_id: Option<i64>,
    last_from: &'static str,
    last_body: &'a str,
    last_at: OffsetDateTime,
}

impl Type<Postgres> for RoomUpdateRow<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("room_change_2")
    }
}

impl PgHasArrayType for RoomUpdateRow<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("room_change_2")
    }
}

impl<'a> From<&RoomUpdate<'a>> for RoomUpdateRow<'a> {
    fn from(RoomUpdate { expected_seq, room, from, body }: &RoomUpdate<'a>) -> Self {
        RoomUpdateRow {
            id: room.id,
            was: *expected_seq,
            buyer_blocked: room.blocks.buyer,
            seller_blocked: room.blocks.seller,
            last_seq: room.last_seq,
            buyer_total: room.buyer_total,
            seller_total: room.seller_total,
            buyer_withheld: room.buyer_withheld,
            seller_withheld: room.seller_withheld,
            buyer_last_shown: room.buyer_last_shown,
            seller_last_shown: room.seller_last_shown,
            withheld_product_id: room.withheld_product_id,
            last_product_id: room.last_product_id,
            last_from: from.as_str(),
            last_body: Content::excerpt(body),
            last_at: room.last_at,
        }
    }
}

/// Brings the rooms up to date, in id order, and inserts the entries: one statement, and so by itself a
/// transaction. The time at which it was; [`VERSION_CONFLICT`] if a room doesn't stand where it was, or somebody blocked
/// or unblocked somebody there, and nothing is written.
///
/// The time is taken before the first lock. If somebody else wrote while a lock was waited for, the room
/// has moved on: whatever is written comes after all that is there.
pub(in crate::chat) async fn write<'a>(
    conn: &mut PgConnection,
    entries: &[NewEntry],
    rooms: impl Iterator<Item = &'a RoomUpdate<'a>>,
) -> sqlx::Result<OffsetDateTime> {
    let from = |side| {
        let inserts = entries.iter().filter(move |new| new.entry.from == side);
        inserts.map(NewEntryRow::from).collect::<Vec<_>>()
    };
    let mut rooms: Vec<RoomUpdateRow<'_>> = rooms.map(RoomUpdateRow::from).collect();
    rooms.sort_unstable_by_key(|room| room.id);
    sqlx::query_scalar!(
        r#"WITH clock AS MATERIALIZED (
               SELECT clock_timestamp() AS now
           ), moved AS (
               UPDATE rooms r
               SET last_seq = n.last_seq, buyer_total = n.buyer_total, seller_total = n.seller_total,
                   buyer_withheld = n.buyer_withheld, seller_withheld = n.seller_withheld,
                   buyer_last_shown = n.buyer_last_shown, seller_last_shown = n.seller_last_shown,
                   withheld_product_id = n.withheld_product_id,
                   last_product_id = n.last_product_id, last_from = n.last_from, last_body = n.last_body,
                   last_at = greatest(clock.now, n.last_at)
               FROM unnest($1::room_change_2[]) AS n, clock
               WHERE r.id = n.id AND r.last_seq = n.was
                 AND r.buyer_blocked = n.buyer_blocked AND r.seller_blocked = n.seller_blocked
               RETURNING 1
           ), stand AS MATERIALIZED (
               SELECT CASE WHEN (SELECT count(*) FROM moved) = cardinality($1) THEN now ELSE rooms_moved_on() END AS now
               FROM clock
           ), from_buyers AS (
               INSERT INTO messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                     product_price_minor, product_currency, product_photo, sent_at, withheld)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, greatest(stand.now, not_before), withheld
               FROM stand, unnest($2::new_entry_2[])
           ), from_sellers AS (
               INSERT INTO post_messages (room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                                          product_price_minor, product_currency, product_photo, sent_at, withheld)
               SELECT room_id, seq, ordinal, client_id, kind, payload, body, product_id, starts_product, product_title,
                      product_price_minor, product_currency, product_photo, greatest(stand.now, not_before), withheld
               FROM stand, unnest($3::new_entry_2[])
           )
           SELECT now AS "now!" FROM stand"#,
        &rooms as &[RoomUpdateRow<'_>],
        &from(Side::Buyer) as &[NewEntryRow<'_>],
        &from(Side::Seller) as &[NewEntryRow<'_>],
    )
    .fetch_one(conn)
    .await
}
