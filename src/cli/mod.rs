//! The commands. `haggle` alone is `haggle serve`.

pub mod seed;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A second-hand marketplace where buyer and seller talk directly
#[derive(Parser)]
#[command(name = "haggle", version, about)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the marketplace (what no subcommand means)
    Serve,
}

pub fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    crate::telemetry::init();
    let run = async {
        match command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&config).await,
        }
    };
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("haggle: {error:#}");
            ExitCode::FAILURE
        }
    }
}
