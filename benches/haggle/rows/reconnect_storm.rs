//! 5,000 sockets are cut at once, with messages on their way, and come back at once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{self, Socket},
    dataset::{Dataset, Pair, Person},
    figures::Table,
    rows::fresh_row,
    server::Server,
};

const ROOMS: usize = 2_500;
const EACH: u64 = 3;

pub async fn measure(table: &mut Table, haggle: &Server, dataset: &Dataset) -> anyhow::Result<()> {
    let pairs = &dataset.pairs[1_000..1_000 + ROOMS];
    let row = fresh_row();
    let mut sockets = client::open_both(haggle.addr, pairs).await?;
    // Each buyer writes three messages; everybody is cut before an answer can be read.
    for (room, (buyer, _)) in sockets.iter_mut().enumerate() {
        for n in 0..EACH {
            buyer.feed(client::message(&id(row, room, n))).await?;
        }
        buyer.flush().await?;
    }
    drop(sockets);
    let begin = Instant::now();
    let http = reqwest::Client::new();
    let both = pairs.iter().enumerate().flat_map(|(room, pair)| [(room, pair, true), (room, pair, false)]);
    let back: Vec<(Socket, Duration)> = stream::iter(both)
        .map(|(room, pair, buyer)| {
            let http = http.clone();
            async move {
                let person = if buyer { &pair.buyer } else { &pair.seller };
                let ids = (0..EACH).map(|n| id(row, room, n)).collect();
                let socket = come_back(haggle, &http, pair, person, ids, buyer).await?;
                anyhow::Ok((socket, begin.elapsed()))
            }
        })
        .buffer_unordered(2 * ROOMS)
        .try_collect()
        .await?;
    let took = back.iter().map(|(_, at)| *at).max().unwrap_or_default();
    let missing: i64 =
        sqlx::query_scalar("SELECT $2 - count(*) FROM messages WHERE client_id::text LIKE $1 || '%'")
            .bind(format!("{row:08x}-"))
            .bind(ROOMS as i64 * EACH as i64)
            .fetch_one(&dataset.db)
            .await?;
    table.add(
        "5,000 sockets cut at once and back, all caught up",
        format!("{:.1} s, {missing} of {} messages missing", took.as_secs_f64(), ROOMS as u64 * EACH),
        "–".into(),
        "< 10 s, none missing",
        took < Duration::from_secs(10) && missing == 0,
    );
    Ok(())
}

fn id(row: u32, room: usize, n: u64) -> String {
    client::client_id(row, ((room as u64) << 32) | n)
}

/// As a browser does: connect, ask for what was missed, send again what was never answered, and wait
/// until everything of this room is here.
async fn come_back(
    haggle: &Server,
    http: &reqwest::Client,
    pair: &Pair,
    person: &Person,
    wanted: Vec<String>,
    resend: bool,
) -> anyhow::Result<Socket> {
    let mut socket = client::open(haggle.addr, &pair.room, person).await?;
    let url = format!("http://{}/rooms/{}/messages?after=1", haggle.addr, pair.room);
    let request = http.get(url).header("cookie", &person.cookie).header("accept", "application/json");
    let page: Value = request.send().await?.error_for_status()?.json().await?;
    let entries = page["entries"].as_array().context("no entries")?;
    let mut missing: Vec<String> = wanted
        .into_iter()
        .filter(|id| !entries.iter().any(|entry| entry["client_id"] == id.as_str()))
        .collect();
    if resend {
        for id in &missing {
            socket.send(client::message(id)).await?;
        }
    }
    while !missing.is_empty() {
        let frame = socket.next().await.context("cut again")??;
        let Message::Text(text) = frame else { continue };
        ensure!(!text.starts_with(r#"{"type":"error"#), "{text}");
        missing.retain(|id| !text.contains(id.as_str()));
    }
    Ok(socket)
}
