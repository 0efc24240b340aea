//! The table `message_search`: rooms whose entries aren't in it yet, and bringing them in.

use std::collections::HashMap;

use sqlx::{Executor as _, PgExecutor, PgPool};

use crate::chat::domain::room_key::RoomKey;

/// Of the next `asked` rooms with an id above `after`, those with entries that can't be found yet, `limit` of
/// them at most; and the id up to which that is all, none after the last room.
pub(in crate::chat) async fn unindexed_rooms(
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
pub(in crate::chat) async fn recently_unindexed(
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

/// What one call of [`index`] did.
pub(in crate::chat) struct Indexed {
    pub entries: usize,
    /// Rooms of which `each` were indexed: they may have more.
    pub unfinished: Vec<RoomKey>,
}

/// Makes the next entries of these rooms findable, at most `each` per room.
///
/// A room's numbers are given under its lock: whatever is committed later has higher ones. So all up to
/// the highest in `message_search` is there, and what follows is what is missing. Of several nodes one
/// fills at a time; the next sees what it did, because its reading begins after the wait.
pub(in crate::chat) async fn index(
    db: &PgPool,
    rooms: &[RoomKey],
    each: i64,
    fold: fn(&str) -> String,
) -> sqlx::Result<Indexed> {
    let (buyers, sellers): (Vec<i64>, Vec<i64>) =
        rooms.iter().map(|room| (room.buyer_id, room.seller_id)).unzip();
    let mut tx = db.begin().await?;
    // What a crash takes is filled again: no message's flush has to wait for this one.
    tx.execute("SET LOCAL synchronous_commit = off").await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", FILLING).fetch_one(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"WITH room AS MATERIALIZED (
               SELECT r.id, r.buyer_id, r.seller_id, b.account_id AS buyer, c.account_id AS seller,
                      coalesce((SELECT max(s.seq) FROM message_search s WHERE s.room_id = r.id), 0) AS filled
               FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[])) AS k (buyer_id, seller_id)
               JOIN rooms r USING (buyer_id, seller_id)
               JOIN buyers b ON b.id = r.buyer_id
               JOIN customers c ON c.id = r.seller_id
           )
           SELECT room.id AS "id!", room.buyer_id AS "buyer_id!", room.seller_id AS "seller_id!",
                  room.buyer AS "buyer!", room.seller AS "seller!", e.seq AS "seq!", e.sent_at AS "sent_at!",
                  e.body AS "body!", e.from_buyer AS "from_buyer!", e.withheld AS "withheld!"
           FROM room CROSS JOIN LATERAL (
               SELECT m.seq, m.sent_at, m.body, true AS from_buyer, m.withheld FROM messages m
               WHERE m.room_id = room.id AND m.seq > room.filled AND m.seq <= room.filled + $3
               UNION ALL
               SELECT p.seq, p.sent_at, p.body, false, p.withheld FROM post_messages p
               WHERE p.room_id = room.id AND p.seq > room.filled AND p.seq <= room.filled + $3
           ) e"#,
        &buyers,
        &sellers,
        each
    )
    .fetch_all(&mut *tx)
    .await?;
    // Whoever it is withheld from can't find it.
    let buyers: Vec<_> =
        rows.iter().map(|row| (row.from_buyer || !row.withheld).then_some(row.buyer)).collect();
    let sellers: Vec<_> =
        rows.iter().map(|row| (!row.from_buyer || !row.withheld).then_some(row.seller)).collect();
    sqlx::query!(
        "INSERT INTO message_search (room_id, seq, people, sent_at, text)
         SELECT room_id, seq, array_remove(ARRAY[buyer, seller], NULL), sent_at, text
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[])
              AS e (room_id, seq, buyer, seller, sent_at, text)",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        &buyers as &[Option<i64>],
        &sellers as &[Option<i64>],
        &rows.iter().map(|row| row.sent_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| fold(&row.body)).collect::<Vec<_>>()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    let mut per_room: HashMap<RoomKey, i64> = HashMap::new();
    for row in &rows {
        *per_room.entry(RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }).or_default() += 1;
    }
    let unfinished = per_room.into_iter().filter(|(_, entries)| *entries >= each).map(|(room, _)| room);
    Ok(Indexed { entries: rows.len(), unfinished: unfinished.collect() })
}

/// The advisory lock of whoever fills; any number that nothing else on the database uses.
const FILLING: i64 = 0x6861_6767_6c65;

/// Takes out the rooms whose rows here can't be right, to be filled anew; how many rows they had.
pub(in crate::chat) async fn drop_inconsistent(db: &PgPool) -> sqlx::Result<u64> {
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
