//! Fifty messages a second to people who are away: 10,000 of them with a phone that is pushed. What the sender feels of
//! it, and whether everybody is told once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::{Router, extract::Path, http::StatusCode, routing::post};
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpListener;

use crate::{
    BenchOptions, client,
    dataset::{Dataset, Pair},
    figures::{Table, median, percentile},
    rows::fresh_row,
    server::Server,
};

const EACH: Duration = Duration::from_millis(20);
/// A key of RFC 8291's example; nobody reads these pushes.
const P256DH: &str = "042571b2becdfde360551aaf1ed0f4cd366c11cebe555f89bcb7b186a53339173168ece2ebe018597bd30479b86e3c8f8eced577ca59187e9246990db682008b0e";

type Pushed = Arc<Mutex<HashMap<String, usize>>>;

pub async fn measure(
    options: &BenchOptions,
    table: &mut Table,
    haggle: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    let mut looking = dataset.db.begin().await?;
    sqlx::query("SELECT FROM room_tail FOR UPDATE").fetch_one(&mut *looking).await?;
    read_all(&mut looking).await?;
    looking.commit().await?;
    let pushed = subscribe_all(dataset).await?;
    let count = (3 * options.duration.as_millis() / EACH.as_millis()) as usize;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut told = 0;
    for turn in 0..options.runs {
        // Other rooms in each run: what was told isn't told again within a minute.
        let mut rooms = dataset.pairs.chunks_exact(count).skip(2 * turn);
        let (first, second) = (rooms.next().context("rooms")?, rooms.next().context("rooms")?);
        with.push(run(haggle, first).await?);
        told += first.len();
        wait_for(&pushed, told).await?;
        // Who holds the tail's row is the node that looks, and this one doesn't.
        let mut looking = dataset.db.begin().await?;
        sqlx::query("SELECT FROM room_tail FOR UPDATE").fetch_one(&mut *looking).await?;
        without.push(run(haggle, second).await?);
        read_all(&mut looking).await?;
        looking.commit().await?;
    }
    let (reached, doubled) = {
        let pushed = pushed.lock().map_err(|_| anyhow::anyhow!("the push service broke"))?;
        (pushed.len(), pushed.values().filter(|&&times| times > 1).count())
    };
    let of = |runs: &[[f64; 2]], at: usize| median(runs.iter().map(|run| run[at]).collect());
    let (p50, p99) = (of(&with, 0), of(&with, 1));
    let (bare50, bare99) = (of(&without, 0), of(&without, 1));
    table.add(
        "50/s to 10,000 people away, pushed: acknowledged, median / p99",
        format!("{p50:.2} / {p99:.2} ms"),
        format!("{bare50:.2} / {bare99:.2} ms without notices"),
        "p99 ≤ 1.3 ×",
        p99 <= 1.3 * bare99,
    );
    table.add(
        "their pushes: rooms told / of / twice",
        format!("{reached} / {told} / {doubled}"),
        "–".to_owned(),
        "each once",
        reached == told && doubled == 0,
    );
    Ok(())
}

/// Nothing waits for anybody, and nobody is to be told of anything.
async fn read_all(conn: &mut sqlx::PgConnection) -> anyhow::Result<()> {
    sqlx::query("UPDATE rooms SET seller_read_seq = last_seq, seller_seen = buyer_total")
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM notices").execute(conn).await?;
    Ok(())
}

/// Every seller's phone, at a push service of our own that counts.
async fn subscribe_all(dataset: &Dataset) -> anyhow::Result<Pushed> {
    let pushed = Pushed::default();
    let counted = pushed.clone();
    let take = move |Path(phone): Path<String>| {
        let counted = counted.clone();
        async move {
            if let Ok(mut counted) = counted.lock() {
                *counted.entry(phone).or_default() += 1;
            }
            StatusCode::CREATED
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/{phone}", post(take))).await });
    sqlx::query(
        "INSERT INTO push_subscriptions (account_id, session, endpoint, p256dh, auth)
         SELECT s.account_id, s.id_hash, $1 || '/' || s.account_id, decode($2, 'hex'), decode(repeat('07', 16), 'hex')
         FROM sessions s JOIN customers c ON c.account_id = s.account_id",
    )
    .bind(&origin)
    .bind(P256DH)
    .execute(&dataset.db)
    .await?;
    Ok(pushed)
}

/// A message to each of these rooms' sellers, who aren't there. Milliseconds until the sender has it back: median, p99.
async fn run(server: &Server, pairs: &[Pair]) -> anyhow::Result<[f64; 2]> {
    let row = fresh_row();
    let open = |pair: Pair| async move { client::open(server.addr, &pair.room, &pair.buyer).await };
    let mut buyers: Vec<client::Socket> =
        stream::iter(pairs.to_vec()).map(open).buffered(64).try_collect().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut ticks = tokio::time::interval(EACH);
    let mut waits = Vec::with_capacity(buyers.len());
    for (n, buyer) in buyers.iter_mut().enumerate() {
        ticks.tick().await;
        let id = client::client_id(row, n as u64);
        let sent = Instant::now();
        buyer.send(client::message(&id)).await?;
        while client::next_id(buyer).await? != id {}
        waits.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    // The first second warms up.
    let mut waits = waits.split_off(50.min(waits.len() / 2));
    Ok([percentile(&mut waits, 0.5), percentile(&mut waits, 0.99)])
}

async fn wait_for(pushed: &Pushed, count: usize) -> anyhow::Result<()> {
    for _ in 0..600 {
        if pushed.lock().map(|pushed| pushed.len()).unwrap_or_default() >= count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let had = pushed.lock().map(|pushed| pushed.len()).unwrap_or_default();
    anyhow::bail!("{had} of {count} were told")
}
