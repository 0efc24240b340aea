//! Searching in conversations.

use sqlx::{Executor as _, PgPool};
use time::OffsetDateTime;

use crate::chat::domain::{room_key::RoomKey, side::Side};

/// An entry in which all that was looked for stands.
#[derive(Clone, Debug)]
pub struct Hit {
    pub room: RoomKey,
    pub seq: i64,
    /// The side of the person who searches.
    pub side: Side,
    pub other_name: String,
    pub from: Side,
    pub body: String,
    pub sent_at: OffsetDateTime,
}

/// A room, as somebody who looks for it knows it.
pub(in crate::chat) struct RoomName {
    pub room: RoomKey,
    pub side: Side,
    pub other_name: String,
    /// What was spoken of last.
    pub product_id: Option<i64>,
}

/// A page of hits, and how many there are, counted up to a limit.
pub(in crate::chat) struct SearchResult {
    pub hits: Vec<Hit>,
    pub total: i64,
}

/// What is looked for, as SQL takes it.
#[derive(Clone, Debug)]
pub(in crate::chat) struct TextQuery {
    /// Words that must stand alone, for `plainto_tsquery`; empty if there are none.
    pub words: String,
    /// The pattern that the index narrows most.
    pub most_selective: Option<String>,
    /// A pattern of `LIKE` for each part of a word.
    pub patterns: Vec<String>,
}

/// The newest entries of this person's rooms with these terms, of which `most` are counted. A page that
/// doesn't exist is the last one.
pub(in crate::chat) async fn search(
    db: &PgPool,
    (account_id, buyer_id, seller_id): (i64, Option<i64>, Option<i64>),
    text: &TextQuery,
    most: i64,
    (page, per_page): (i64, i64),
) -> sqlx::Result<SearchResult> {
    let mut tx = db.begin().await?;
    // Planned for the values at hand: how common a word is, and which conditions there are at all.
    tx.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL statement_timeout = '2s'").await?;
    let rows = sqlx::query!(
        r#"WITH found AS (
               SELECT room_id, seq, sent_at FROM message_search
               WHERE people @> ARRAY[$1::bigint]
                 AND ($4 = '' OR to_tsvector('simple', text) @@ plainto_tsquery('simple', $4))
                 AND ($5::text IS NULL OR text LIKE $5)
                 AND text LIKE ALL ($6::text[])
               ORDER BY sent_at DESC, room_id DESC, seq DESC LIMIT $7
           ), total AS (
               SELECT count(*) AS total FROM found
           ), page AS (
               SELECT found.*, total.total FROM found, total
               ORDER BY sent_at DESC, room_id DESC, seq DESC
               LIMIT $9 OFFSET least(($8::bigint - 1) * $9::bigint,
                                     (SELECT greatest(total.total - 1, 0) / $9 * $9 FROM total))
           )
           SELECT r.buyer_id, r.seller_id, page.seq, page.sent_at, page.total AS "total!",
                  r.buyer_id IS NOT DISTINCT FROM $2 AS "mine_is_buyer!",
                  CASE WHEN r.buyer_id IS NOT DISTINCT FROM $2 THEN c.shop_name ELSE a.name END AS "other_name!",
                  m.body IS NOT NULL AS "from_buyer!", coalesce(m.body, p.body) AS "body!"
           FROM page
           JOIN rooms r ON r.id = page.room_id AND (r.buyer_id = $2 OR r.seller_id = $3)
           JOIN buyers b ON b.id = r.buyer_id
           JOIN accounts a ON a.id = b.account_id
           JOIN customers c ON c.id = r.seller_id
           LEFT JOIN messages m ON m.room_id = page.room_id AND m.seq = page.seq
           LEFT JOIN post_messages p ON p.room_id = page.room_id AND p.seq = page.seq
           ORDER BY page.sent_at DESC, page.room_id DESC, page.seq DESC"#,
        account_id,
        buyer_id,
        seller_id,
        text.words,
        text.most_selective,
        &text.patterns,
        most,
        page,
        per_page
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let total = rows.first().map_or(0, |row| row.total);
    let side = |is_buyer| if is_buyer { Side::Buyer } else { Side::Seller };
    let hits = rows.into_iter().map(|row| Hit {
        room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
        seq: row.seq,
        side: side(row.mine_is_buyer),
        other_name: row.other_name,
        from: side(row.from_buyer),
        body: row.body,
        sent_at: row.sent_at,
    });
    Ok(SearchResult { hits: hits.collect(), total })
}

/// With whom this person talks, and about which product last: each of their rooms, those with the latest
/// words first.
pub(in crate::chat) async fn room_names(
    db: &PgPool,
    buyer_id: Option<i64>,
    seller_id: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<RoomName>> {
    let mut tx = db.begin().await?;
    tx.execute("SET LOCAL statement_timeout = '2s'").await?;
    let rows = sqlx::query!(
        r#"SELECT r.buyer_id, r.seller_id, r.buyer_id IS NOT DISTINCT FROM $1 AS "mine_is_buyer!",
                  CASE WHEN r.buyer_id IS NOT DISTINCT FROM $1 THEN c.shop_name ELSE a.name END AS "other_name!",
                  r.last_product_id
           FROM rooms r
           JOIN buyers b ON b.id = r.buyer_id
           JOIN accounts a ON a.id = b.account_id
           JOIN customers c ON c.id = r.seller_id
           WHERE (r.buyer_id = $1 AND coalesce(r.buyer_last_shown, r.last_seq) > 0)
              OR (r.seller_id = $2 AND coalesce(r.seller_last_shown, r.last_seq) > 0)
           ORDER BY r.last_at DESC, r.id DESC LIMIT $3"#,
        buyer_id,
        seller_id,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| RoomName {
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            side: if row.mine_is_buyer { Side::Buyer } else { Side::Seller },
            other_name: row.other_name,
            product_id: row.last_product_id,
        })
        .collect())
}
