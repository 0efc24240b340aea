//! `haggle serve` as a process of its own, for what only a whole process has: its log, its metrics, its account.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Stdio};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::within_deadline;

pub struct Process {
    pub addr: SocketAddr,
    /// What it said while it started.
    pub said: Vec<String>,
    data: TempDir,
    child: Child,
}

impl Process {
    /// On ports of its own; `settings` are added to its environment.
    pub async fn start(database: &str, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        // Root's program may become somebody else.
        fs::set_permissions(data.path(), fs::Permissions::from_mode(0o755)).expect("a folder of ours");
        let log = fs::File::create(data.path().join("log")).expect("a log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_haggle"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .env("HAGGLE_DATA", data.path().join("data"))
            .env("DATABASE_URL", database)
            .env("RUST_LOG", "warn,haggle=info")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("haggle starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut said = Vec::new();
        let addr = within_deadline("haggle to say where it is", async {
            loop {
                let line = lines.next_line().await.expect("its output").unwrap_or_else(|| {
                    panic!("it ended: {}", fs::read_to_string(data.path().join("log")).unwrap_or_default())
                });
                let addr = address_in(&line, "Haggle is at ");
                said.push(line);
                if let Some(addr) = addr {
                    break addr;
                }
            }
        })
        .await;
        // A full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Process { addr, said, data, child }
    }

    /// Where it serves metrics.
    pub fn metrics(&self) -> Option<SocketAddr> {
        self.said.iter().find_map(|line| address_in(line, "Metrics are at "))
    }

    /// A line of what the system says of it, with single spaces.
    pub fn status(&self, name: &str) -> String {
        let pid = self.child.id().expect("it runs");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.expect("such a line").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn data(&self) -> PathBuf {
        self.data.path().join("data")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.data.path().join("log")).expect("its log")
    }
}

fn address_in(line: &str, before: &str) -> Option<SocketAddr> {
    let url = line.strip_prefix(before)?.strip_prefix("http://")?;
    url.split(['/', ' ']).next()?.replace("localhost", "127.0.0.1").parse().ok()
}
