//! Fifty conversations: each sends its next when both have the last. Buyer and seller in turn.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use crate::{
    BenchOptions, client,
    dataset::{Dataset, Pair},
    figures::{Table, median, whole},
    rows::fresh_row,
    server::Server,
};

pub const ROOMS: usize = 50;
const WARM: Duration = Duration::from_millis(700);

/// Messages a second, and microseconds of processor time a message.
#[derive(Clone, Copy)]
pub struct Speed {
    pub per_second: f64,
    /// The server's, and the database's.
    pub cpu_us: [f64; 2],
}

impl Speed {
    pub fn total_us(&self) -> f64 {
        self.cpu_us.iter().sum()
    }
}

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
    let of = |runs: &[Speed], figure: fn(&Speed) -> f64| median(runs.iter().map(figure).collect());
    let (mine, limit_rate) = (of(&ours, |run| run.per_second), of(&limit, |run| run.per_second));
    let ratio =
        median(ours.iter().zip(&limit).map(|(ours, limit)| ours.per_second / limit.per_second).collect());
    table.add(
        "stored and delivered, 50 rooms, the next when the last arrived",
        format!("{}/s ({ratio:.2} of the limit)", whole(mine)),
        format!("{}/s", whole(limit_rate)),
        "≥ 1/3",
        ratio >= 1.0 / 3.0,
    );
    let cpu = of(&ours, Speed::total_us);
    table.add(
        "processor time a message, server and database",
        format!(
            "{cpu:.0} µs ({:.0} + {:.0})",
            of(&ours, |run| run.cpu_us[0]),
            of(&ours, |run| run.cpu_us[1])
        ),
        format!("{:.0} µs", of(&limit, Speed::total_us)),
        "≤ 100 µs",
        cpu <= 100.0,
    );
    Ok(())
}

/// One closed loop in each of these rooms, both people's sockets open.
pub async fn run(server: &Server, pairs: &[Pair], duration: Duration) -> anyhow::Result<Speed> {
    let sockets = client::open_both(server.addr, pairs).await?;
    let row = fresh_row();
    let begin = Instant::now() + WARM;
    let rooms = sockets.into_iter().enumerate().map(|(room, (mut buyer, mut seller))| {
        tokio::spawn(async move {
            let mut counted = 0_u64;
            let mut n = (room as u64) << 32;
            while begin.elapsed() < duration {
                let id = client::client_id(row, n);
                if n.is_multiple_of(2) {
                    client::exchange(&mut buyer, &mut seller, &id).await?;
                } else {
                    client::exchange(&mut seller, &mut buyer, &id).await?;
                }
                n += 1;
                counted += u64::from(Instant::now() > begin);
            }
            anyhow::Ok(counted)
        })
    });
    let rooms: Vec<_> = rooms.collect();
    tokio::time::sleep_until(begin.into()).await;
    let cpu = server.cpu();
    let mut counted = 0;
    for room in try_join_all(rooms).await? {
        counted += room?;
    }
    let (took, spent) = (begin.elapsed(), server.cpu());
    Ok(Speed { per_second: counted as f64 / took.as_secs_f64(), cpu_us: spent.each(cpu, counted) })
}
