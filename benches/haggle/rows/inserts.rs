//! What the database takes by itself: one row a transaction, and five hundred, into `messages`.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use uuid::Uuid;

use crate::{
    BenchOptions,
    dataset::Dataset,
    figures::{Table, median, whole},
};

/// Sequences far behind what the other rows use.
const FAR: i64 = 1_000_000_000;
const CONNECTIONS: i64 = 20;
const BATCH: i64 = 500;

pub async fn measure(options: &BenchOptions, table: &mut Table, dataset: &Dataset) -> anyhow::Result<()> {
    let (mut single, mut batched) = (Vec::new(), Vec::new());
    for run in 0..options.runs as i64 {
        single.push(insert(dataset, FAR + 2 * run * 10_000_000, 1, options.duration).await?);
        batched.push(insert(dataset, FAR + (2 * run + 1) * 10_000_000, BATCH, options.duration).await?);
    }
    sqlx::query("DELETE FROM messages WHERE seq >= $1").bind(FAR).execute(&dataset.db).await?;
    table.limit(
        "the same table alone: 20 connections, one row a transaction",
        format!("{} rows/s", whole(median(single))),
    );
    table.limit(
        "the same table alone: 20 connections, 500 rows a transaction",
        format!("{} rows/s", whole(median(batched))),
    );
    Ok(())
}

async fn insert(dataset: &Dataset, from: i64, rows: i64, duration: Duration) -> anyhow::Result<f64> {
    let room: i64 = sqlx::query_scalar("SELECT min(id) FROM rooms").fetch_one(&dataset.db).await?;
    let begin = Instant::now();
    let writers = (0..CONNECTIONS).map(|writer| {
        let db = dataset.db.clone();
        tokio::spawn(async move {
            let mut seq = from + writer * 400_000;
            let mut counted = 0;
            while begin.elapsed() < duration {
                let seqs: Vec<i64> = (seq..seq + rows).collect();
                let ids: Vec<Uuid> = seqs.iter().map(|_| Uuid::new_v4()).collect();
                sqlx::query(
                    "INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
                     SELECT $1 + seq % 1000, seq, seq, id, 'Is it still there? I could come by at six.', now()
                     FROM unnest($2::bigint[], $3::uuid[]) AS e (seq, id)",
                )
                .bind(room)
                .bind(&seqs)
                .bind(&ids)
                .execute(&db)
                .await?;
                seq += rows;
                counted += rows;
            }
            anyhow::Ok(counted)
        })
    });
    let mut counted = 0;
    for writer in try_join_all(writers).await? {
        counted += writer?;
    }
    Ok(counted as f64 / begin.elapsed().as_secs_f64())
}
