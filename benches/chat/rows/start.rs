//! A start on a database that runs already: time to the first answer, and memory after it.

use std::time::Instant;

use haggle::db::{DataDir, embedded};

use crate::{
    Plan,
    figures::{Table, median},
    program::{self, Program},
};

pub async fn measure(plan: &Plan, table: &mut Table) -> anyhow::Result<()> {
    let folder = program::folder()?;
    let database = embedded::start(&DataDir::open(folder.path())?, |_| ()).await?;
    // The first start brings the schema; it isn't what a start costs.
    drop(Program::haggle_at(Some(&database.url())).await?);
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        let begin = Instant::now();
        let program = Program::haggle_at(Some(&database.url())).await?;
        reqwest::get(format!("http://{}/up", program.addr)).await?.error_for_status()?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
        memory.push(program.resident() as f64 / 1e6);
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
