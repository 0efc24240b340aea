//! A person's conversations, and what waits for them.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::chat::domain::{conversation::Conversation, room_key::RoomKey, side::Side};

/// Conversations beyond so many, as buyer or as seller, aren't counted: no page asks for more than it can list.
const MAX_COUNTED: i64 = 10_000;

/// What waits for this person over all rooms; costs as much as there are rooms with something unread.
pub(in crate::chat) async fn unread_total(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT (coalesce((SELECT sum(seller_total - buyer_seen) FROM rooms
                             WHERE buyer_id = (SELECT id FROM buyers WHERE account_id = $1) AND buyer_unread), 0)
                 + coalesce((SELECT sum(buyer_total - seller_seen) FROM rooms
                             WHERE seller_id = (SELECT id FROM customers WHERE account_id = $1) AND seller_unread), 0))::bigint AS "unread!""#,
        account_id
    )
    .fetch_one(db)
    .await
}

/// What waits for each of these people in one room of theirs, and over all their rooms, in the order of the questions:
/// `(in the room, in all)`. One statement, however many they are; nothing waits in a room that isn't theirs.
pub(in crate::chat) async fn unread_in(
    db: impl PgExecutor<'_>,
    questions: &[(i64, RoomKey)],
) -> sqlx::Result<Vec<(i64, i64)>> {
    let accounts: Vec<i64> = questions.iter().map(|(account_id, _)| *account_id).collect();
    let (buyers, sellers): (Vec<i64>, Vec<i64>) =
        questions.iter().map(|(_, room)| (room.buyer_id, room.seller_id)).unzip();
    let rows = sqlx::query!(
        r#"WITH person AS MATERIALIZED (
               SELECT a.account_id, b.id AS buyer_id, c.id AS seller_id
               FROM (SELECT DISTINCT unnest($1::bigint[]) AS account_id) a
               LEFT JOIN buyers b ON b.account_id = a.account_id
               LEFT JOIN customers c ON c.account_id = a.account_id
           ), total AS MATERIALIZED (
               SELECT person.*, (coalesce((SELECT sum(r.seller_total - r.buyer_seen) FROM rooms r
                                           WHERE r.buyer_id = person.buyer_id AND r.buyer_unread), 0)
                               + coalesce((SELECT sum(r.buyer_total - r.seller_seen) FROM rooms r
                                           WHERE r.seller_id = person.seller_id AND r.seller_unread), 0))::bigint AS total
               FROM person
           )
           SELECT total.total AS "total!",
                  coalesce(CASE WHEN k.buyer_id = total.buyer_id THEN r.seller_total - r.buyer_seen
                                WHEN k.seller_id = total.seller_id THEN r.buyer_total - r.seller_seen END, 0) AS "unread!"
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS k (account_id, buyer_id, seller_id, n)
           JOIN total ON total.account_id = k.account_id
           LEFT JOIN rooms r ON r.buyer_id = k.buyer_id AND r.seller_id = k.seller_id
           ORDER BY k.n"#,
        &accounts,
        &buyers,
        &sellers
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.unread, row.total)).collect())
}

