//! A page of a room with a million entries, and the inbox of somebody with 5,000 rooms, over HTTP;
//! each also at half the size.

use std::time::Instant;

use crate::{
    dataset::{Dataset, Pair},
    figures::{Table, median},
    server::Server,
};

const ENTRIES: i64 = 1_000_000;
const ROOMS: i64 = 5_000;
const ENV: usize = 60;

pub async fn measure(table: &mut Table, haggle: &Server, dataset: &Dataset) -> anyhow::Result<()> {
    let (long, many) = (&dataset.pairs[9_998], &dataset.pairs[9_999]);
    let mut pages = Vec::new();
    let mut inboxes = Vec::new();
    for half in [1, 2] {
        lengthen(dataset, long, half * ENTRIES / 2).await?;
        multiply(dataset, many, half * ROOMS / 2).await?;
        sqlx::query("ANALYZE").execute(&dataset.db).await?;
        let middle = half * ENTRIES / 4;
        let page = format!("/rooms/{}/messages?before={middle}&limit=50", long.room);
        pages.push(ask(haggle, &page, long).await?);
        inboxes.push(ask(haggle, "/messages", many).await?);
    }
    let messages: i64 =
        sqlx::query_scalar("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM post_messages)")
            .fetch_one(&dataset.db)
            .await?;
    table.add(
        "history page of 50 from a room of 1,000,000 entries",
        format!("{:.1} ms", pages[1]),
        format!("{:.1} ms with 500,000", pages[0]),
        "< 5 ms, no slower with twice the entries",
        pages[1] < 5.0 && pages[1] < 1.25 * pages[0],
    );
    table.add(
        &format!(
            "inbox page of somebody with 5,000 rooms, {:.1} million messages in all",
            messages as f64 / 1e6
        ),
        format!("{:.1} ms", inboxes[1]),
        format!("{:.1} ms with 2,500 rooms", inboxes[0]),
        "< 20 ms, no slower with twice the rooms",
        inboxes[1] < 20.0 && inboxes[1] < 1.25 * inboxes[0],
    );
    Ok(())
}

/// The median of many, warm, on one connection, in milliseconds.
async fn ask(haggle: &Server, path: &str, pair: &Pair) -> anyhow::Result<f64> {
    let http = reqwest::Client::new();
    let mut took = Vec::new();
    for n in 0..ENV {
        let begin = Instant::now();
        let request = http
            .get(format!("http://{}{path}", haggle.addr))
            .header("cookie", &pair.seller.cookie)
            .header("accept", if path == "/messages" { "text/html" } else { "application/json" });
        request.send().await?.error_for_status()?.bytes().await?;
        if n >= ENV / 3 {
            took.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(median(took))
}

/// Fills the pair's room up to so many entries, the two sides in turn.
async fn lengthen(dataset: &Dataset, pair: &Pair, entries: i64) -> anyhow::Result<()> {
    let (buyer, seller) = ids(pair);
    for (table, odd) in [("messages", 1), ("post_messages", 0)] {
        let sql = format!(
            "INSERT INTO {table} (room_id, seq, ordinal, client_id, body, sent_at)
             SELECT r.id, seq, (seq + 1) / 2, gen_random_uuid(), 'Entry ' || seq || ' of a long conversation', now()
             FROM rooms r, generate_series(r.last_seq + 1, $3) seq
             WHERE r.buyer_id = $1 AND r.seller_id = $2 AND seq % 2 = {odd}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(buyer)
            .bind(seller)
            .bind(entries)
            .execute(&dataset.db)
            .await?;
    }
    sqlx::query(
        "UPDATE rooms SET last_seq = $3, buyer_total = $3 / 2, seller_total = $3 / 2, last_at = now()
         WHERE buyer_id = $1 AND seller_id = $2",
    )
    .bind(buyer)
    .bind(seller)
    .bind(entries)
    .execute(&dataset.db)
    .await?;
    Ok(())
}

/// Gives the pair's seller so many rooms, with the other buyers, of 200 messages each.
async fn multiply(dataset: &Dataset, pair: &Pair, rooms: i64) -> anyhow::Result<()> {
    let (_, seller) = ids(pair);
    sqlx::query(
        "WITH room AS (
             INSERT INTO rooms (buyer_id, seller_id, last_seq, buyer_total, last_from, last_body, last_at)
             SELECT b.id, $1, 200, 200, 'buyer', 'The last of two hundred', now() - b.id * interval '1 minute'
             FROM (SELECT id FROM buyers ORDER BY id LIMIT $2) b
             ON CONFLICT (buyer_id, seller_id) DO NOTHING RETURNING id
         )
         INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
         SELECT room.id, seq, seq, gen_random_uuid(), 'Message ' || seq, now() FROM room, generate_series(1, 200) seq",
    )
    .bind(seller)
    .bind(rooms)
    .execute(&dataset.db)
    .await?;
    Ok(())
}

fn ids(pair: &Pair) -> (i64, i64) {
    let mut parts = pair.room.split('_').filter_map(|part| part.parse().ok());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
