//! The commands. `haggle` alone is `haggle serve`.

mod backup;
mod create_admin;
mod doctor;
pub mod seed;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    chat,
    config::Config,
    db::{self, Database},
    products::photos::Uploads,
};

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

/// Tells the person at the terminal what takes a moment.
fn print_step(step: &str) {
    println!("{step}");
}

/// The database for a short command, up to date; a running server is shared.
async fn database(config: &Config) -> anyhow::Result<Database> {
    let database = Database::open_shared(config.database_url.as_deref(), &config.data, print_step).await?;
    db::migrate(&database.pool).await?;
    Ok(database)
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    database(config).await?.close().await;
    println!("The schema is up to date.");
    Ok(())
}

async fn seed(config: &Config) -> anyhow::Result<()> {
    let database = database(config).await?;
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

fn summary(inserted: &seed::SeedSummary) -> String {
    let seed::SeedSummary { people, products, rooms, entries, .. } = inserted;
    format!(
        "A demo marketplace: {people} people, {products} products, {rooms} conversations with {entries} messages."
    )
}

fn sign_ins() -> anyhow::Result<String> {
    let seed::SignIns { buyer, seller, admin } = seed::sign_ins()?;
    let password = seed::PASSWORD;
    Ok(format!(
        "Sign in as\n  a buyer    {buyer}\n  a seller   {seller}\n  an admin   {admin}\nall with the password {password}"
    ))
}

/// A line at every tenth of the way.
fn picture_progress() -> impl FnMut(usize, usize) {
    let mut told = 0;
    move |done, total| {
        let tenths = done * 10 / total.max(1);
        if tenths > told {
            told = tenths;
            println!("Demo pictures: {done} of {total}");
        }
    }
}
