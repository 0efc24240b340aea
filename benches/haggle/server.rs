//! The processes under measurement: started, read by /proc, ended.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;

/// A running server, and everything it started.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
    pub data: Option<TempDir>,
}

/// Processor time.
#[derive(Clone, Copy)]
pub struct Cpu {
    pub own: Duration,
    pub database: Duration,
}

impl Cpu {
    /// Microseconds a message since `before`: the server's own, and the database's.
    pub fn each(self, before: Cpu, messages: u64) -> [f64; 2] {
        [self.own - before.own, self.database - before.database]
            .map(|spent| spent.as_secs_f64() * 1e6 / messages as f64)
    }
}

/// More than anybody sends here.
const RATE: &str = "1000000";

impl Server {
    /// `haggle serve` with its private database in a folder of its own.
    pub async fn haggle() -> anyhow::Result<Self> {
        Self::haggle_at(None).await
    }

    /// `haggle serve` on a database that runs already.
    pub async fn haggle_at(database_url: Option<&str>) -> anyhow::Result<Self> {
        Self::haggle_in(folder()?, database_url)
    }

    /// `haggle serve` with what is in this folder.
    pub fn haggle_in(data: TempDir, database_url: Option<&str>) -> anyhow::Result<Self> {
        let mut command = haggle(data.path());
        command
            .args(["serve", "--no-demo", "--addr", "127.0.0.1:0"])
            .env("HAGGLE_MESSAGES_PER_SECOND", RATE)
            .env("HAGGLE_NEW_ROOMS_PER_DAY", "1000000000");
        // Phones that are pushed are on this machine.
        command.env("HAGGLE_PUSH_ALLOW", "127.0.0.0/8");
        if let Some(url) = database_url {
            command.env("DATABASE_URL", url);
        }
        let mut server = Self::start(command)?;
        server.data = Some(data);
        Ok(server)
    }

    /// Starts what says its address.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("the server doesn't start")?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let addr = loop {
            let line = lines.next().context("it ended without saying where it is")??;
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split_whitespace().next().unwrap_or_default().parse()?;
            }
        };
        // Whatever else it says is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Server { child, addr, data: None })
    }

    /// Processor time so far: its own, and that of all that it started, which is the database.
    pub fn cpu(&self) -> Cpu {
        let family = family(self.pid());
        let (own, started) = family.split_at(1);
        Cpu {
            own: own.iter().copied().map(cpu_of).sum(),
            database: started.iter().copied().map(cpu_of).sum(),
        }
    }

    /// Memory of the process alone, in bytes.
    pub fn resident(&self) -> u64 {
        memory(self.pid(), "VmRSS:")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The address of the private database.
    pub fn database(&self) -> anyhow::Result<sqlx::postgres::PgConnectOptions> {
        let data = self.data.as_ref().context("it has no data directory")?;
        haggle::db::embedded::running_in(data.path()).context("its database doesn't run")
    }
}

impl Drop for Server {
    /// Asks it to stop, so that its database stops in good order.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.pid().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A command of the program under measurement, with this data directory and its private database.
pub fn haggle(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
    command.env("HAGGLE_DATA", data).env("RUST_LOG", "error").env_remove("DATABASE_URL");
    command
}

/// A line of `/proc/PID/status`, in bytes.
pub fn memory(pid: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix(line));
    let kib: u64 = line.and_then(|rest| rest.trim().split(' ').next()?.parse().ok()).unwrap_or_default();
    kib * 1024
}

/// Below `target/`, on the disk that is measured; gone with its value.
pub fn folder() -> anyhow::Result<TempDir> {
    let below = Path::new(env!("CARGO_TARGET_TMPDIR"));
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(below)?)
}

fn family(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, fields(pid)?.get(1)?.parse().ok()?))
        })
        .collect();
    let mut family = vec![root];
    let mut at = 0;
    while at < family.len() {
        let parent = family[at];
        family.extend(parents.iter().filter(|(_, its)| *its == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    family
}

/// `/proc/PID/stat` from the state on: the name before it may have spaces.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// User and system time, of it and of its children that have ended.
fn cpu_of(pid: u32) -> Duration {
    let fields = fields(pid).unwrap_or_default();
    let ticks: u64 = (11..15).filter_map(|at| fields.get(at)?.parse::<u64>().ok()).sum();
    // Linux counts in hundredths for everybody.
    Duration::from_millis(ticks * 10)
}
