//! The server's process: spawned, ready, stopped.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout};

use super::binaries::PostgresBinaries;
use super::location::ClusterLocation;
use super::sys::{self, ShutdownSignal};
use super::{durability::Durability, error::EmbeddedError};

/// Role and database; nobody but us gets to the socket, so there is no password.
pub(super) const NAME: &str = "haggle";

/// The port is a part of the socket's file name and nothing else.
const PORT: u16 = 5432;

/// Given to the server on every start rather than written into its configuration once, so that a
/// newer Haggle brings newer settings.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "cluster_name=haggle",
    "max_connections=100",
    "shared_buffers=64MB",
    // Small queries: starting workers or a compiler costs more than it wins, and parallel ones
    // need more of /dev/shm than containers have.
    "max_parallel_workers_per_gather=0",
    "jit=off",
    "timezone=UTC",
    // One file a weekday, each begun anew after a week. Terse leaves out the rows' values.
    "logging_collector=on",
    "log_directory=log",
    "log_filename=postgresql-%a.log",
    "log_truncate_on_rotation=on",
    "log_rotation_age=1d",
    "log_rotation_size=0",
    "log_timezone=UTC",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
];

/// For data that is thrown away: nothing is forced to the disk.
const THROWAWAY: &[&str] =
    &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400"];

#[derive(Debug)]
pub(super) struct Server {
    pid: u32,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Server {
    pub async fn spawn(
        location: &ClusterLocation,
        binaries: &PostgresBinaries,
        socket_dir: &Path,
        durability: Durability,
    ) -> Result<Self, EmbeddedError> {
        let mut command = binaries.command("postgres", &location.account);
        command.arg("-D").arg(location.cluster()).args(["-p", &PORT.to_string()]);
        let settings = SETTINGS.iter().chain(durability.pick(&[][..], THROWAWAY));
        command.args(settings.flat_map(|setting| ["-c", setting]));
        command.arg("-c").arg(socket_setting(socket_dir));

        let log = location.start_log();
        let said = File::create(&log).map_err(EmbeddedError::io("write", &log))?;
        command.stderr(said);
        // Ctrl-C goes to our group: the server must outlive our last requests.
        command.process_group(0);
        spawn_kept(command)
            .await
            .map_err(|error| EmbeddedError::Program { name: "postgres".to_owned(), why: error.to_string() })
    }

    /// Until the first connection is answered. After a hard kill the server first replays its log.
    pub async fn ready(
        &mut self,
        location: &ClusterLocation,
        options: &PgConnectOptions,
        progress: &impl Fn(&str),
    ) -> Result<(), EmbeddedError> {
        let started = Instant::now();
        let mut said = false;
        loop {
            match PgConnection::connect_with(&options.clone().database("postgres")).await {
                Ok(conn) => return make_database(conn).await,
                Err(_) if self.ended.borrow().is_some() => {
                    return Err(EmbeddedError::not_started(&location.start_log()));
                }
                Err(_) if !said && started.elapsed() > Duration::from_secs(3) => {
                    said = true;
                    progress("PostgreSQL is taking longer than usual: it may be recovering …");
                }
                Err(_) => {}
            }
            // Ends early when the server does.
            let _ = timeout(Duration::from_millis(10), self.ended.wait_for(Option::is_some)).await;
        }
    }

    #[cfg(test)]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Resolves when the server is gone, for whatever reason.
    pub async fn ended(&self) {
        let _ = self.ended.clone().wait_for(Option::is_some).await;
    }

    /// Ends it in good order; if that takes over 30 seconds, at once.
    pub async fn stop(&self) {
        for ending in [ShutdownSignal::Fast, ShutdownSignal::Immediate] {
            self.end(ending);
            if timeout(Duration::from_secs(30), self.ended()).await.is_ok() {
                return;
            }
        }
    }

    /// Asks the server to end, without waiting. Does nothing when it has.
    pub fn end(&self, ending: ShutdownSignal) {
        // Checked because the number of an ended process may belong to another one by now.
        if self.ended.borrow().is_none() {
            let _ = sys::end(self.pid, ending);
        }
    }
}

impl Drop for Server {
    /// The last resort, also for a server that isn't ready yet: signals it without waiting. The
    /// next start waits for it.
    fn drop(&mut self) {
        self.end(ShutdownSignal::Fast);
    }
}

/// Connecting needs nothing but the socket's folder.
pub(super) fn options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(NAME)
        .database(NAME)
        .ssl_mode(PgSslMode::Disable)
}

async fn make_database(mut conn: PgConnection) -> Result<(), EmbeddedError> {
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(NAME)
        .fetch_one(&mut conn)
        .await?;
    if !there {
        conn.execute("CREATE DATABASE haggle").await?;
    }
    conn.close().await?;
    Ok(())
}

/// Spawns from a thread that then waits for the child's end, because on Linux the child ends with
/// the thread that made it.
async fn spawn_kept(mut command: Command) -> io::Result<Server> {
    let (started, start) = oneshot::channel();
    let (end, ended) = watch::channel(None);
    std::thread::Builder::new().name("postgres".to_owned()).spawn(move || {
        sys::kill_on_parent_exit(&mut command);
        match command.spawn() {
            Ok(mut child) => {
                // Nobody waits any more when the start was given up: then it ends right away.
                if started.send(Ok(child.id())).is_err() {
                    let _ = sys::end(child.id(), ShutdownSignal::Fast);
                }
                let _ = end.send(child.wait().ok().or(Some(ExitStatus::default())));
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    })?;
    let pid = start.await.map_err(io::Error::other)??;
    Ok(Server { pid, ended })
}

/// The setting is a list with commas, so the one folder is quoted.
fn socket_setting(dir: &Path) -> OsString {
    let mut setting = OsString::from("unix_socket_directories=\"");
    setting.push(dir);
    setting.push("\"");
    setting
}
