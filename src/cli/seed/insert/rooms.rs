//! Rooms and their entries.

use std::collections::HashMap;

use sqlx::{PgConnection, types::Json};

use super::people::ProfileIds;
use crate::cli::seed::{
    dialogue_rows::{self, DialogueRow, RoomRow},
    error::SeedError,
    fixtures::Room,
};

/// Returns the number of entries in all rooms.
pub(super) async fn insert(
    tx: &mut PgConnection,
    rooms: &[Room],
    profiles: &ProfileIds<'_>,
    products: &HashMap<&str, i64>,
) -> Result<usize, SeedError> {
    let dialogues = rooms
        .iter()
        .map(|room| {
            let people = (profiles.buyer(&room.buyer)?, profiles.seller(&room.seller)?);
            dialogue_rows::to_rows(room, people, products)
        })
        .collect::<Result<Vec<_>, SeedError>>()?;
    let (rows, entries): (Vec<_>, Vec<_>) =
        dialogues.into_iter().map(|dialogue| (dialogue.room, dialogue.entries)).unzip();
    let entries: Vec<DialogueRow> = entries.into_iter().flatten().collect();
    let (buyers, sellers): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.from == "buyer");
    insert_rows(tx, &rows).await?;
    insert_messages(tx, &buyers).await?;
    insert_post_messages(tx, &sellers).await?;
    Ok(entries.len())
}

async fn insert_rows(tx: &mut PgConnection, rooms: &[RoomRow]) -> Result<(), SeedError> {
    sqlx::query!(
        "INSERT INTO rooms (buyer_id, seller_id, last_seq, buyer_total, seller_total, buyer_read_seq,
                            seller_read_seq, buyer_seen, seller_seen, last_product_id, last_from, last_body,
                            last_at, created_at)
         SELECT buyer_id, seller_id, last_seq, buyer_total, seller_total, buyer_read_seq,
                seller_read_seq, buyer_seen, seller_seen, last_product_id, last_from, last_body,
                now() - last_days_ago * interval '1 day', now() - first_days_ago * interval '1 day'
         FROM jsonb_to_recordset($1) AS r(
                buyer_id bigint, seller_id bigint, last_seq bigint, buyer_total bigint, seller_total bigint,
                buyer_read_seq bigint, seller_read_seq bigint, buyer_seen bigint, seller_seen bigint,
                last_product_id bigint, last_from text, last_body text, last_days_ago float8,
                first_days_ago float8)",
        Json(rooms) as _
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Buyer → seller.
async fn insert_messages(tx: &mut PgConnection, entries: &[&DialogueRow]) -> Result<(), SeedError> {
    sqlx::query!(
        "INSERT INTO messages (room_id, seq, ordinal, client_id, body, product_id, starts_product,
                               product_title, product_price_minor, product_currency, sent_at)
         SELECT r.id, seq, ordinal, gen_random_uuid(), body, product_id, starts_product,
                p.title, p.price_minor, p.currency, now() - days_ago * interval '1 day'
         FROM jsonb_to_recordset($1) AS e(
                buyer_id bigint, seller_id bigint, seq bigint, ordinal bigint, body text,
                product_id bigint, starts_product boolean, days_ago float8)
         JOIN rooms r USING (buyer_id, seller_id)
         LEFT JOIN products p ON e.starts_product AND p.id = e.product_id",
        Json(entries) as _
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Seller → buyer.
async fn insert_post_messages(tx: &mut PgConnection, entries: &[&DialogueRow]) -> Result<(), SeedError> {
    sqlx::query!(
        "INSERT INTO post_messages (room_id, seq, ordinal, client_id, body, product_id, starts_product,
                                    product_title, product_price_minor, product_currency, sent_at)
         SELECT r.id, seq, ordinal, gen_random_uuid(), body, product_id, starts_product,
                p.title, p.price_minor, p.currency, now() - days_ago * interval '1 day'
         FROM jsonb_to_recordset($1) AS e(
                buyer_id bigint, seller_id bigint, seq bigint, ordinal bigint, body text,
                product_id bigint, starts_product boolean, days_ago float8)
         JOIN rooms r USING (buyer_id, seller_id)
         LEFT JOIN products p ON e.starts_product AND p.id = e.product_id",
        Json(entries) as _
    )
    .execute(tx)
    .await?;
    Ok(())
}
