//! What is promised about speed and memory, measured: `cargo bench`.
//!
//! ```text
//! this process                          others, started by it
//!   clients, real loopback sockets  →   haggle serve, release build, with its private PostgreSQL
//!                                       (fsync and synchronous_commit on: its defaults)
//!                                   →   bare: an axum room broadcast without a database, the limit
//! ```
//!
//! The world (accounts, sessions, rooms) is inserted, not clicked together; message rates are raised by
//! `HAGGLE_MESSAGES_PER_SECOND`. Rows that load the machine are run five times, the limit and Haggle in
//! turn, and medians are printed: machines differ, ratios don't. Everything shares the machine's cores.
//!
//! `cargo bench -- talk history` runs only these rows; `--quick` runs once each, to see that it works;
//! `--plots` also measures how cost grows with rooms, and draws `docs/plots/`.

mod bare;
mod client;
mod figures;
mod plot;
mod program;
mod rows;
mod world;

use std::time::Duration;

use figures::Table;
use program::Program;
use world::World;

/// What a run is asked for.
pub struct Plan {
    only: Vec<String>,
    pub runs: usize,
    /// How long a row is measured each time.
    pub span: Duration,
    pub plots: bool,
}

impl Plan {
    fn of_arguments() -> Self {
        let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let flag = |name: &str| given.iter().any(|argument| argument == name);
        let quick = flag("--quick");
        Plan {
            runs: if quick { 1 } else { 5 },
            span: Duration::from_secs(if quick { 2 } else { 4 }),
            plots: flag("--plots"),
            only: given.iter().filter(|argument| !argument.starts_with("--")).cloned().collect(),
        }
    }

    fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == row)
    }
}

fn main() -> anyhow::Result<()> {
    if std::env::var_os(bare::ASKED).is_some() {
        return bare::main();
    }
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(Plan::of_arguments()))
}

async fn run(plan: Plan) -> anyhow::Result<()> {
    let mut table = Table::default();
    if plan.wants("start") {
        rows::start::measure(&plan, &mut table).await?;
    }
    let loaded = ["talk", "deep", "inserts", "latency", "idle", "storm", "history"];
    if loaded.iter().any(|row| plan.wants(row)) || plan.plots {
        let haggle = Program::haggle().await?;
        let world = World::make(&haggle).await?;
        let bare = Program::bare().await?;
        if plan.wants("talk") {
            rows::talk::measure(&plan, &mut table, &haggle, &bare, &world).await?;
        }
        if plan.wants("deep") {
            rows::deep::measure(&plan, &mut table, &haggle, &bare, &world).await?;
        }
        if plan.wants("inserts") {
            rows::inserts::measure(&plan, &mut table, &world).await?;
        }
        if plan.wants("latency") {
            rows::latency::measure(&plan, &mut table, &haggle, &bare, &world).await?;
        }
        if plan.wants("idle") {
            rows::idle::measure(&plan, &mut table, &world).await?;
        }
        if plan.wants("storm") {
            rows::storm::measure(&mut table, &haggle, &world).await?;
        }
        if plan.wants("history") {
            rows::history::measure(&mut table, &haggle, &world).await?;
        }
        if plan.plots {
            rows::growth::measure(&plan, &haggle, &bare, &world).await?;
        }
        world.close().await;
    }
    println!("\n{table}");
    Ok(())
}
