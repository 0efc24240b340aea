//! The invariants of rooms, asked of every row.

use sqlx::PgExecutor;

use crate::chat::domain::{discrepancy::Discrepancy, room_key::RoomKey};

pub(in crate::chat) async fn verify(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Discrepancy>> {
    let rows = sqlx::query!(
        r#"WITH entries AS (
               SELECT room_id, seq, ordinal, true AS from_buyer, sent_at, body, product_id, starts_product, withheld FROM messages
               UNION ALL
               SELECT room_id, seq, ordinal, false, sent_at, body, product_id, starts_product, withheld FROM post_messages
           ), latest AS (
               SELECT DISTINCT ON (room_id) room_id, CASE WHEN from_buyer THEN 'buyer' ELSE 'seller' END AS last_from,
                      left(body, 200) AS last_body, sent_at AS last_at
               FROM entries ORDER BY room_id, seq DESC
           ), about AS (
               SELECT DISTINCT ON (room_id) room_id, product_id AS last_product_id
               FROM entries WHERE starts_product AND NOT withheld ORDER BY room_id, seq DESC
           ), placed AS (
               SELECT *, row_number() OVER (PARTITION BY room_id ORDER BY seq) AS place,
                      count(*) FILTER (WHERE NOT withheld) OVER (PARTITION BY room_id, from_buyer ORDER BY seq) AS place_of_side,
                      lag(sent_at) OVER (PARTITION BY room_id ORDER BY seq) AS sent_before
               FROM entries
           ), counted AS (
               SELECT r.id,
                      count(*) FILTER (WHERE p.from_buyer AND NOT p.withheld) AS buyer_total,
                      count(*) FILTER (WHERE NOT p.from_buyer AND NOT p.withheld) AS seller_total,
                      count(*) FILTER (WHERE p.from_buyer AND p.withheld) AS buyer_withheld,
                      count(*) FILTER (WHERE NOT p.from_buyer AND p.withheld) AS seller_withheld,
                      coalesce(max(p.seq) FILTER (WHERE p.from_buyer OR NOT p.withheld), 0) AS buyer_last_shown,
                      coalesce(max(p.seq) FILTER (WHERE NOT p.from_buyer OR NOT p.withheld), 0) AS seller_last_shown,
                      coalesce(max(p.seq), 0) AS last_seq,
                      count(*) FILTER (WHERE p.seq <> p.place) AS misplaced,
                      count(*) FILTER (WHERE p.ordinal <> p.place_of_side) AS misnumbered,
                      count(*) FILTER (WHERE p.sent_at < p.sent_before) AS back_in_time,
                      count(*) FILTER (WHERE p.from_buyer AND NOT p.withheld AND p.seq <= r.seller_read_seq) AS seller_seen,
                      count(*) FILTER (WHERE NOT p.from_buyer AND NOT p.withheld AND p.seq <= r.buyer_read_seq) AS buyer_seen
               FROM rooms r LEFT JOIN placed p ON p.room_id = r.id
               GROUP BY r.id
           ), blocked AS (
               SELECT r.id,
                      EXISTS (SELECT FROM blocks x WHERE x.blocker_id = c.account_id AND x.blocked_id = b.account_id)
                          AS buyer_blocked,
                      EXISTS (SELECT FROM blocks x WHERE x.blocker_id = b.account_id AND x.blocked_id = c.account_id)
                          AS seller_blocked
               FROM rooms r JOIN buyers b ON b.id = r.buyer_id JOIN customers c ON c.id = r.seller_id
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
               CASE WHEN (r.buyer_withheld, r.seller_withheld) <> (c.buyer_withheld, c.seller_withheld)
                    THEN format('withheld %s and %s, counted %s and %s', r.buyer_withheld, r.seller_withheld,
                                c.buyer_withheld, c.seller_withheld) END,
               CASE WHEN (coalesce(r.buyer_last_shown, r.last_seq), coalesce(r.seller_last_shown, r.last_seq))
                         <> (c.buyer_last_shown, c.seller_last_shown)
                    THEN 'a side sees another last entry' END,
               CASE WHEN (r.buyer_blocked, r.seller_blocked) <> (b.buyer_blocked, b.seller_blocked)
                    THEN 'its blocks aren''t those of its people' END,
               CASE WHEN (r.last_from, r.last_body, r.last_at) IS DISTINCT FROM (l.last_from, l.last_body, l.last_at)
                    THEN 'its last entry is another one' END,
               CASE WHEN r.last_product_id IS DISTINCT FROM a.last_product_id THEN 'it speaks of another product' END
               ) AS "what!"
           FROM rooms r JOIN counted c USING (id) JOIN blocked b USING (id)
           LEFT JOIN latest l ON l.room_id = r.id LEFT JOIN about a ON a.room_id = r.id
           WHERE c.misplaced > 0 OR c.misnumbered > 0 OR c.back_in_time > 0
              OR (r.last_seq, r.buyer_total, r.seller_total, r.buyer_seen, r.seller_seen)
                 IS DISTINCT FROM (c.last_seq, c.buyer_total, c.seller_total, c.buyer_seen, c.seller_seen)
              OR (r.buyer_withheld, r.seller_withheld, r.buyer_blocked, r.seller_blocked)
                 <> (c.buyer_withheld, c.seller_withheld, b.buyer_blocked, b.seller_blocked)
              OR (coalesce(r.buyer_last_shown, r.last_seq), coalesce(r.seller_last_shown, r.last_seq))
                 <> (c.buyer_last_shown, c.seller_last_shown)
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
