//! Rooms as notices need them: what waits for whom, since when.

use std::collections::HashMap;

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::chat::domain::room_key::RoomKey;

/// A side of a room with something unread.
#[derive(Debug)]
pub(in crate::chat) struct UnreadRoom {
    pub account_id: i64,
    pub room: RoomKey,
    /// Of the first unread entry and of the last.
    pub began_at: OffsetDateTime,
    pub last_at: OffsetDateTime,
}

/// Locks the tail and says where it stands; nothing if another node has it.
pub(in crate::chat) async fn lock_tail(db: impl PgExecutor<'_>) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("SELECT seen_until FROM room_tail FOR UPDATE SKIP LOCKED").fetch_optional(db).await
}

pub(in crate::chat) async fn move_tail(
    db: impl PgExecutor<'_>,
    seen_until: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE room_tail SET seen_until = $1", seen_until).execute(db).await?;
    Ok(())
}

/// Rooms with something unread that moved after `since`, in the order in which they did, up to `limit`, with the time of
/// their last entry.
pub(in crate::chat) async fn moved_since(
    db: impl PgExecutor<'_>,
    since: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<(i64, OffsetDateTime)>> {
    let rows = sqlx::query!(
        r#"SELECT id, last_at AS "last_at!" FROM rooms
           WHERE (buyer_unread OR seller_unread)
             AND last_minute >= date_trunc('minute', $1::timestamptz AT TIME ZONE 'UTC') AND last_at > $1
           ORDER BY last_minute, last_at LIMIT $2"#,
        since,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.last_at)).collect())
}

/// Of these rooms the sides with something unread that isn't of somebody they have blocked, whose first unread entry isn't younger than `until`.
pub(in crate::chat) async fn unread_sides(
    db: impl PgExecutor<'_>,
    rooms: &[i64],
    until: OffsetDateTime,
) -> sqlx::Result<Vec<UnreadRoom>> {
    let rows = sqlx::query!(
        r#"SELECT w.account_id AS "account_id!", w.buyer_id AS "buyer_id!", w.seller_id AS "seller_id!",
                  w.began_at AS "began_at!", w.last_at AS "last_at!"
           FROM (
               SELECT b.account_id, r.buyer_id, r.seller_id, first.sent_at AS began_at, last.sent_at AS last_at
               FROM unnest($1::bigint[]) AS k (id) JOIN rooms r USING (id) JOIN buyers b ON b.id = r.buyer_id
               CROSS JOIN LATERAL (SELECT p.sent_at FROM post_messages p
                                   WHERE p.room_id = r.id AND p.seq > r.buyer_read_seq AND NOT p.withheld
                                   ORDER BY p.seq LIMIT 1) first
               CROSS JOIN LATERAL (SELECT p.sent_at FROM post_messages p
                                   WHERE p.room_id = r.id AND NOT p.withheld ORDER BY p.seq DESC LIMIT 1) last
               WHERE r.buyer_unread AND NOT r.seller_blocked
               UNION ALL
               SELECT c.account_id, r.buyer_id, r.seller_id, first.sent_at, last.sent_at
               FROM unnest($1::bigint[]) AS k (id) JOIN rooms r USING (id) JOIN customers c ON c.id = r.seller_id
               CROSS JOIN LATERAL (SELECT p.sent_at FROM messages p
                                   WHERE p.room_id = r.id AND p.seq > r.seller_read_seq AND NOT p.withheld
                                   ORDER BY p.seq LIMIT 1) first
               CROSS JOIN LATERAL (SELECT p.sent_at FROM messages p
                                   WHERE p.room_id = r.id AND NOT p.withheld ORDER BY p.seq DESC LIMIT 1) last
               WHERE r.seller_unread AND NOT r.buyer_blocked
           ) w
           WHERE w.began_at <= $2"#,
        rooms,
        until
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UnreadRoom {
            account_id: row.account_id,
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            began_at: row.began_at,
            last_at: row.last_at,
        })
        .collect())
}

/// Of these people in these rooms of theirs, those for whom nothing is unread.
pub(in crate::chat) async fn fully_read(
    db: impl PgExecutor<'_>,
    marks: &[(i64, RoomKey)],
) -> sqlx::Result<Vec<(i64, RoomKey)>> {
    let (accounts, buyers, sellers) = columns(marks);
    let rows = sqlx::query!(
        r#"SELECT DISTINCT k.account_id AS "account_id!", k.buyer_id AS "buyer_id!", k.seller_id AS "seller_id!"
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (account_id, buyer_id, seller_id)
           JOIN rooms r ON r.buyer_id = k.buyer_id AND r.seller_id = k.seller_id
           JOIN buyers b ON b.id = k.buyer_id
           WHERE CASE WHEN b.account_id = k.account_id THEN NOT r.buyer_unread ELSE NOT r.seller_unread END"#,
        &accounts,
        &buyers,
        &sellers
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id, RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id }))
        .collect())
}

