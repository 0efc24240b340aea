//! Supervision of the private server: start, restart with growing delays, graceful stop.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};

use super::{
    binaries::PostgresBinaries,
    cluster,
    durability::Durability,
    error::EmbeddedError,
    location::{self, ClusterLocation},
    orphan,
    server::{self, Server},
};
use crate::db::data_dir::DataDir;

/// A running private server, with the lock of its data directory.
#[derive(Debug)]
pub struct Embedded {
    /// How to connect to its database.
    pub options: PgConnectOptions,
    /// The major version, for the log.
    pub major: u32,
    pub(super) server: Server,
    started_at: Instant,
    durability: Durability,
    binaries: PostgresBinaries,
    location: ClusterLocation,
}

/// Restarts in a row, none of which lasted for [`RESTART_WINDOW`], before supervision gives up.
const MAX_RESTARTS: u32 = 10;
const RESTART_WINDOW: Duration = Duration::from_secs(30);
/// Before the n-th restart it waits n times this long: a killed server's processes need a few
/// hundred milliseconds to release its shared memory.
const RESTART_DELAY: Duration = Duration::from_millis(200);

/// Starts the database of a data directory, making it first if there is none.
///
/// `progress` is told of every step that may take more than a moment.
pub async fn start(data: &DataDir, progress: impl Fn(&str)) -> Result<Embedded, EmbeddedError> {
    start_with(data, Durability::Safe, progress).await
}

/// [`start`], with less [`Durability`] for tests.
pub async fn start_with(
    data: &DataDir,
    durability: Durability,
    progress: impl Fn(&str),
) -> Result<Embedded, EmbeddedError> {
    let location = ClusterLocation::of(data)?;
    let binaries = PostgresBinaries::find(location.major(), &location.account, &progress).await?;
    orphan::stop(&location.cluster(), &progress).await?;
    if location.major().is_none() {
        progress(&format!("Making a database in {} …", location.cluster().display()));
        cluster::make(&location, &binaries, durability).await?;
    }
    let (server, options) = run(&location, &binaries, durability, &progress).await?;
    let major = binaries.major;
    Ok(Embedded { options, major, server, started_at: Instant::now(), durability, binaries, location })
}

async fn run(
    location: &ClusterLocation,
    binaries: &PostgresBinaries,
    durability: Durability,
    progress: &impl Fn(&str),
) -> Result<(Server, PgConnectOptions), EmbeddedError> {
    let socket_dir = location.socket_dir()?;
    let options = server::options(&socket_dir);
    let mut server = Server::spawn(location, binaries, &socket_dir, durability).await?;
    server.ready(location, &options, progress).await?;
    Ok((server, options))
}

/// How to connect to the private server that another process runs for the data directory at `data`,
/// if there is one.
pub fn running_in(data: &Path) -> Option<PgConnectOptions> {
    let socket_dir = location::socket_dir_in_use(data)?;
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

    /// Restarts the server, at the same address, whenever it ends by itself. Resolves when it can't
    /// be started, or keeps ending.
    pub async fn supervise(&mut self) -> EmbeddedError {
        let mut restarts = 0;
        loop {
            self.ended().await;
            tracing::error!("private database ended unexpectedly; its log is in the data directory");
            if self.started_at.elapsed() > RESTART_WINDOW {
                restarts = 0;
            } else if restarts >= MAX_RESTARTS {
                return EmbeddedError::not_started(&self.location.start_log());
            }
            (self.server, self.started_at) = loop {
                restarts += 1;
                tokio::time::sleep(restarts * RESTART_DELAY).await;
                match run(&self.location, &self.binaries, self.durability, &|_| ()).await {
                    Ok((server, _)) => break (server, Instant::now()),
                    Err(error) if restarts >= MAX_RESTARTS => return error,
                    Err(error) => tracing::warn!(%error, "private database restart failed, retrying"),
                }
            };
            tracing::info!("private database restarted");
        }
    }

    /// Ends the server in good order and waits for it. Close the pools first.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
