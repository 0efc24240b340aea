//! New entries as webhooks need them: where, which, for whom; never what they say.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::chat::domain::room_key::RoomKey;

/// An entry that one of a room's two people is told of.
#[derive(Debug)]
pub(in crate::chat) struct NewEntry {
    pub account_id: i64,
    pub room: RoomKey,
    pub seq: i64,
    pub from_buyer: bool,
    /// Whether who is told is the room's seller.
    pub is_seller: bool,
    pub sent_at: OffsetDateTime,
}

/// Entries after `since` in rooms of these accounts, in the order in which they were sent, once for each of the two who
/// is among them and may see it.
pub(in crate::chat) async fn entries_since(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
    since: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<NewEntry>> {
    let rows = sqlx::query!(
        r#"WITH side AS (
               SELECT b.account_id, r.id, r.buyer_id, r.seller_id, false AS is_seller
               FROM buyers b JOIN rooms r ON r.buyer_id = b.id
               WHERE b.account_id = ANY($1)
                 AND r.last_minute >= date_trunc('minute', $2::timestamptz AT TIME ZONE 'UTC')
               UNION ALL
               SELECT c.account_id, r.id, r.buyer_id, r.seller_id, true
               FROM customers c JOIN rooms r ON r.seller_id = c.id
               WHERE c.account_id = ANY($1)
                 AND r.last_minute >= date_trunc('minute', $2::timestamptz AT TIME ZONE 'UTC')
           ), entry AS (
               SELECT side.*, m.seq, m.sent_at, true AS from_buyer, m.withheld
               FROM side CROSS JOIN LATERAL (
                   SELECT seq, sent_at, withheld FROM messages WHERE room_id = side.id ORDER BY seq DESC LIMIT 1000) m
               UNION ALL
               SELECT side.*, p.seq, p.sent_at, false, p.withheld
               FROM side CROSS JOIN LATERAL (
                   SELECT seq, sent_at, withheld FROM post_messages WHERE room_id = side.id ORDER BY seq DESC LIMIT 1000) p
           )
           SELECT account_id AS "account_id!", buyer_id AS "buyer_id!", seller_id AS "seller_id!", seq AS "seq!",
                  from_buyer AS "from_buyer!", is_seller AS "is_seller!", sent_at AS "sent_at!"
           FROM entry WHERE sent_at > $2 AND NOT (withheld AND from_buyer = is_seller)
           ORDER BY sent_at, seq LIMIT $3"#,
        accounts,
        since,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NewEntry {
            account_id: row.account_id,
            room: RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id },
            seq: row.seq,
            from_buyer: row.from_buyer,
            is_seller: row.is_seller,
            sent_at: row.sent_at,
        })
        .collect())
}
