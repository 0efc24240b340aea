//! Searching in conversations, and filling the table for it.

use sqlx::{Executor as _, PgExecutor, PgPool};
use time::OffsetDateTime;

use crate::chat::{
    RoomKey, Side,
    search::{Terms, fold},
};

/// An entry in which all that was looked for stands.
#[derive(Clone, Debug)]
pub(in crate::chat) struct Hit {
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
pub(in crate::chat) struct Talk {
    pub room: RoomKey,
    pub side: Side,
    pub other_name: String,
    /// What was spoken of last.
    pub product_id: Option<i64>,
}

/// A page of hits, and how many there are, counted up to a limit.
pub(in crate::chat) struct Found {
    pub hits: Vec<Hit>,
    pub total: i64,
}

/// The newest entries of this person's rooms with these terms, of which `most` are counted. A page that
/// doesn't exist is the last one.
pub(in crate::chat) async fn search(
    db: &PgPool,
    (account_id, buyer_id, seller_id): (i64, Option<i64>, Option<i64>),
    terms: &Terms,
    most: i64,
    (page, per_page): (i64, i64),
) -> sqlx::Result<Found> {
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
        terms.words(),
        terms.narrowest(),
        &terms.patterns(),
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
    Ok(Found { hits: hits.collect(), total })
}

/// With whom this person talks, and about which product last: each of their rooms, those with the latest
/// words first.
pub(in crate::chat) async fn names(
    db: impl PgExecutor<'_>,
    buyer_id: Option<i64>,
    seller_id: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Talk>> {
    let rows = sqlx::query!(
        r#"SELECT r.buyer_id, r.seller_id, r.buyer_id IS NOT DISTINCT FROM $1 AS "mine_is_buyer!",
                  CASE WHEN r.buyer_id IS NOT DISTINCT FROM $1 THEN c.shop_name ELSE a.name END AS "other_name!",
                  r.last_product_id
           FROM rooms r
           JOIN buyers b ON b.id = r.buyer_id
           JOIN accounts a ON a.id = b.account_id
           JOIN customers c ON c.id = r.seller_id
           WHERE (r.buyer_id = $1 OR r.seller_id = $2) AND r.last_seq > 0
           ORDER BY r.last_at DESC, r.id DESC LIMIT $3"#,
        buyer_id,
        seller_id,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Talk {
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            side: if row.mine_is_buyer { Side::Buyer } else { Side::Seller },
            other_name: row.other_name,
            product_id: row.last_product_id,
        })
        .collect())
}

/// Of the next `asked` rooms with an id above `after`, those with entries that can't be found yet, `limit` of
/// them at most; and the id up to which that is all, none after the last room.
pub(in crate::chat) async fn behind(
    db: &PgPool,
    after: i64,
    asked: i64,
    limit: i64,
) -> sqlx::Result<(Vec<RoomKey>, Option<i64>)> {
    let last_asked = sqlx::query_scalar!(
        "SELECT max(id) FROM (SELECT id FROM rooms WHERE id > $1 ORDER BY id LIMIT $2) AS asked",
        after,
        asked
    )
    .fetch_one(db)
    .await?;
    let rows = sqlx::query!(
        "SELECT r.id, r.buyer_id, r.seller_id FROM rooms r
         WHERE r.id > $1 AND r.id <= $2
           AND r.last_seq > coalesce((SELECT max(s.seq) FROM message_search s WHERE s.room_id = r.id), 0)
         ORDER BY r.id LIMIT $3",
        after,
        last_asked,
        limit
    )
    .fetch_all(db)
    .await?;
    let last = match rows.last() {
        Some(row) if rows.len() as i64 == limit => Some(row.id),
        _ => last_asked,
    };
    let rooms = rows.iter().map(|row| RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id });
    Ok((rooms.collect(), last))
}

