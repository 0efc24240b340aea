//! Strangers against a grown marketplace, and what others feel of it: `cargo bench --bench attack`.
//!
//! ```text
//! this process                                      others, started by it
//!   honest people: pages, sockets, forms, photos  →   haggle serve, release build, with its private PostgreSQL,
//!   attackers: 127.0.0.x, as many as it takes     →   seeded by haggle seed --products N
//! ```
//!
//! Loopback only, bounded in time. Quiet and attacked rounds take turns in one run; what is printed are medians of the
//! rounds and their ratios, because attackers, honest people and server share the machine's cores. Each answer is
//! counted by its status: an attack that was only refused is seen. The end is an error when a reach is missed.
//!
//! `cargo bench --bench attack -- dear_reads guesses` runs only these parts; `--products N` sets the size (100,000);
//! `--slow` adds the set of photos at 2 Mbit/s, which takes seven minutes; `--quick` runs once, to see that it works.

#[expect(dead_code, reason = "shared with the other bench, which uses the rest")]
#[path = "../haggle/client.rs"]
mod client;
#[expect(dead_code, reason = "shared with the other bench, which uses the rest")]
#[path = "../haggle/dataset.rs"]
mod dataset;
#[expect(clippy::unwrap_used, reason = "shared with the tests")]
#[path = "../../tests/nodes/deep_png.rs"]
mod deep_png;
#[expect(dead_code, reason = "shared with the other bench, which uses the rest")]
#[path = "../haggle/figures.rs"]
mod figures;
mod honest;
mod http;
#[expect(clippy::unwrap_used, reason = "a picture that we make")]
mod large_photos;
mod market;
mod parts;
mod photos;
mod report;
#[expect(dead_code, reason = "shared with the other bench, which uses the rest")]
#[path = "../haggle/server.rs"]
mod server;

use std::{process::ExitCode, time::Duration};

use market::Market;
use report::Report;

/// What a run is asked for.
pub struct Options {
    only: Vec<String>,
    pub products: u64,
    pub rounds: usize,
    /// Of a quiet and of an attacked part of a round.
    pub duration: Duration,
    slow: bool,
}

impl Options {
    fn from_args() -> anyhow::Result<Self> {
        let (mut only, mut products, mut quick, mut slow) = (Vec::new(), 100_000, false, false);
        let mut given = std::env::args().skip(1);
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--bench" => {}
                "--products" => products = given.next().unwrap_or_default().parse()?,
                "--quick" => quick = true,
                "--slow" => slow = true,
                _ => only.push(argument),
            }
        }
        let (rounds, seconds) = if quick { (1, 2) } else { (5, 4) };
        Ok(Options { only, products, rounds, duration: Duration::from_secs(seconds), slow })
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}

fn main() -> ExitCode {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let run = async { run(&Options::from_args()?).await };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything that was measured reaches what it should.
async fn run(options: &Options) -> anyhow::Result<bool> {
    let names = ["dear_reads", "guesses", "idle_uploads", "deaf", "bombs", "slow_set", "backup"];
    if !names.iter().any(|part| options.wants(part)) {
        return Ok(true);
    }
    let mut report = Report::default();
    let market = Market::start(options.products).await?;
    if options.wants("dear_reads") {
        parts::dear_reads::measure(options, &market, &mut report).await?;
    }
    if options.wants("idle_uploads") {
        parts::idle_uploads::measure(options, &market, &mut report).await?;
    }
    if options.wants("bombs") {
        parts::bombs::measure(&market, &mut report).await?;
    }
    if options.wants("deaf") {
        parts::deaf::measure(options, &market, &mut report).await?;
    }
    if options.wants("guesses") {
        parts::guesses::measure(options, &market, &mut report).await?;
    }
    if options.slow && options.wants("slow_set") {
        parts::slow_set::measure(&market, &mut report).await?;
    }
    if options.wants("backup") {
        parts::backup::measure(&market, &mut report).await?;
    }
    market.close().await;
    println!("\n{report}");
    Ok(report.is_reached())
}
