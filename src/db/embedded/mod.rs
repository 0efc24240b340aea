//! A private PostgreSQL, for a marketplace that has no `DATABASE_URL`.
//!
//! ```text
//! start(data)
//!   home      where the cluster lies, and which account runs it (never root)
//!   programs  installed ones, or fetched once (fetch)
//!   leftover  end the server that a killed run left behind
//!   cluster   initdb beside its place, then renamed: a half-made one is never seen
//!   server    spawn, wait for the first answer
//! ```
//!
//! If it ends by itself, [`Embedded::keep`] starts it again.
//!
//! It listens on a socket in a folder that is closed to others, and on no port: so there is no
//! password. It ends with this process: in good order with [`Embedded::stop`]; when dropped; and on
//! Linux also after `SIGKILL`. Elsewhere such a leftover runs until the next start ends it.
//!
//! What is read from the environment here (`PG_BIN`, `PATH`, `HOME`, `XDG_CACHE_HOME`,
//! `XDG_RUNTIME_DIR`) describes the machine; Haggle's own settings are in `config`.

mod account;
mod cluster;
mod fetch;
mod home;
mod leftover;
mod process;
mod programs;
mod server;
mod sys;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use super::data_dir::{DataDir, DataDirError};
use home::Home;
use programs::Programs;
use server::Server;

/// A private server that runs, holding its data directory.
#[derive(Debug)]
pub struct Embedded {
    /// How to connect to its database.
    pub options: PgConnectOptions,
    /// The major version, for the log.
    pub major: u32,
    server: Server,
    begun: Instant,
    keeping: Keeping,
    programs: Programs,
    home: Home,
}

/// So many starts, none of which lasts for [`SOON`], are enough. Before each it waits a [`MOMENT`] longer: what
/// a killed server's processes hold is free after one or two.
const OFTEN: u32 = 10;
const SOON: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(200);

/// What the data is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// People's data: on the disk before it is acknowledged.
    Safe,
    /// A test's: thrown away after the run, so never forced to the disk.
    Throwaway,
}

impl Keeping {
    fn pick<T>(self, safe: T, throwaway: T) -> T {
        match self {
            Self::Safe => safe,
            Self::Throwaway => throwaway,
        }
    }
}

/// Starts the database of a data directory, making it first if there is none.
///
/// `progress` is told of every step that may take more than a moment.
pub async fn start(data: &DataDir, progress: impl Fn(&str)) -> Result<Embedded, EmbeddedError> {
    start_keeping(data, Keeping::Safe, progress).await
}

/// [`start`], for data that may be worth nothing.
pub async fn start_keeping(
    data: &DataDir,
    keeping: Keeping,
    progress: impl Fn(&str),
) -> Result<Embedded, EmbeddedError> {
    let home = Home::of(data)?;
    let programs = Programs::find(home.major(), &home.account, &progress).await?;
    leftover::stop(&home.cluster(), &progress).await?;
    if home.major().is_none() {
        progress(&format!("Making a database in {} …", home.cluster().display()));
        cluster::make(&home, &programs, keeping).await?;
    }
    let (server, options) = run(&home, &programs, keeping, &progress).await?;
    let major = programs.major;
    Ok(Embedded { options, major, server, begun: Instant::now(), keeping, programs, home })
}

async fn run(
    home: &Home,
    programs: &Programs,
    keeping: Keeping,
    progress: &impl Fn(&str),
) -> Result<(Server, PgConnectOptions), EmbeddedError> {
    let socket_dir = home.socket_dir()?;
    let options = server::options(&socket_dir);
    let mut server = Server::spawn(home, programs, &socket_dir, keeping).await?;
    server.ready(home, &options, progress).await?;
    Ok((server, options))
}

/// How to connect to the private server that another process runs for the data directory at `data`,
/// if there is one.
pub fn running_in(data: &Path) -> Option<PgConnectOptions> {
    let socket_dir = home::socket_dir_in_use(data)?;
    Some(server::options(&socket_dir))
}

impl Embedded {
    /// The address for other programs of this account, such as `psql`.
    pub fn url(&self) -> String {
        self.options.to_url_lossy().to_string()
    }

    /// Resolves when the server ended by itself, which it shouldn't.
    pub async fn ended(&self) {
        self.server.ended().await;
    }

    /// Starts the server again whenever it ends by itself: whoever connects to it finds it at the same place.
    /// Resolves when it can't be started, or doesn't stay.
    pub async fn keep(&mut self) -> EmbeddedError {
        let mut tries = 0;
        loop {
            self.ended().await;
            tracing::error!("the private database ended by itself; its log is in the data directory");
            if self.begun.elapsed() > SOON {
                tries = 0;
            } else if tries >= OFTEN {
                return EmbeddedError::not_started(&self.home.start_log());
            }
            (self.server, self.begun) = loop {
                tries += 1;
                tokio::time::sleep(tries * MOMENT).await;
                match run(&self.home, &self.programs, self.keeping, &|_| ()).await {
                    Ok((server, _)) => break (server, Instant::now()),
                    Err(error) if tries >= OFTEN => return error,
                    Err(error) => tracing::warn!(%error, "it doesn't start again yet"),
                }
            };
            tracing::info!("the private database runs again");
        }
    }

    /// Ends the server in good order and waits for it. Close the pools first.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Why there is no database. Each reads as it is shown to the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(
        "Haggle needs PostgreSQL {wanted}; {why}. Any one of these helps:\n\
         \x20 - install it: `apt install postgresql`, `dnf install postgresql-server`, `brew install postgresql`\n\
         \x20 - say where it is: PG_BIN=/path/to/its/bin\n\
         \x20 - use a server of your own: DATABASE_URL=postgres://user:password@host/database\n\
         \x20 - have it fetched: install pip (`apt install python3-pip`), be online and start again"
    )]
    NoneFound { wanted: String, why: String },
    #[error(
        "PG_BIN is {}, where there {}; PostgreSQL {} is needed", bin.display(),
        found.map_or("are no programs of PostgreSQL's that run".to_owned(), |it| format!("is PostgreSQL {it}")),
        or_newer(*wanted)
    )]
    PgBin { bin: PathBuf, found: Option<u32>, wanted: Option<u32> },
    #[error("the database in {} belongs to user number {uid}; start Haggle as that user, or as root", cluster.display())]
    NotOurs { cluster: PathBuf, uid: u32 },
    #[error(
        "the database lay in {}, which is gone; bring it back, or remove {} to begin with an empty one",
        dir.display(), pointer.display()
    )]
    Gone { dir: PathBuf, pointer: PathBuf },
    #[error("the PostgreSQL (process {pid}) that an earlier run left in {} doesn't end; end it, then start again", cluster.display())]
    Leftover { pid: u32, cluster: PathBuf },
    #[error("PostgreSQL didn't start:\n{0}")]
    NotStarted(String),
    #[error("{name}: {why}")]
    Program { name: String, why: String },
    #[error("can't {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("the private database refused: {0}")]
    Refused(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// For `map_err`: what was being done to which path.
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    fn none_found(wanted: Option<u32>, why: String) -> Self {
        Self::NoneFound { wanted: or_newer(wanted), why }
    }

    /// With what the server said, which is short: it writes elsewhere once it runs.
    fn not_started(log: &Path) -> Self {
        Self::NotStarted(fs::read_to_string(log).unwrap_or_default().trim_end().to_owned())
    }
}

fn or_newer(wanted: Option<u32>) -> String {
    match wanted {
        Some(major) => major.to_string(),
        None => format!("{} or newer", super::OLDEST_MAJOR),
    }
}