/// The same for rooms in which something was said in the last so many seconds. Reads only the newest pages
/// of the two tables.
pub(in crate::chat) async fn behind_lately(
    db: impl PgExecutor<'_>,
    seconds: f64,
    limit: i64,
) -> sqlx::Result<Vec<RoomKey>> {
    let rows = sqlx::query!(
        "SELECT r.buyer_id, r.seller_id
         FROM (SELECT room_id FROM messages WHERE sent_at > now() - make_interval(secs => $1)
               UNION
               SELECT room_id FROM post_messages WHERE sent_at > now() - make_interval(secs => $1)) AS lately
         JOIN rooms r ON r.id = lately.room_id
         WHERE r.last_seq > coalesce((SELECT max(s.seq) FROM message_search s WHERE s.room_id = r.id), 0)
         LIMIT $2",
        seconds,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.iter().map(|row| RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }).collect())
}

/// Makes the next entries of these rooms findable, at most `each` per room; how many they were.
///
/// A room's numbers are given under its lock: whatever is committed later has higher ones. So all up to
/// the highest in `message_search` is there, and what follows is what is missing. Of several nodes one
/// fills at a time; the next sees what it did, because its reading begins after the wait.
pub(in crate::chat) async fn fill(db: &PgPool, rooms: &[RoomKey], each: i64) -> sqlx::Result<usize> {
    let (buyers, sellers): (Vec<i64>, Vec<i64>) =
        rooms.iter().map(|room| (room.buyer_id, room.seller_id)).unzip();
    let mut tx = db.begin().await?;
    // What a crash takes is filled again: no message's flush has to wait for this one.
    tx.execute("SET LOCAL synchronous_commit = off").await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", FILLING).fetch_one(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"WITH room AS MATERIALIZED (
               SELECT r.id, b.account_id AS buyer, c.account_id AS seller,
                      coalesce((SELECT max(s.seq) FROM message_search s WHERE s.room_id = r.id), 0) AS filled
               FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[])) AS k (buyer_id, seller_id)
               JOIN rooms r USING (buyer_id, seller_id)
               JOIN buyers b ON b.id = r.buyer_id
               JOIN customers c ON c.id = r.seller_id
           )
           SELECT room.id AS "id!", room.buyer AS "buyer!", room.seller AS "seller!", e.seq AS "seq!",
                  e.sent_at AS "sent_at!", e.body AS "body!"
           FROM room CROSS JOIN LATERAL (
               SELECT m.seq, m.sent_at, m.body FROM messages m
               WHERE m.room_id = room.id AND m.seq > room.filled AND m.seq <= room.filled + $3
               UNION ALL
               SELECT p.seq, p.sent_at, p.body FROM post_messages p
               WHERE p.room_id = room.id AND p.seq > room.filled AND p.seq <= room.filled + $3
           ) e"#,
        &buyers,
        &sellers,
        each
    )
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO message_search (room_id, seq, people, sent_at, text)
         SELECT room_id, seq, ARRAY[buyer, seller], sent_at, text
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[])
              AS e (room_id, seq, buyer, seller, sent_at, text)",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.buyer).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.seller).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.sent_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| fold(&row.body)).collect::<Vec<_>>()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows.len())
}

/// The advisory lock of whoever fills; any number that nothing else on the database uses.
const FILLING: i64 = 0x6861_6767_6c65;

/// Takes out the rooms whose rows here can't be right, to be filled anew; how many rows they had.
pub(in crate::chat) async fn clear_wrong(db: &PgPool) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", FILLING).fetch_one(&mut *tx).await?;
    let cleared = sqlx::query!(
        "DELETE FROM message_search WHERE room_id IN (
             SELECT s.room_id FROM message_search s LEFT JOIN rooms r ON r.id = s.room_id
             GROUP BY s.room_id, r.last_seq
             HAVING min(s.seq) <> 1 OR max(s.seq) <> count(*) OR max(s.seq) > coalesce(r.last_seq, 0))"
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(cleared.rows_affected())
}