/// A person's conversations, newest first: as buyer, as seller, or both. Two index scans by
/// minute, each sorted within it, merged. Beside them the few whose last entry is withheld from this person: they stand
/// where the last one stands that isn't.
pub(in crate::chat) async fn conversations(
    db: impl PgExecutor<'_>,
    buyer_id: Option<i64>,
    seller_id: Option<i64>,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<Conversation>> {
    list(db, (buyer_id, seller_id), None, limit, offset).await
}

/// The same by keyset: those that stand after a room, as it stood at this moment.
pub(in crate::chat) async fn conversations_before(
    db: impl PgExecutor<'_>,
    who: (Option<i64>, Option<i64>),
    before: Option<(OffsetDateTime, RoomKey)>,
    limit: i64,
) -> sqlx::Result<Vec<Conversation>> {
    list(db, who, before, limit, 0).await
}

async fn list(
    db: impl PgExecutor<'_>,
    (buyer_id, seller_id): (Option<i64>, Option<i64>),
    before: Option<(OffsetDateTime, RoomKey)>,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<Conversation>> {
    let (before_at, before_room) = (before.map(|(at, _)| at), before.map(|(_, room)| room));
    let rows = sqlx::query!(
        r#"WITH key AS (
               SELECT coalesce($5::timestamptz, 'infinity') AS at,
                      coalesce(date_trunc('minute', $5::timestamptz AT TIME ZONE 'UTC'), 'infinity') AS minute,
                      coalesce((SELECT id FROM rooms WHERE buyer_id = $6 AND seller_id = $7), 0) AS id
           )
           SELECT m.buyer_id AS "buyer_id!", m.seller_id AS "seller_id!", m.mine_is_buyer AS "mine_is_buyer!",
                  CASE WHEN m.mine_is_buyer THEN c.shop_name ELSE a.name END AS "other_name!",
                  CASE WHEN m.mine_is_buyer THEN s.photo_key ELSE a.photo_key END AS other_photo,
                  m.last_from = 'buyer' AS "last_from_buyer!", m.last_body AS "last_body!", m.last_at AS "last_at!",
                  m.unread AS "unread!", m.last_product_id,
                  (m.last_body = '' AND EXISTS (SELECT FROM room_entries e
                                                WHERE e.room_id = m.id AND e.seq = m.last_seq
                                                  AND e.kind = 'photo_removed')) AS "photo_removed!"
           FROM (
               (SELECT r.id, r.buyer_id, r.seller_id, true AS mine_is_buyer, r.last_from, r.last_body, r.last_at,
                       r.last_seq, r.seller_total - r.buyer_seen AS unread,
                       coalesce(CASE WHEN r.buyer_blocked THEN r.withheld_product_id END, r.last_product_id)
                           AS last_product_id
                FROM key k, rooms r WHERE r.buyer_id = $1 AND r.last_seq > 0 AND r.buyer_last_shown IS NULL
                  AND r.last_minute <= k.minute AND (r.last_at, r.id) < (k.at, k.id)
                ORDER BY r.last_minute DESC, r.last_at DESC, r.id DESC LIMIT $3::bigint + $4::bigint)
               UNION ALL
               (SELECT r.id, r.buyer_id, r.seller_id, false, r.last_from, r.last_body, r.last_at,
                       r.last_seq, r.buyer_total - r.seller_seen,
                       coalesce(CASE WHEN r.seller_blocked THEN r.withheld_product_id END, r.last_product_id)
                FROM key k, rooms r WHERE r.seller_id = $2 AND r.last_seq > 0 AND r.seller_last_shown IS NULL
                  AND r.last_minute <= k.minute AND (r.last_at, r.id) < (k.at, k.id)
                ORDER BY r.last_minute DESC, r.last_at DESC, r.id DESC LIMIT $3::bigint + $4::bigint)
               UNION ALL
               (SELECT r.id, r.buyer_id, r.seller_id, true, CASE WHEN e.from_buyer THEN 'buyer' ELSE 'seller' END,
                       left(e.body, 200), e.sent_at, e.seq, r.seller_total - r.buyer_seen, r.last_product_id
                FROM key k, rooms r JOIN room_entries e ON e.room_id = r.id AND e.seq = r.buyer_last_shown
                WHERE r.buyer_id = $1 AND r.buyer_last_shown IS NOT NULL
                  AND (e.sent_at, r.id) < (k.at, k.id))
               UNION ALL
               (SELECT r.id, r.buyer_id, r.seller_id, false, CASE WHEN e.from_buyer THEN 'buyer' ELSE 'seller' END,
                       left(e.body, 200), e.sent_at, e.seq, r.buyer_total - r.seller_seen, r.last_product_id
                FROM key k, rooms r JOIN room_entries e ON e.room_id = r.id AND e.seq = r.seller_last_shown
                WHERE r.seller_id = $2 AND r.seller_last_shown IS NOT NULL
                  AND (e.sent_at, r.id) < (k.at, k.id))
               ORDER BY last_at DESC, id DESC LIMIT $3::bigint OFFSET $4::bigint
           ) m
           JOIN buyers b ON b.id = m.buyer_id
           JOIN accounts a ON a.id = b.account_id
           JOIN customers c ON c.id = m.seller_id
           JOIN accounts s ON s.id = c.account_id
           ORDER BY m.last_at DESC, m.id DESC"#,
        buyer_id,
        seller_id,
        limit,
        offset,
        before_at,
        before_room.map(|room| room.buyer_id),
        before_room.map(|room| room.seller_id)
    )
    .fetch_all(db)
    .await?;
    let side = |is_buyer| if is_buyer { Side::Buyer } else { Side::Seller };
    Ok(rows
        .into_iter()
        .map(|row| Conversation {
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            side: side(row.mine_is_buyer),
            other_name: row.other_name,
            other_photo: row.other_photo,
            last_from: side(row.last_from_buyer),
            last_body: row.last_body,
            photo_removed: row.photo_removed,
            last_at: row.last_at,
            unread: row.unread,
            product_id: row.last_product_id,
        })
        .collect())
}

/// For the number of pages; up to [`MAX_COUNTED`] on each side.
pub(in crate::chat) async fn count_conversations(
    db: impl PgExecutor<'_>,
    buyer_id: Option<i64>,
    seller_id: Option<i64>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM (SELECT FROM rooms WHERE buyer_id = $1
                                                AND coalesce(buyer_last_shown, last_seq) > 0 LIMIT $3) bought)
                + (SELECT count(*) FROM (SELECT FROM rooms WHERE seller_id = $2
                                                AND coalesce(seller_last_shown, last_seq) > 0 LIMIT $3) sold)
                  AS "total!""#,
        buyer_id,
        seller_id,
        MAX_COUNTED
    )
    .fetch_one(db)
    .await
}

/// How many people have written about a product.
pub(in crate::chat) async fn conversations_about(
    db: impl PgExecutor<'_>,
    product_id: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(DISTINCT room_id) AS "rooms!" FROM messages WHERE product_id = $1 AND starts_product AND NOT withheld"#,
        product_id
    )
    .fetch_one(db)
    .await
}
