//! From sending to the other side having it: 200 messages a second over 50 rooms, alone and with 10,000
//! idle sockets open.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};

use crate::{
    BenchOptions, client,
    dataset::{Dataset, Pair},
    figures::{Table, median, percentile},
    rows::fresh_row,
    server::{self, Server},
};

const ROOMS: usize = 50;
const EACH: Duration = Duration::from_millis(5);
const IDLE_ROOMS: usize = 5_000;
const SETTLED: Duration = Duration::from_secs(3);

/// Milliseconds.
#[derive(Clone, Copy)]
struct Latency {
    p50: f64,
    p99: f64,
}

pub async fn measure(
    options: &BenchOptions,
    table: &mut Table,
    haggle: &Server,
    baseline: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    let (talking, idle) = (&dataset.pairs[..ROOMS], &dataset.pairs[ROOMS..ROOMS + IDLE_ROOMS]);
    let (mut limit, mut flushed) = (Vec::new(), Vec::new());
    let (mut alone, mut crowded) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let duration = options.duration;
        flushed.push(tokio::task::spawn_blocking(move || flush(duration)).await??);
        limit.push(run(baseline, talking, 3 * options.duration).await?);
        alone.push(run(haggle, talking, 3 * options.duration).await?);
        let open = client::open_idle(haggle.addr, idle).await?;
        // Ten thousand that have just come aren't idle yet.
        tokio::time::sleep(SETTLED).await;
        crowded.push(run(haggle, talking, 3 * options.duration).await?);
        drop(open);
        // Their places are given back ten seconds after they left.
        tokio::time::sleep(Duration::from_secs(12)).await;
    }
    let of = |runs: &[Latency], figure: fn(&Latency) -> f64| median(runs.iter().map(figure).collect());
    let (bare50, bare99) = (of(&limit, |run| run.p50), of(&limit, |run| run.p99));
    let (flush50, flush99) = (of(&flushed, |run| run.p50), of(&flushed, |run| run.p99));
    let (p50, p99) = (of(&alone, |run| run.p50), of(&alone, |run| run.p99));
    let (crowd50, crowd99) = (of(&crowded, |run| run.p50), of(&crowded, |run| run.p99));
    table.add(
        "send → the other side has it, 200/s over 50 rooms, median",
        format!("{p50:.2} ms"),
        format!("{bare50:.2} ms"),
        "≤ 1.2 ms",
        p50 <= 1.2,
    );
    table.add(
        "the same, p99",
        format!("{p99:.2} ms"),
        format!("{bare99:.2} ms"),
        "≤ 1.3 × (limit + a flush, p99)",
        p99 <= 1.3 * (bare99 + flush99),
    );
    table.limit(
        "8 KiB written and flushed at the same pace, which is in each of these, median / p99",
        format!("{flush50:.2} / {flush99:.2} ms"),
    );
    table.add(
        "the same with 10,000 idle sockets, median / p99",
        format!("{crowd50:.2} / {crowd99:.2} ms"),
        format!("{p50:.2} / {p99:.2} ms without them"),
        "within half",
        crowd50 <= 1.5 * p50 && crowd99 <= 1.5 * p99,
    );
    Ok(())
}

async fn run(server: &Server, pairs: &[Pair], duration: Duration) -> anyhow::Result<Latency> {
    let row = fresh_row();
    let heard: Arc<Mutex<Vec<(usize, Instant)>>> = Arc::default();
    let mut senders = Vec::new();
    let mut listeners = tokio::task::JoinSet::new();
    for (buyer, mut seller) in client::open_both(server.addr, pairs).await? {
        let (out, mut back) = buyer.split();
        senders.push(out);
        listeners.spawn(async move { while let Some(Ok(_)) = back.next().await {} });
        let heard = heard.clone();
        listeners.spawn(async move {
            while let Ok(id) = client::next_id(&mut seller).await {
                let now = Instant::now();
                let n = usize::from_str_radix(&id[24..], 16).unwrap_or_default();
                if let Ok(mut heard) = heard.lock() {
                    heard.push((n, now));
                }
            }
        });
    }
    let count = (duration.as_millis() / EACH.as_millis()) as usize;
    let mut sent = Vec::with_capacity(count);
    let mut ticks = tokio::time::interval(EACH);
    for n in 0..count {
        ticks.tick().await;
        sent.push(Instant::now());
        let message = client::message(&client::client_id(row, n as u64));
        senders[n % pairs.len()].send(message).await?;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let heard = heard.lock().map(|heard| heard.clone()).unwrap_or_default();
    anyhow::ensure!(heard.len() == count, "{} of {count} arrived", heard.len());
    let mut waits: Vec<f64> =
        heard.into_iter().map(|(n, at)| (at - sent[n]).as_secs_f64() * 1000.0).collect();
    // The first second warms up.
    let mut waits = waits.split_off(200.min(count / 2));
    Ok(Latency { p50: percentile(&mut waits, 0.5), p99: percentile(&mut waits, 0.99) })
}

/// What a commit has to wait for: a page of the log on the disk. Nobody else writes meanwhile.
fn flush(duration: Duration) -> anyhow::Result<Latency> {
    const PAGE: usize = 8192;
    let folder = server::folder()?;
    let file = File::create(folder.path().join("log"))?;
    let count = (duration.as_millis() / EACH.as_millis()) as usize;
    // As PostgreSQL's log is, it is there before it is written to.
    file.write_all_at(&vec![0; count * PAGE], 0)?;
    file.sync_all()?;
    let mut waits = Vec::with_capacity(count);
    for n in 0..count {
        let begin = Instant::now();
        file.write_all_at(&[n as u8; PAGE], (n * PAGE) as u64)?;
        file.sync_data()?;
        waits.push(begin.elapsed().as_secs_f64() * 1000.0);
        std::thread::sleep(EACH.saturating_sub(begin.elapsed()));
    }
    Ok(Latency { p50: percentile(&mut waits, 0.5), p99: percentile(&mut waits, 0.99) })
}
