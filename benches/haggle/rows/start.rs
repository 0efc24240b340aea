//! A start on a database that runs already: time to the first answer, and memory after it.

use std::time::Instant;

use haggle::db::{DataDir, embedded};

use crate::{
    BenchOptions,
    figures::{Table, median},
    server::{self, Server},
};

pub async fn measure(options: &BenchOptions, table: &mut Table) -> anyhow::Result<()> {
    let folder = server::folder()?;
    let database = embedded::start(&DataDir::open(folder.path())?, |_| ()).await?;
    // The first start brings the schema; it isn't what a start costs.
    drop(Server::haggle_at(Some(&database.url())).await?);
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let begin = Instant::now();
        let server = Server::haggle_at(Some(&database.url())).await?;
        reqwest::get(format!("http://{}/up", server.addr)).await?.error_for_status()?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
        memory.push(server.resident() as f64 / 1e6);
    }
    database.stop().await;
    let (time, memory) = (median(times), median(memory));
    table.add(
        "exec to the first answer, database running",
        format!("{time:.0} ms"),
        "–".into(),
        "≤ 50 ms",
        time <= 50.0,
    );
    table.add("resident memory after that", format!("{memory:.1} MB"), "–".into(), "≤ 40 MB", memory <= 40.0);
    Ok(())
}
