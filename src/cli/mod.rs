//! The commands. `haggle` alone is `haggle serve`.

mod account;
mod admins;
mod backup;
mod bounces;
mod create_admin;
mod doctor;
mod open_database;
mod open_uploads;
mod password_input;
mod reindex;
mod reset_password;
mod secret_key;
pub mod seed;
mod serve;
mod terminal;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::{
    open_database::open_database,
    open_uploads::open_uploads,
    seed::grown::{self, GrownSize},
    terminal::{grown_summary, picture_progress, print_step, sign_ins, summary},
};
use crate::{chat, config::Config};

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
    /// Fill an empty marketplace with the demo, and with any number of made-up products beside it
    Seed(SeedArgs),
    /// Make an account that runs the place
    CreateAdmin {
        #[arg(long)]
        email: String,
        /// A file whose first line is the password; without it that is asked for, or read from standard input
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Give somebody a new password, and sign them out everywhere
    ResetPassword {
        #[arg(long)]
        email: String,
        /// A file whose first line is the password; without it that is asked for, or read from standard input
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// They have lost their second factor as well
        #[arg(long)]
        without_second_factor: bool,
    },
    /// List who runs the place
    Admins,
    /// Put database and photos into one file
    Backup {
        file: PathBuf,
        /// Only check that the file is whole
        #[arg(long)]
        verify: bool,
        /// Replace a file that exists
        #[arg(long, conflicts_with = "verify")]
        overwrite: bool,
    },
    /// Put a backup's database and photos into an empty marketplace
    Restore { file: PathBuf },
    /// Read a letter that came back from standard input, and send nothing more to its address
    Bounces,
    /// Check the database, the photos and the search index, and count every conversation again
    Doctor,
    /// Build the search index anew, on every node, while the old one answers
    Reindex,
}

pub fn main() -> ExitCode {
    let Cli { config, command } = parse();
    crate::telemetry::log::init();
    let command = command.unwrap_or(Command::Serve);
    // A backup may go where only root may write; it changes nothing of the marketplace.
    if !matches!(command, Command::Backup { .. })
        && let Err(error) = account::leave_root(&config)
    {
        eprintln!("haggle: {error:#}");
        return ExitCode::FAILURE;
    }
    let run = async {
        match command {
            Command::Serve => serve::run(&config).await,
            Command::Migrate => migrate(&config).await,
            Command::Seed(args) => seed(&config, &args).await,
            Command::CreateAdmin { email, password_file } => {
                create_admin::run(&config, &email, password_file.as_deref()).await
            }
            Command::ResetPassword { email, password_file, without_second_factor } => {
                reset_password::run(&config, &email, password_file.as_deref(), without_second_factor).await
            }
            Command::Admins => admins::run(&config).await,
            Command::Backup { file, verify: true, .. } => backup::verify(&file).await,
            Command::Backup { file, overwrite, .. } => backup::backup(&config, &file, overwrite).await,
            Command::Restore { file } => backup::restore(&config, &file).await,
            Command::Bounces => bounces::run(&config).await,
            Command::Doctor => doctor::run(&config).await,
            Command::Reindex => reindex::run(&config).await,
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

/// A setting that is there and empty, as compose files leave them, is none.
fn parse() -> Cli {
    fn without_empty(command: clap::Command) -> clap::Command {
        let command = command.mut_args(|arg| {
            let is_empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
            if is_empty { arg.env(None::<&'static str>) } else { arg }
        });
        command.mut_subcommands(without_empty)
    }
    Cli::from_arg_matches(&without_empty(Cli::command()).get_matches()).unwrap_or_else(|error| error.exit())
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    open_database(config).await?.close().await;
    println!("The schema is up to date.");
    Ok(())
}

/// For trying the place at size.
#[derive(Args)]
struct SeedArgs {
    /// So many products beside the demo's
    #[arg(long)]
    products: Option<u64>,
    /// People, one in five of whom sells [default: a tenth of the products]
    #[arg(long, requires = "products")]
    people: Option<u64>,
    /// Messages between them [default: one for each product]
    #[arg(long, requires = "products")]
    messages: Option<u64>,
    /// Of the newest products, so many get a photo
    #[arg(long, requires = "products", default_value_t = 5_000)]
    covers: u64,
    /// Another number makes another marketplace
    #[arg(long, requires = "products", default_value_t = 1)]
    seed: u64,
}

async fn seed(config: &Config, args: &SeedArgs) -> anyhow::Result<()> {
    let uploads = open_uploads(config)?;
    let database = open_database(config).await?;
    uploads.prepare().await.with_context(|| format!("photos can't be written to {uploads}"))?;
    if let Some(products) = args.products {
        let size = GrownSize::new(products, args.people, args.messages, args.seed);
        println!("{}", grown_summary(&grown::insert(&database.pool, &size, print_step).await?));
    } else {
        println!("{}", summary(&seed::insert(&database.pool).await?));
    }
    // For a marketplace that is open already; a start does this by itself.
    chat::reindex(&database.pool).await?;
    seed::compose_pictures(database.pool.clone(), uploads.clone(), picture_progress()).await?;
    if args.products.is_some() {
        grown::link_covers(&database.pool, &uploads, args.covers).await?;
    }
    println!("{}", sign_ins()?);
    database.close().await;
    Ok(())
}
