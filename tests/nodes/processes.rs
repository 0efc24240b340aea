//! PostgreSQL and Haggle as processes of their own, that can be killed and started again.

use std::{fs, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use haggle::db::{
    DataDir,
    embedded::{self, Embedded},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{nats_server::free_port, support::eventually};

/// A cluster that keeps what it was given, as people's is.
pub struct Postgres {
    data: DataDir,
    running: Option<Embedded>,
    _dir: TempDir,
}

/// How a server's end comes.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// All its processes are gone in one moment.
    Killed,
    /// It throws everybody out and stops without writing anything down.
    Immediate,
}

impl Postgres {
    pub async fn start() -> Self {
        let dir = reachable_dir();
        let data = DataDir::open(&dir.path().join("data")).expect("a data directory");
        let mut postgres = Self { data, running: None, _dir: dir };
        postgres.begin().await;
        postgres
    }

    pub async fn begin(&mut self) {
        // What a killed one left in memory may take a moment to go.
        let start = async || embedded::start(&self.data, |_| ()).await.ok();
        self.running = Some(eventually("PostgreSQL to start", start).await);
    }

    pub async fn end(&mut self, death: Death) {
        let Some(running) = self.running.take() else { return };
        match death {
            Death::Immediate => signal("-QUIT", &self.postmaster()).await,
            Death::Killed => signal("-KILL", &self.processes()).await,
        }
        running.ended().await;
    }

    /// Connections stay, and nothing is answered.
    pub async fn freeze(&self) {
        signal("-STOP", &self.processes()).await;
    }

    pub async fn thaw(&self) {
        signal("-CONT", &self.processes()).await;
    }

    fn postmaster(&self) -> String {
        postmaster(self.data.path())
    }

    /// All of them.
    fn processes(&self) -> String {
        processes(self.data.path())
    }

    pub fn url(&self) -> String {
        self.running.as_ref().expect("it runs").url()
    }

    pub fn options(&self) -> &PgConnectOptions {
        &self.running.as_ref().expect("it runs").options
    }

    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(4)
            .connect_with(self.options().clone())
            .await
            .expect("it answers")
    }

    /// In good order.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

impl Drop for Postgres {
    /// A frozen one would outlive a failed test.
    fn drop(&mut self) {
        if self.running.is_some() {
            let thaw = format!("kill -CONT {}", self.processes());
            let _ = std::process::Command::new("sh").args(["-c", &thaw]).status();
        }
    }
}

/// The process that the others of the server in `data` belong to.
fn postmaster(data: &Path) -> String {
    let pid_file = fs::read_to_string(data.join("postgres/postmaster.pid"));
    pid_file.unwrap().lines().next().unwrap().to_owned()
}

/// All of the server's.
fn processes(data: &Path) -> String {
    let pid = postmaster(data);
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    format!("{pid} {}", children.unwrap_or_default())
}

/// A folder that the account which runs PostgreSQL can reach, whoever runs the tests.
fn reachable_dir() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir_in("/tmp").expect("a folder");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("a folder of ours");
    dir
}

async fn signal(which: &str, pids: &str) {
    let kill = format!("kill {which} {pids}");
    // Some of them may have gone by themselves.
    let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().await;
}

/// `haggle serve`. What it says is in `target/tmp/NAME.log`.
pub struct Node {
    pub addr: SocketAddr,
    /// None where it runs its own.
    database: Option<String>,
    nats: Option<String>,
    log: std::path::PathBuf,
    data: TempDir,
    running: Option<Child>,
}

impl Node {
    pub async fn start(name: &str, database: String, nats: Option<String>) -> Self {
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.log"));
        let _ = fs::remove_file(&log);
        let addr = ([127, 0, 0, 1], free_port()).into();
        let data = tempfile::tempdir().expect("a folder");
        let mut node = Self { addr, database: Some(database), nats, log, data, running: None };
        node.begin().await;
        node
    }

    /// With the database inside.
    pub async fn private(name: &str) -> Self {
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.log"));
        let _ = fs::remove_file(&log);
        let addr = ([127, 0, 0, 1], free_port()).into();
        let mut node = Self { addr, database: None, nats: None, log, data: reachable_dir(), running: None };
        node.begin().await;
        node
    }

    /// To the database inside.
    pub async fn pool(&self) -> PgPool {
        let options = embedded::running_in(self.data.path()).expect("it runs");
        PgPool::connect_with(options).await.expect("it answers")
    }

    /// All processes of the database inside, in one moment.
    pub async fn kill_database(&self) {
        signal("-KILL", &processes(self.data.path())).await;
    }

    /// At the same address as before.
    pub async fn begin(&mut self) {
        let log = fs::File::options().create(true).append(true).open(&self.log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
        command
            .arg("serve")
            .env("HAGGLE_ADDR", self.addr.to_string())
            .env("HAGGLE_DATA", self.data.path())
            .arg("--no-demo")
            .env_remove("DATABASE_URL")
            .env_remove("NATS_URL")
            // Nobody here is too fast.
            .env("HAGGLE_MESSAGES_PER_SECOND", "10000")
            // Phones are on this machine, and wait no longer than it takes to kill a node.
            .env("HAGGLE_PUSH_ALLOW", "127.0.0.0/8")
            .env("HAGGLE_PUSH_AFTER", "3s")
            .env("HAGGLE_MAIL_AFTER", "3s")
            .env("HAGGLE_NEW_ROOMS_PER_DAY", "1000000")
            .env("RUST_LOG", "warn,haggle=info")
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database);
        }
        if let Some(nats) = &self.nats {
            command.env("NATS_URL", nats);
        }
        self.running = Some(command.spawn().expect("haggle starts"));
        let up = format!("http://{}/up", self.addr);
        eventually("haggle to be up", async || {
            let up = reqwest::Client::new().get(&up).timeout(Duration::from_secs(2)).send().await;
            up.ok().filter(|up| up.status() == 200)
        })
        .await;
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The most memory it has taken since it was last asked, in bytes.
    pub fn peak_memory(&self) -> usize {
        let pid = self.pid();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        // Counted from here on anew.
        fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("a process of ours");
        peak.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }

    /// It does nothing, and its connections stay.
    pub async fn freeze(&self) {
        signal("-STOP", &self.pid()).await;
    }

    pub async fn thaw(&self) {
        signal("-CONT", &self.pid()).await;
    }

    fn pid(&self) -> String {
        self.running.as_ref().and_then(Child::id).expect("it runs").to_string()
    }

    /// SIGTERM: it ends in good order.
    pub async fn stop(&mut self) {
        signal("-TERM", &self.pid()).await;
        if let Some(mut child) = self.running.take() {
            child.wait().await.expect("haggle ends");
        }
    }

    /// SIGKILL: nothing is finished and nobody is told.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().await.expect("haggle ends");
        }
    }
}
