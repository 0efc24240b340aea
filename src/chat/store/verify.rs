//! The invariants of rooms, asked of every row.

use sqlx::PgExecutor;

use crate::chat::domain::{discrepancy::Discrepancy, room_key::RoomKey};

pub(in crate::chat) async fn verify(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Discrepancy>> {
    let rows = sqlx::query!(
        r#"WITH entries AS (
               SELECT room_id, seq, ordinal, true AS from_buyer, sent_at, body, product_id, starts_product FROM messages
               UNION ALL
               SELECT room_id, seq, ordinal, false, sent_at, body, product_id, starts_product FROM post_messages
           ), latest AS (
               SELECT DISTINCT ON (room_id) room_id, CASE WHEN from_buyer THEN 'buyer' ELSE 'seller' END AS last_from,
                      left(body, 200) AS last_body, sent_at AS last_at
               FROM entries ORDER BY room_id, seq DESC
           ), about AS (
               SELECT DISTINCT ON (room_id) room_id, product_id AS last_product_id
               FROM entries WHERE starts_product ORDER BY room_id, seq DESC
           ), placed AS (
               SELECT *, row_number() OVER (PARTITION BY room_id ORDER BY seq) AS place,
                      row_number() OVER (PARTITION BY room_id, from_buyer ORDER BY seq) AS place_of_side,
                      lag(sent_at) OVER (PARTITION BY room_id ORDER BY seq) AS sent_before
               FROM entries
           ), counted AS (
               SELECT r.id,
                      count(*) FILTER (WHERE p.from_buyer) AS buyer_total,
                      count(*) FILTER (WHERE NOT p.from_buyer) AS seller_total,
                      coalesce(max(p.seq), 0) AS last_seq,
                      count(*) FILTER (WHERE p.seq <> p.place) AS misplaced,
                      count(*) FILTER (WHERE p.ordinal <> p.place_of_side) AS misnumbered,
                      count(*) FILTER (WHERE p.sent_at < p.sent_before) AS back_in_time,
                      count(*) FILTER (WHERE p.from_buyer AND p.seq <= r.seller_read_seq) AS seller_seen,
                      count(*) FILTER (WHERE NOT p.from_buyer AND p.seq <= r.buyer_read_seq) AS buyer_seen
               FROM rooms r LEFT JOIN placed p ON p.room_id = r.id
               GROUP BY r.id
           )
           SELECT r.buyer_id, r.seller_id, concat_ws('; ',
               CASE WHEN c.misplaced > 0 THEN format('%s entries out of place', c.misplaced) END,
               CASE WHEN c.misnumbered > 0 THEN format('%s wrong ordinals', c.misnumbered) END,
               CASE WHEN c.back_in_time > 0 THEN format('%s entries sent before the previous', c.back_in_time) END,
               CASE WHEN r.last_seq <> c.last_seq THEN format('last_seq %s, counted %s', r.last_seq, c.last_seq) END,
               CASE WHEN r.buyer_total <> c.buyer_total THEN format('buyer_total %s, counted %s', r.buyer_total, c.buyer_total) END,
               CASE WHEN r.seller_total <> c.seller_total THEN format('seller_total %s, counted %s', r.seller_total, c.seller_total) END,
               CASE WHEN r.buyer_seen <> c.buyer_seen THEN format('buyer_seen %s, counted %s', r.buyer_seen, c.buyer_seen) END,
               CASE WHEN r.seller_seen <> c.seller_seen THEN format('seller_seen %s, counted %s', r.seller_seen, c.seller_seen) END,
               CASE WHEN (r.last_from, r.last_body, r.last_at) IS DISTINCT FROM (l.last_from, l.last_body, l.last_at)
                    THEN 'its last entry is another one' END,
               CASE WHEN r.last_product_id IS DISTINCT FROM a.last_product_id THEN 'it speaks of another product' END
               ) AS "what!"
           FROM rooms r JOIN counted c USING (id)
           LEFT JOIN latest l ON l.room_id = r.id LEFT JOIN about a ON a.room_id = r.id
           WHERE c.misplaced > 0 OR c.misnumbered > 0 OR c.back_in_time > 0
              OR (r.last_seq, r.buyer_total, r.seller_total, r.buyer_seen, r.seller_seen)
                 IS DISTINCT FROM (c.last_seq, c.buyer_total, c.seller_total, c.buyer_seen, c.seller_seen)
              OR (r.last_from, r.last_body, r.last_at, r.last_product_id)
                 IS DISTINCT FROM (l.last_from, l.last_body, l.last_at, a.last_product_id)
           ORDER BY r.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Discrepancy {
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            what: row.what,
        })
        .collect())
}
