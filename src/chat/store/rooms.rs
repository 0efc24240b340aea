//! Rooms: their two people, and where they stand.

use sqlx::PgExecutor;

use crate::chat::domain::{
    blocks::Blocks,
    participants::Participants,
    position::{ReadMarks, RoomPosition},
    room_key::RoomKey,
};

/// Two people opposite each other.
pub(in crate::chat) struct FoundRoom {
    pub participants: Participants,
    /// The seller has something to read in it.
    pub has_begun: bool,
    /// Somebody has written in it.
    pub exists: bool,
}

/// The two people of a room that could be, and whether its first message has been written that the seller may see.
/// Nothing if one of them doesn't exist, or both are the same person.
pub(in crate::chat) async fn participants(
    db: impl PgExecutor<'_>,
    room: RoomKey,
) -> sqlx::Result<Option<FoundRoom>> {
    let row = sqlx::query!(
        r#"SELECT ba.name AS buyer_name, ba.id AS buyer_account, c.shop_name AS seller_name,
                  c.account_id AS seller_account, ba.photo_key AS buyer_photo, ca.photo_key AS seller_photo,
                  coalesce(coalesce(r.seller_last_shown, r.last_seq) > 0, false) AS "begun!",
                  r.last_seq IS NOT NULL AS "exists!"
           FROM buyers b
           JOIN accounts ba ON ba.id = b.account_id
           JOIN customers c ON c.id = $2 AND c.account_id <> b.account_id
           JOIN accounts ca ON ca.id = c.account_id
           LEFT JOIN rooms r ON r.buyer_id = b.id AND r.seller_id = c.id
           WHERE b.id = $1"#,
        room.buyer_id,
        room.seller_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let people = Participants {
            room,
            buyer_name: row.buyer_name,
            buyer_account: row.buyer_account,
            buyer_photo: row.buyer_photo,
            seller_photo: row.seller_photo,
            seller_name: row.seller_name,
            seller_account: row.seller_account,
        };
        FoundRoom { participants: people, has_begun: row.begun, exists: row.exists }
    }))
}

/// Zeros for a room without a word.
pub(in crate::chat) async fn position(db: impl PgExecutor<'_>, room: RoomKey) -> sqlx::Result<RoomPosition> {
    let row = sqlx::query_as!(
        PositionRow,
        r#"SELECT buyer_id, seller_id, last_seq, buyer_read_seq, seller_read_seq, buyer_read_shown, seller_read_shown,
                  last_product_id, withheld_product_id, rev, buyer_blocked, seller_blocked, block_rev,
                  coalesce(buyer_last_shown, last_seq) AS "buyer_last_shown!",
                  coalesce(seller_last_shown, last_seq) AS "seller_last_shown!",
                  0::bigint AS "buyer_account!", 0::bigint AS "seller_account!"
           FROM rooms WHERE buyer_id = $1 AND seller_id = $2"#,
        room.buyer_id,
        room.seller_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map_or_else(RoomPosition::default, |row| row.position()))
}

struct PositionRow {
    buyer_id: i64,
    seller_id: i64,
    last_seq: i64,
    buyer_read_seq: i64,
    seller_read_seq: i64,
    buyer_read_shown: Option<i64>,
    seller_read_shown: Option<i64>,
    last_product_id: Option<i64>,
    withheld_product_id: Option<i64>,
    rev: i64,
    buyer_blocked: bool,
    seller_blocked: bool,
    block_rev: i64,
    buyer_last_shown: i64,
    seller_last_shown: i64,
    buyer_account: i64,
    seller_account: i64,
}

impl PositionRow {
    fn position(&self) -> RoomPosition {
        let marks = |(buyer, seller)| ReadMarks { buyer, seller };
        RoomPosition {
            last_seq: self.last_seq,
            read: marks((self.buyer_read_seq, self.seller_read_seq)),
            read_shown: self.buyer_read_shown.zip(self.seller_read_shown).map(marks),
            last_product_id: self.last_product_id,
            withheld_product_id: self.withheld_product_id,
            rev: self.rev,
            blocks: Blocks { rev: self.block_rev, buyer: self.buyer_blocked, seller: self.seller_blocked },
            last_shown: marks((self.buyer_last_shown, self.seller_last_shown)),
        }
    }
}

/// Of rooms that are known to stand somewhere, those that don't, where they do, and whose they are (accounts).
pub(in crate::chat) async fn rooms_changed_since(
    db: impl PgExecutor<'_>,
    known: &[(RoomKey, RoomPosition)],
) -> sqlx::Result<Vec<(RoomKey, RoomPosition, [i64; 2])>> {
    let column = |value: fn(&(RoomKey, RoomPosition)) -> i64| known.iter().map(value).collect::<Vec<_>>();
    let rows = sqlx::query_as!(
        PositionRow,
        r#"SELECT r.buyer_id, r.seller_id, r.last_seq, r.buyer_read_seq, r.seller_read_seq, r.buyer_read_shown,
                  r.seller_read_shown, r.last_product_id, r.withheld_product_id, r.rev, r.buyer_blocked,
                  r.seller_blocked, r.block_rev,
                  coalesce(r.buyer_last_shown, r.last_seq) AS "buyer_last_shown!",
                  coalesce(r.seller_last_shown, r.last_seq) AS "seller_last_shown!",
                  b.account_id AS buyer_account, c.account_id AS seller_account
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
                AS k (buyer_id, seller_id, last_seq, buyer_read_seq, seller_read_seq, rev, block_rev)
           JOIN rooms r USING (buyer_id, seller_id)
           JOIN buyers b ON b.id = r.buyer_id
           JOIN customers c ON c.id = r.seller_id
           WHERE (r.last_seq, r.buyer_read_seq, r.seller_read_seq, r.rev, r.block_rev)
                 <> (k.last_seq, k.buyer_read_seq, k.seller_read_seq, k.rev, k.block_rev)"#,
        &column(|(room, _)| room.buyer_id),
        &column(|(room, _)| room.seller_id),
        &column(|(_, position)| position.last_seq),
        &column(|(_, position)| position.read.buyer),
        &column(|(_, position)| position.read.seller),
        &column(|(_, position)| position.rev),
        &column(|(_, position)| position.blocks.rev),
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
            (room, row.position(), [row.buyer_account, row.seller_account])
        })
        .collect())
}
