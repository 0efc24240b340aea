//! A NATS server for one test, that can be killed and started again.

use std::{
    net::TcpListener,
    process::{self, Stdio},
    sync::atomic::{AtomicU16, Ordering::Relaxed},
};

use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use crate::support::eventually;

const PROGRAM: &str = "nats-server";

/// What a machine without NATS is told.
pub fn missing() -> Option<&'static str> {
    let version = std::process::Command::new(PROGRAM).arg("--version").output();
    version.is_err().then_some("there is no nats-server; install it (`apt install nats-server`)")
}

pub struct NatsServer {
    port: u16,
    monitor: u16,
    /// Beside its addresses.
    args: Vec<String>,
    running: Option<Child>,
}

impl NatsServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(args: &[&str]) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let mut server = Self { port: free_port(), monitor: free_port(), args, running: None };
        server.begin().await;
        server
    }

    /// At the same address as before.
    pub async fn begin(&mut self) {
        let [port, monitor] = [self.port, self.monitor].map(|port| port.to_string());
        let child = Command::new(PROGRAM)
            .args(&self.args)
            .args(["--addr", "127.0.0.1", "--port", &port, "--http_port", &monitor])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.running = Some(child.expect("nats-server starts"));
        eventually("NATS to answer", async || {
            TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
            TcpStream::connect(("127.0.0.1", self.monitor)).await.ok()
        })
        .await;
    }

    /// At once, without a good-bye.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().await.expect("nats-server ends");
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// As a `NATS_URL`.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// What somebody is subscribed to.
    pub async fn subjects(&self) -> Vec<String> {
        let url = format!("http://127.0.0.1:{}/connz?subs=1", self.monitor);
        let connections: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let connections = connections["connections"].as_array().unwrap();
        let subjects = connections.iter().filter_map(|one| one["subscriptions_list"].as_array()).flatten();
        subjects.filter_map(|subject| Some(subject.as_str()?.to_owned())).collect()
    }
}

/// A port that nobody listens on, and that is given once. Below those that the system gives away by itself, so that
/// it is still free when a server that is begun again needs it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        // From a start of its own for each run of the tests: another may go on beside it.
        let port = 20_000 + (process::id() as u16 % 500) * 20 + NEXT.fetch_add(1, Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
