//! A thousand rooms, eight messages on their way from each sender; the order is checked.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::{SinkExt as _, StreamExt as _, future::try_join_all};
use tokio::sync::Semaphore;

use crate::{
    BenchOptions,
    client::{self, Socket},
    dataset::{Dataset, Pair},
    figures::{Table, median, whole},
    rows::{closed_loop::Speed, fresh_row},
    server::Server,
};

const ROOMS: usize = 1_000;
const DEPTH: usize = 8;
const WARM: Duration = Duration::from_secs(1);

pub async fn measure(
    options: &BenchOptions,
    table: &mut Table,
    haggle: &Server,
    baseline: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        limit.push(run(baseline, &dataset.pairs[..ROOMS], options.duration).await?);
        ours.push(run(haggle, &dataset.pairs[..ROOMS], options.duration).await?);
    }
    let ratio =
        median(ours.iter().zip(&limit).map(|(ours, limit)| ours.per_second / limit.per_second).collect());
    table.add(
        "many in flight: 1,000 rooms, 8 from each sender, in order",
        format!(
            "{}/s ({ratio:.2} of the limit; {:.0} + {:.0} µs each)",
            whole(median(ours.iter().map(|run| run.per_second).collect())),
            median(ours.iter().map(|run| run.cpu_us[0]).collect()),
            median(ours.iter().map(|run| run.cpu_us[1]).collect())
        ),
        format!("{}/s", whole(median(limit.iter().map(|run| run.per_second).collect()))),
        "≥ 1/4",
        ratio >= 0.25,
    );
    Ok(())
}

async fn run(server: &Server, pairs: &[Pair], duration: Duration) -> anyhow::Result<Speed> {
    let sockets = client::open_both(server.addr, pairs).await?;
    let row = fresh_row();
    let begin = Instant::now() + WARM;
    let rooms: Vec<_> = sockets
        .into_iter()
        .enumerate()
        .map(|(room, (buyer, seller))| {
            tokio::spawn(send_and_count(row, room as u64, buyer, seller, begin, duration))
        })
        .collect();
    tokio::time::sleep_until(begin.into()).await;
    let cpu = server.cpu();
    let mut counted = 0;
    for room in try_join_all(rooms).await? {
        counted += room?;
    }
    let spent = server.cpu();
    Ok(Speed { per_second: counted as f64 / duration.as_secs_f64(), cpu_us: spent.each(cpu, counted) })
}

/// The buyer keeps eight on their way; each that the seller has makes room for the next.
async fn send_and_count(
    row: u32,
    room: u64,
    buyer: Socket,
    mut seller: Socket,
    begin: Instant,
    duration: Duration,
) -> anyhow::Result<u64> {
    let free = Arc::new(Semaphore::new(DEPTH));
    let (mut out, mut back) = buyer.split();
    let id = move |n: u64| client::client_id(row, (room << 32) | n);
    let write = {
        let free = free.clone();
        async move {
            for n in 0.. {
                free.acquire().await?.forget();
                out.send(client::message(&id(n))).await?;
            }
            anyhow::Ok(())
        }
    };
    let hear = async move {
        loop {
            client::next_id(&mut back).await?;
        }
    };
    let read = async {
        let mut counted = 0;
        for n in 0.. {
            let arrived = client::next_id(&mut seller).await?;
            ensure!(arrived == id(n), "out of order: {arrived} where {} was next", id(n));
            if begin.elapsed() >= duration {
                break;
            }
            counted += u64::from(Instant::now() > begin);
            free.add_permits(1);
        }
        anyhow::Ok(counted)
    };
    let hear = async {
        let never: anyhow::Result<()> = hear.await;
        never
    };
    tokio::select! {
        counted = read => counted,
        Err(error) = write => Err(error),
        Err(error) = hear => Err(error),
    }
}
