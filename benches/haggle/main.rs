//! What is promised about speed and memory, measured: `cargo bench`.
//!
//! ```text
//! this process                          others, started by it
//!   clients, real loopback sockets  →   haggle serve, release build, with its private PostgreSQL
//!                                       (fsync and synchronous_commit on: its defaults)
//!                                   →   baseline: an axum room broadcast without a database, the limit
//! ```
//!
//! The dataset (accounts, sessions, rooms) is inserted, not clicked together; message rates are raised by
//! `HAGGLE_MESSAGES_PER_SECOND`. Rows that load the machine are run five times, the limit and Haggle in
//! turn, and medians are printed: machines differ, ratios don't. Everything shares the machine's cores.
//!
//! `cargo bench -- closed_loop history` runs only these rows; `--quick` runs once each, to see that it works;
//! `--plots` also measures how cost grows with rooms, and draws `docs/plots/`.

mod baseline;
mod client;
mod dataset;
mod figures;
mod plot;
mod rows;
mod server;

use std::time::Duration;

use dataset::Dataset;
use figures::Table;
use server::Server;

/// What a run is asked for.
pub struct BenchOptions {
    only: Vec<String>,
    pub runs: usize,
    /// How long a row is measured each time.
    pub duration: Duration,
    pub plots: bool,
}

impl BenchOptions {
    fn from_args() -> Self {
        let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let flag = |name: &str| given.iter().any(|argument| argument == name);
        let quick = flag("--quick");
        BenchOptions {
            runs: if quick { 1 } else { 5 },
            duration: Duration::from_secs(if quick { 2 } else { 4 }),
            plots: flag("--plots"),
            only: given.iter().filter(|argument| !argument.starts_with("--")).cloned().collect(),
        }
    }

    fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == row)
    }
}

fn main() -> anyhow::Result<()> {
    if std::env::var_os(baseline::ENV).is_some() {
        return baseline::main();
    }
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(BenchOptions::from_args()))
}

async fn run(options: BenchOptions) -> anyhow::Result<()> {
    let mut table = Table::default();
    if options.wants("start") {
        rows::start::measure(&options, &mut table).await?;
    }
    if options.wants("search") {
        rows::search::measure(&options, &mut table).await?;
    }
    let loaded = [
        "closed_loop",
        "inbox",
        "pipelined",
        "inserts",
        "latency",
        "idle",
        "reconnect_storm",
        "history",
        "queue",
        "away",
        "api",
    ];
    if loaded.iter().any(|row| options.wants(row)) || options.plots {
        let haggle = Server::haggle().await?;
        let dataset = Dataset::insert(&haggle, dataset::PAIRS).await?;
        let baseline = baseline::start()?;
        if options.wants("closed_loop") {
            rows::closed_loop::measure(&options, &mut table, &haggle, &baseline, &dataset).await?;
        }
        if options.wants("inbox") {
            rows::inbox::measure(&options, &mut table, &haggle, &dataset).await?;
        }
        if options.wants("pipelined") {
            rows::pipelined::measure(&options, &mut table, &haggle, &baseline, &dataset).await?;
        }
        if options.wants("inserts") {
            rows::inserts::measure(&options, &mut table, &dataset).await?;
        }
        if options.wants("latency") {
            rows::latency::measure(&options, &mut table, &haggle, &baseline, &dataset).await?;
        }
        if options.wants("idle") {
            rows::idle::measure(&options, &mut table, &dataset).await?;
        }
        if options.wants("reconnect_storm") {
            rows::reconnect_storm::measure(&mut table, &haggle, &dataset).await?;
        }
        if options.wants("history") {
            rows::history::measure(&mut table, &haggle, &dataset).await?;
        }
        if options.wants("queue") {
            rows::queue::measure(&options, &mut table, &dataset).await?;
        }
        if options.wants("away") {
            rows::away::measure(&options, &mut table, &haggle, &dataset).await?;
        }
        if options.wants("api") {
            rows::api::measure(&options, &mut table, &haggle, &dataset).await?;
        }
        if options.plots {
            rows::scaling::measure(&options, &haggle, &baseline, &dataset).await?;
        }
        dataset.close().await;
    }
    println!("\n{table}");
    Ok(())
}
