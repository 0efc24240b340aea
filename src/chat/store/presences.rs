//! Who has a socket open in which room, on which node.

use std::collections::HashMap;

use sqlx::{PgExecutor, types::Uuid};

use crate::chat::domain::{room_key::RoomKey, side::Side};

/// Writes down who is on this node, all at once; nobody else is.
pub(in crate::chat) async fn replace_presences(
    db: impl PgExecutor<'_>,
    node: Uuid,
    here: &[(RoomKey, Side)],
) -> sqlx::Result<()> {
    let buyers: Vec<i64> = here.iter().map(|(room, _)| room.buyer_id).collect();
    let sellers: Vec<i64> = here.iter().map(|(room, _)| room.seller_id).collect();
    let sides: Vec<String> = here.iter().map(|(_, side)| side.to_string()).collect();
    sqlx::query!(
        "WITH here AS (
             SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS h (buyer_id, seller_id, side)
         ), gone AS (
             DELETE FROM presences p WHERE node_id = $1 AND NOT EXISTS (
                 SELECT 1 FROM here h
                 WHERE h.buyer_id = p.buyer_id AND h.seller_id = p.seller_id AND h.side = p.side)
         )
         INSERT INTO presences (node_id, buyer_id, seller_id, side) SELECT $1, * FROM here
         ON CONFLICT ON CONSTRAINT presences_pkey DO NOTHING",
        node,
        &buyers,
        &sellers,
        &sides
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down who is on this node from now on, and who isn't.
pub(in crate::chat) async fn update_presences(
    db: impl PgExecutor<'_>,
    node: Uuid,
    who: &HashMap<(RoomKey, Side), bool>,
) -> sqlx::Result<()> {
    let buyers: Vec<i64> = who.keys().map(|(room, _)| room.buyer_id).collect();
    let sellers: Vec<i64> = who.keys().map(|(room, _)| room.seller_id).collect();
    let sides: Vec<String> = who.keys().map(|(_, side)| side.to_string()).collect();
    let online: Vec<bool> = who.values().copied().collect();
    sqlx::query!(
        "WITH who AS (
             SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::boolean[])
                 AS w (buyer_id, seller_id, side, online)
         ), gone AS (
             DELETE FROM presences p USING who w
             WHERE p.node_id = $1 AND NOT w.online
               AND p.buyer_id = w.buyer_id AND p.seller_id = w.seller_id AND p.side = w.side
         )
         INSERT INTO presences (node_id, buyer_id, seller_id, side)
         SELECT $1, buyer_id, seller_id, side FROM who WHERE online
         ON CONFLICT ON CONSTRAINT presences_pkey DO NOTHING",
        node,
        &buyers,
        &sellers,
        &sides,
        &online
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who is in the room, on which node.
pub(in crate::chat) async fn presences(
    db: impl PgExecutor<'_>,
    room: RoomKey,
) -> sqlx::Result<Vec<(Uuid, Side)>> {
    let rows = sqlx::query!(
        r#"SELECT node_id, side = 'buyer' AS "is_buyer!" FROM presences WHERE buyer_id = $1 AND seller_id = $2"#,
        room.buyer_id,
        room.seller_id
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.node_id, if row.is_buyer { Side::Buyer } else { Side::Seller }))
        .collect())
}

/// Who is in these rooms, on which other node; rooms without anybody are left out.
pub(in crate::chat) async fn remote_presences(
    db: impl PgExecutor<'_>,
    node: Uuid,
    rooms: &[RoomKey],
) -> sqlx::Result<HashMap<RoomKey, Vec<(Uuid, Side)>>> {
    let (buyers, sellers): (Vec<i64>, Vec<i64>) =
        rooms.iter().map(|room| (room.buyer_id, room.seller_id)).unzip();
    let rows = sqlx::query!(
        r#"SELECT node_id, buyer_id AS "buyer_id!", seller_id AS "seller_id!", side = 'buyer' AS "is_buyer!"
           FROM unnest($2::bigint[], $3::bigint[]) AS k (buyer_id, seller_id)
           JOIN presences USING (buyer_id, seller_id) WHERE node_id <> $1"#,
        node,
        &buyers,
        &sellers
    )
    .fetch_all(db)
    .await?;
    let mut presences: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
        let side = if row.is_buyer { Side::Buyer } else { Side::Seller };
        presences.entry(room).or_default().push((row.node_id, side));
    }
    Ok(presences)
}