fn columns(asked: &[(i64, RoomKey)]) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
    let accounts = asked.iter().map(|(account, _)| *account).collect();
    let (buyers, sellers) = asked.iter().map(|(_, room)| (room.buyer_id, room.seller_id)).unzip();
    (accounts, buyers, sellers)
}

/// What waits for somebody in a room; nothing of somebody they have blocked.
#[derive(Debug)]
pub(in crate::chat) struct WaitingMessages {
    pub other_name: String,
    pub unread: i64,
    /// The other one's last entry.
    pub kind: String,
    pub excerpt: String,
    /// Whether a visible page of theirs has shown it.
    pub is_shown: bool,
    pub product_id: Option<i64>,
}

/// By account and room; left out where the other one hasn't written, and where the room isn't theirs.
pub(in crate::chat) async fn waiting_messages(
    db: impl PgExecutor<'_>,
    asked: &[(i64, RoomKey)],
) -> sqlx::Result<HashMap<(i64, RoomKey), WaitingMessages>> {
    let (accounts, buyers, sellers) = columns(asked);
    let rows = sqlx::query!(
        r#"SELECT k.account_id AS "account_id!", k.buyer_id AS "buyer_id!", k.seller_id AS "seller_id!",
                  CASE WHEN b.account_id = k.account_id THEN c.shop_name ELSE a.name END AS "other_name!",
                  CASE WHEN b.account_id = k.account_id
                       THEN CASE WHEN r.seller_blocked THEN 0 ELSE r.seller_total - r.buyer_seen END
                       ELSE CASE WHEN r.buyer_blocked THEN 0 ELSE r.buyer_total - r.seller_seen END END AS "unread!",
                  e.kind AS "kind!", e.excerpt AS "excerpt!",
                  e.seq <= CASE WHEN b.account_id = k.account_id THEN r.buyer_shown_seq
                                ELSE r.seller_shown_seq END AS "is_shown!",
                  r.last_product_id
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (account_id, buyer_id, seller_id)
           JOIN rooms r ON r.buyer_id = k.buyer_id AND r.seller_id = k.seller_id
           JOIN buyers b ON b.id = r.buyer_id
           JOIN accounts a ON a.id = b.account_id
           JOIN customers c ON c.id = r.seller_id
           CROSS JOIN LATERAL (
               (SELECT p.seq, p.kind, left(p.body, 200) AS excerpt FROM post_messages p
                WHERE b.account_id = k.account_id AND p.room_id = r.id AND NOT p.withheld ORDER BY p.seq DESC LIMIT 1)
               UNION ALL
               (SELECT p.seq, p.kind, left(p.body, 200) FROM messages p
                WHERE c.account_id = k.account_id AND p.room_id = r.id AND NOT p.withheld ORDER BY p.seq DESC LIMIT 1)) e"#,
        &accounts,
        &buyers,
        &sellers
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
            let waiting = WaitingMessages {
                other_name: row.other_name,
                unread: row.unread,
                kind: row.kind,
                excerpt: row.excerpt,
                is_shown: row.is_shown,
                product_id: row.last_product_id,
            };
            ((row.account_id, room), waiting)
        })
        .collect())
}

/// What waits for each of these people over all their rooms.
pub(in crate::chat) async fn unread_totals(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
) -> sqlx::Result<HashMap<i64, i64>> {
    let rows = sqlx::query!(
        r#"SELECT k.account_id AS "account_id!",
                  (coalesce((SELECT sum(seller_total - buyer_seen) FROM rooms
                             WHERE buyer_id = (SELECT id FROM buyers WHERE account_id = k.account_id)
                               AND buyer_unread), 0)
                 + coalesce((SELECT sum(buyer_total - seller_seen) FROM rooms
                             WHERE seller_id = (SELECT id FROM customers WHERE account_id = k.account_id)
                               AND seller_unread), 0))::bigint AS "unread!"
           FROM unnest($1::bigint[]) AS k (account_id)"#,
        accounts
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.unread)).collect())
}

/// Whether somebody has written or been written to.
pub(in crate::chat) async fn has_talked(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM rooms WHERE buyer_id = (SELECT id FROM buyers WHERE account_id = $1))
               OR EXISTS (SELECT FROM rooms WHERE seller_id = (SELECT id FROM customers WHERE account_id = $1)) AS "yes!""#,
        account_id
    )
    .fetch_one(db)
    .await
}

/// The buyers whose conversation with its seller has come to a product, the latest first; without a block between them.
pub(in crate::chat) async fn people_talking_about(
    db: impl PgExecutor<'_>,
    product_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"SELECT b.account_id FROM (
               SELECT room_id FROM messages WHERE product_id = $1 AND starts_product
               UNION
               SELECT room_id FROM post_messages WHERE product_id = $1 AND starts_product) t
           JOIN rooms r ON r.id = t.room_id JOIN buyers b ON b.id = r.buyer_id
           WHERE NOT r.buyer_blocked AND NOT r.seller_blocked
           ORDER BY r.last_at DESC LIMIT $2"#,
        product_id,
        limit
    )
    .fetch_all(db)
    .await
}
