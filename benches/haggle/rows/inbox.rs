//! The closed loop again, with both people's inbox open: what telling inboxes costs, and how often the database
//! is asked.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::task::JoinSet;

use crate::{
    BenchOptions, client,
    dataset::{Dataset, Pair},
    figures::{Table, median, whole},
    rows::closed_loop::{self, ROOMS, Speed},
    server::Server,
};

/// A backend says how much it did at most once a second, and when it has nothing to do.
const STATISTICS_DELAY: Duration = Duration::from_millis(1500);

pub async fn measure(
    options: &BenchOptions,
    table: &mut Table,
    haggle: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    let pairs = &dataset.pairs[..ROOMS];
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        without.push(run(options, haggle, dataset, pairs).await?);
        let inboxes = open_inboxes(haggle, pairs).await?;
        with.push(run(options, haggle, dataset, pairs).await?);
        drop(inboxes);
    }
    let of = |runs: &[Counted], figure: fn(&Counted) -> f64| median(runs.iter().map(figure).collect());
    let ratio = median(
        with.iter()
            .zip(&without)
            .map(|(with, without)| with.speed.per_second / without.speed.per_second)
            .collect(),
    );
    let describe = |runs: &[Counted]| {
        format!(
            "{}/s, {:.0} µs and {:.2} statements each",
            whole(of(runs, |run| run.speed.per_second)),
            of(runs, |run| run.speed.total_us()),
            of(runs, |run| run.statements)
        )
    };
    table.add(
        "50 rooms, both people's inbox open",
        format!("{} ({ratio:.2})", describe(&with)),
        format!("{} without inboxes", describe(&without)),
        "≥ 0.7 of it",
        ratio >= 0.7,
    );
    Ok(())
}

struct Counted {
    speed: Speed,
    /// A message's, with the batches' and all that goes on beside them.
    statements: f64,
}

async fn run(
    options: &BenchOptions,
    haggle: &Server,
    dataset: &Dataset,
    pairs: &[Pair],
) -> anyhow::Result<Counted> {
    let before = (dataset.statements(STATISTICS_DELAY).await?, dataset.messages().await?);
    let speed = closed_loop::run(haggle, pairs, options.duration).await?;
    let after = (dataset.statements(STATISTICS_DELAY).await?, dataset.messages().await?);
    Ok(Counted { speed, statements: (after.0 - before.0) as f64 / (after.1 - before.1) as f64 })
}

/// Everybody's inbox socket; all end when this is dropped.
async fn open_inboxes(haggle: &Server, pairs: &[Pair]) -> anyhow::Result<JoinSet<()>> {
    let mut inboxes = JoinSet::new();
    for person in pairs.iter().flat_map(|pair| [&pair.buyer, &pair.seller]) {
        let mut socket = client::open(haggle.addr, "inbox", person).await?;
        inboxes.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
    }
    Ok(inboxes)
}
