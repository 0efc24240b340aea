//! Backup, check and restore of the marketplace, with their memory, while it is open.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::PgPool;

use crate::{
    market::Market,
    report::Report,
    server::{self, Server, haggle},
};

const MAX_MEMORY: f64 = 200.0;
const COUNTED: [&str; 6] = ["accounts", "products", "photos", "rooms", "messages", "post_messages"];

pub async fn measure(market: &Market, report: &mut Report) -> anyhow::Result<()> {
    let (folder, restored) = (server::folder()?, server::folder()?);
    let file = folder.path().join("backup");
    let Some(data) = &market.server.data else { anyhow::bail!("it has no data directory") };
    let there = counts(market.db()).await?;
    let rows: i64 = there.iter().sum();
    let mut backup = haggle(data.path());
    backup.arg("backup").arg(&file);
    let mut verify = haggle(data.path());
    verify.args(["backup", "--verify"]).arg(&file);
    let mut restore = haggle(restored.path());
    restore.arg("restore").arg(&file);
    for (what, command) in [("backup", backup), ("verify", verify), ("restore", restore)] {
        let (took, memory) = run(command).await?;
        let text = format!("{took:.1} s, {:.0} rows/s, {memory:.0} MB of its own", rows as f64 / took);
        report.add(&format!("{what} of {rows} rows"), text, "≤ 200 MB", memory <= MAX_MEMORY);
    }
    let server = Server::haggle_in(restored, None)?;
    let db = PgPool::connect_with(server.database()?).await?;
    let back = counts(&db).await?;
    db.close().await;
    report.add("restored counts", format!("{back:?}"), &format!("{there:?}"), back == there);
    Ok(())
}

async fn counts(db: &PgPool) -> anyhow::Result<Vec<i64>> {
    let mut counts = Vec::new();
    for table in COUNTED {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        counts.push(sqlx::query_scalar(query).fetch_one(db).await?);
    }
    Ok(counts)
}

/// Seconds, and the most megabytes.
async fn run(mut command: Command) -> anyhow::Result<(f64, f64)> {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut most = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        most = most.max(server::memory(child.id(), "VmHWM:"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    anyhow::ensure!(status.success(), "{command:?}");
    Ok((began.elapsed().as_secs_f64(), most as f64 / 1e6))
}
