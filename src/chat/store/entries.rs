//! A room's timeline, read through the view `room_entries`: the one list of an entry's columns, beside the
//! view's own and that of the rows to insert.

use sqlx::{PgExecutor, types::Uuid};
use time::OffsetDateTime;

use crate::{
    chat::domain::{
        content::Content,
        entry::{Entry, ProductSnapshot},
        room_key::RoomKey,
        side::Side,
    },
    products::price::Price,
};

/// An entry as its row has it.
pub(super) struct EntryRow {
    pub room_id: i64,
    pub seq: i64,
    pub from_buyer: bool,
    pub client_id: Uuid,
    pub kind: String,
    pub payload: Option<serde_json::Value>,
    pub body: String,
    pub product_id: Option<i64>,
    pub starts_product: bool,
    pub product_title: Option<String>,
    pub product_price_minor: Option<i64>,
    pub product_currency: Option<String>,
    pub product_photo: Option<String>,
    pub sent_at: OffsetDateTime,
    pub withheld: bool,
}

impl EntryRow {
    /// Never fails: what this version can't read is of an unknown kind.
    pub fn entry(self, room: RoomKey) -> Entry {
        let row = self;
        let mut content = Content::decode(room, row.kind, row.payload, row.body);
        let mut introduces = None;
        if let (true, Some(product_id), Some(minor), Some(currency)) =
            (row.starts_product, row.product_id, row.product_price_minor, row.product_currency)
        {
            match Price::from_row(minor, &currency) {
                Ok(price) if price.currency().is_known() => {
                    let title = row.product_title.unwrap_or_default();
                    introduces = Some(ProductSnapshot { product_id, title, price, photo: row.product_photo });
                }
                _ => {
                    content =
                        Content::Unknown { kind: content.kind().to_owned(), body: content.body().to_owned() };
                }
            }
        }
        Entry {
            seq: row.seq,
            from: if row.from_buyer { Side::Buyer } else { Side::Seller },
            client_id: row.client_id,
            content,
            product_id: row.product_id,
            introduces,
            sent_at: row.sent_at,
            withheld: row.withheld,
        }
    }
}

/// `SELECT` and the columns of an [`EntryRow`], from the view `room_entries` under the name `e`.
macro_rules! entry_query {
    ($row:ty, $before:literal, $from:literal $(, $args:expr)* $(,)?) => {
        sqlx::query_as!(
            $row,
            $before
                + r#" e.room_id AS "room_id!", e.seq AS "seq!", e.from_buyer AS "from_buyer!", e.client_id AS "client_id!", e.kind AS "kind!",
                      e.payload, e.body AS "body!", e.product_id, e.starts_product AS "starts_product!",
                      e.product_title, e.product_price_minor, e.product_currency, e.product_photo,
                      e.sent_at AS "sent_at!", e.withheld AS "withheld!" "#
                + $from
            $(, $args)*
        )
    };
}
pub(super) use entry_query;

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
    let rows = entry_query!(
        EntryRow,
        r#"WITH room AS (
               SELECT id, CASE WHEN $5 THEN $3 ELSE greatest($3, least($4, last_seq + 1) - $6 - 1) END AS lower,
                      CASE WHEN $5 THEN least($4, $3 + $6 + 1) ELSE least($4, last_seq + 1) END AS upper
               FROM rooms WHERE buyer_id = $1 AND seller_id = $2
           )
           SELECT"#,
        r#"FROM room JOIN room_entries e ON e.room_id = room.id AND e.seq > room.lower AND e.seq < room.upper
           ORDER BY e.seq"#,
        room.buyer_id,
        room.seller_id,
        after,
        before,
        from_start,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.entry(room)).collect())
}

/// Entries of a room by their numbers, ascending.
pub(in crate::chat) async fn by_seqs(
    db: impl PgExecutor<'_>,
    room: RoomKey,
    seqs: &[i64],
) -> sqlx::Result<Vec<Entry>> {
    let rows = entry_query!(
        EntryRow,
        "SELECT",
        "FROM rooms r JOIN room_entries e ON e.room_id = r.id
         WHERE r.buyer_id = $1 AND r.seller_id = $2 AND e.seq = ANY($3) ORDER BY e.seq",
        room.buyer_id,
        room.seller_id,
        seqs
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.entry(room)).collect())
}
