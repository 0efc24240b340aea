//! A private server as the program holds it: made, started, restarted, stopped.

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

/// A private server that runs, holding its data directory.
#[derive(Debug)]
pub struct Embedded {
    /// How to connect to its database.
    pub options: PgConnectOptions,
    /// The major version, for the log.
    pub major: u32,
    pub(super) server: Server,
    begun: Instant,
    durability: Durability,
    binaries: PostgresBinaries,
    location: ClusterLocation,
}

/// So many starts, none of which lasts for [`RESTART_WINDOW`], are enough. Before each it waits a [`RESTART_DELAY`] longer: what
/// a killed server's processes hold is free after one or two.
const MAX_RESTARTS: u32 = 10;
const RESTART_WINDOW: Duration = Duration::from_secs(30);
const RESTART_DELAY: Duration = Duration::from_millis(200);

/// Starts the database of a data directory, making it first if there is none.
///
/// `progress` is told of every step that may take more than a moment.
pub async fn start(data: &DataDir, progress: impl Fn(&str)) -> Result<Embedded, EmbeddedError> {
    start_with(data, Durability::Safe, progress).await
}

/// [`start`], for data that may be worth nothing.
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
    Ok(Embedded { options, major, server, begun: Instant::now(), durability, binaries, location })
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

    /// Starts the server again whenever it ends by itself: whoever connects to it finds it at the same place.
    /// Resolves when it can't be started, or doesn't stay.
    pub async fn keep(&mut self) -> EmbeddedError {
        let mut tries = 0;
        loop {
            self.ended().await;
            tracing::error!("the private database ended by itself; its log is in the data directory");
            if self.begun.elapsed() > RESTART_WINDOW {
                tries = 0;
            } else if tries >= MAX_RESTARTS {
                return EmbeddedError::not_started(&self.location.start_log());
            }
            (self.server, self.begun) = loop {
                tries += 1;
                tokio::time::sleep(tries * RESTART_DELAY).await;
                match run(&self.location, &self.binaries, self.durability, &|_| ()).await {
                    Ok((server, _)) => break (server, Instant::now()),
                    Err(error) if tries >= MAX_RESTARTS => return error,
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
