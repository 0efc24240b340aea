//! Nodes, presences, and notifications between them.

use std::{collections::HashMap, time::Duration};

use sqlx::{PgConnection, PgExecutor, types::Uuid};

use crate::chat::{RoomKey, Side, wire::ReadMarks};

/// The channel on which nodes tell each other.
pub(in crate::chat) const CHANNEL: &str = "haggle";

/// Says that the node lives; true if the others didn't know, or had given it up.
pub(in crate::chat) async fn beat(
    db: impl PgExecutor<'_>,
    node: Uuid,
    hears_nats: bool,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"INSERT INTO nodes (id, hears_nats) VALUES ($1, $2)
           ON CONFLICT ON CONSTRAINT nodes_pkey DO UPDATE SET seen_at = now(), hears_nats = $2
           RETURNING xmax = 0 AS "new!""#,
        node,
        hears_nats
    )
    .fetch_one(db)
    .await
}

/// A name for this database that no other has, as far as one server or its copies can be told apart.
pub(in crate::chat) async fn database_name(db: impl PgExecutor<'_>) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"SELECT s.system_identifier || '-' || d.oid AS "name!"
           FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()"#
    )
    .fetch_one(db)
    .await
}

/// Those that said within three beats that they live, and whether each hears NATS; older ones are forgotten.
pub(in crate::chat) async fn other_nodes(
    db: &mut PgConnection,
    node: Uuid,
) -> sqlx::Result<HashMap<Uuid, bool>> {
    sqlx::query!("DELETE FROM nodes WHERE id <> $1 AND seen_at < now() - interval '6 seconds'", node)
        .execute(&mut *db)
        .await?;
    let rows = sqlx::query!("SELECT id, hears_nats FROM nodes WHERE id <> $1", node).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.hears_nats)).collect())
}

/// Says that the node lives that much longer, and no more.
pub(in crate::chat) async fn last_beat(
    db: impl PgExecutor<'_>,
    node: Uuid,
    lives: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE nodes SET seen_at = now() - interval '6 seconds' + make_interval(secs => $2) WHERE id = $1",
        node,
        lives.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down who is on this node, all at once; nobody else is.
pub(in crate::chat) async fn tell_presences(
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
pub(in crate::chat) async fn set_presences(
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
pub(in crate::chat) async fn presences_elsewhere(
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

/// Of rooms that are believed to stand somewhere (`last_seq`, read marks), those that don't, where they do, and
/// whose they are (accounts).
pub(in crate::chat) async fn moved(
    db: impl PgExecutor<'_>,
    believed: &[(RoomKey, i64, ReadMarks)],
) -> sqlx::Result<Vec<(RoomKey, i64, ReadMarks, [i64; 2])>> {
    let column =
        |value: fn(&(RoomKey, i64, ReadMarks)) -> i64| believed.iter().map(value).collect::<Vec<_>>();
    let rows = sqlx::query!(
        "SELECT r.buyer_id, r.seller_id, r.last_seq, r.buyer_read_seq, r.seller_read_seq,
                b.account_id AS buyer_account, c.account_id AS seller_account
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
              AS k (buyer_id, seller_id, last_seq, buyer_read_seq, seller_read_seq)
         JOIN rooms r USING (buyer_id, seller_id)
         JOIN buyers b ON b.id = r.buyer_id
         JOIN customers c ON c.id = r.seller_id
         WHERE (r.last_seq, r.buyer_read_seq, r.seller_read_seq)
               <> (k.last_seq, k.buyer_read_seq, k.seller_read_seq)",
        &column(|(room, ..)| room.buyer_id),
        &column(|(room, ..)| room.seller_id),
        &column(|(_, last_seq, _)| *last_seq),
        &column(|(.., read)| read.buyer),
        &column(|(.., read)| read.seller),
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let room = RoomKey { buyer_id: row.buyer_id, seller_id: row.seller_id };
            let read = ReadMarks { buyer: row.buyer_read_seq, seller: row.seller_read_seq };
            (room, row.last_seq, read, [row.buyer_account, row.seller_account])
        })
        .collect())
}

/// Tells every listening node.
pub(in crate::chat) async fn notify(db: impl PgExecutor<'_>, payloads: &[String]) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", CHANNEL, payloads)
        .execute(db)
        .await?;
    Ok(())
}
