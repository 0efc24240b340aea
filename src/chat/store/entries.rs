//! A room's timeline: both tables merged, in `seq` order, by their primary keys.

use sqlx::{
    PgExecutor,
    types::{Json, Uuid},
};
use time::OffsetDateTime;

use crate::{
    chat::domain::{
        content::ContentJson,
        entry::{Entry, ProductSnapshot},
        room_key::RoomKey,
        room_photo::RoomPhoto,
        side::Side,
    },
    products::price::Price,
};

/// An entry as its row has it.
pub(super) struct EntryRow {
    pub seq: i64,
    pub from_buyer: bool,
    pub client_id: Uuid,
    pub body: String,
    pub payload: Option<Json<ContentJson>>,
    pub product_id: Option<i64>,
    pub starts_product: bool,
    pub product_title: Option<String>,
    pub product_price_minor: Option<i64>,
    pub product_currency: Option<String>,
    pub product_photo: Option<String>,
    pub sent_at: OffsetDateTime,
}

impl EntryRow {
    pub fn entry(self, room: RoomKey) -> sqlx::Result<Entry> {
        let row = self;
        let introduces =
            match (row.starts_product, row.product_id, row.product_price_minor, row.product_currency) {
                (true, Some(product_id), Some(minor), Some(currency)) => Some(ProductSnapshot {
                    product_id,
                    title: row.product_title.unwrap_or_default(),
                    price: Price::from_row(minor, &currency)?,
                    photo: row.product_photo,
                }),
                _ => None,
            };
        Ok(Entry {
            seq: row.seq,
            from: if row.from_buyer { Side::Buyer } else { Side::Seller },
            client_id: row.client_id,
            body: row.body,
            photo: row.payload.map(|Json(payload)| RoomPhoto::from_payload(room, payload)).transpose()?,
            product_id: row.product_id,
            introduces,
            sent_at: row.sent_at,
        })
    }
}

/// At most `limit` entries with `after` < seq < `before`, ascending: the first ones if
/// `from_start`, else the last ones.
pub(in crate::chat) async fn history(
    db: impl PgExecutor<'_>,
    room: RoomKey,
    after: i64,
    before: i64,
    from_start: bool,
    limit: i64,
) -> sqlx::Result<Vec<Entry>> {
    // Numbers have no holes: the page's bounds are arithmetic, and both scans stop at them.
    let rows = sqlx::query_as!(
        EntryRow,
        r#"WITH room AS (
               SELECT id, CASE WHEN $5 THEN $3 ELSE greatest($3, least($4, last_seq + 1) - $6 - 1) END AS lower,
                      CASE WHEN $5 THEN least($4, $3 + $6 + 1) ELSE least($4, last_seq + 1) END AS upper
               FROM rooms WHERE buyer_id = $1 AND seller_id = $2
           )
           SELECT seq AS "seq!", from_buyer AS "from_buyer!", client_id AS "client_id!", body AS "body!",
                  payload AS "payload: Json<ContentJson>", product_id, starts_product AS "starts_product!", product_title, product_price_minor, product_currency,
                  product_photo, sent_at AS "sent_at!"
           FROM (
               SELECT m.seq, true AS from_buyer, m.client_id, m.body, m.payload, m.product_id, m.starts_product, m.product_title,
                      m.product_price_minor, m.product_currency, m.product_photo, m.sent_at
               FROM room JOIN messages m ON m.room_id = room.id AND m.seq > room.lower AND m.seq < room.upper
               UNION ALL
               SELECT p.seq, false, p.client_id, p.body, p.payload, p.product_id, p.starts_product, p.product_title,
                      p.product_price_minor, p.product_currency, p.product_photo, p.sent_at
               FROM room JOIN post_messages p ON p.room_id = room.id AND p.seq > room.lower AND p.seq < room.upper
           ) timeline
           ORDER BY seq"#,
        room.buyer_id,
        room.seller_id,
        after,
        before,
        from_start,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| row.entry(room)).collect()
}
