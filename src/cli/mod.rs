//! The commands. `haggle` alone is `haggle serve`.

mod backup;
mod create_admin;
mod doctor;
mod open_database;
pub mod seed;
mod serve;
mod terminal;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::{
    open_database::open_database,
    terminal::{picture_progress, sign_ins, summary},
};
use crate::{chat, config::Config, products::photos::Uploads};

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
    /// Bring the database's schema up to date
    Migrate,
    /// Fill an empty marketplace with the demo
    Seed,
    /// Make an account that runs the place
    CreateAdmin {
        #[arg(long)]
        email: String,
        /// At least 10 characters
        #[arg(long, env = "HAGGLE_ADMIN_PASSWORD", hide_env_values = true)]
        password: String,
    },
    /// Put database and photos into one file
    Backup { file: PathBuf },
    /// Put a backup's database and photos into an empty marketplace
    Restore { file: PathBuf },
    /// Check the database and the photos, and count every conversation again
    Doctor,
}

pub fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    crate::telemetry::init();
    let run = async {
        match command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&config).await,
            Command::Migrate => migrate(&config).await,
            Command::Seed => seed(&config).await,
            Command::CreateAdmin { email, password } => create_admin::run(&config, &email, &password).await,
            Command::Backup { file } => backup::backup(&config, &file).await,
            Command::Restore { file } => backup::restore(&config, &file).await,
            Command::Doctor => doctor::run(&config).await,
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

async fn migrate(config: &Config) -> anyhow::Result<()> {
    open_database(config).await?.close().await;
    println!("The schema is up to date.");
    Ok(())
}

async fn seed(config: &Config) -> anyhow::Result<()> {
    let database = open_database(config).await?;
    let inserted = seed::insert(&database.pool).await?;
    // For a marketplace that is open already; a start does this by itself.
    chat::reindex(&database.pool).await?;
    println!("{}", summary(&inserted));
    seed::compose_pictures(database.pool.clone(), Uploads::new(config.uploads()?), picture_progress())
        .await?;
    println!("{}", sign_ins()?);
    database.close().await;
    Ok(())
}
