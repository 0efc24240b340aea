//! What an idle socket costs: 10,000 of them, two in a room, in a fresh process each.

use std::time::Duration;

use crate::{
    BenchOptions, client,
    dataset::Dataset,
    figures::{Table, median},
    server::Server,
};

const ROOMS: usize = 5_000;

pub async fn measure(_plan: &BenchOptions, table: &mut Table, dataset: &Dataset) -> anyhow::Result<()> {
    use sqlx::ConnectOptions as _;
    let url = dataset.db.connect_options().to_url_lossy().to_string();
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        limit.push(cost(&crate::baseline::start()?, dataset).await?);
        ours.push(cost(&Server::haggle_at(Some(&url)).await?, dataset).await?);
    }
    let (ours, limit) = (median(ours), median(limit));
    table.add(
        "memory for 1,000 idle sockets",
        format!("{ours:.1} MB"),
        format!("{limit:.1} MB"),
        "≤ 10 MB",
        ours <= 10.0,
    );
    Ok(())
}

/// Megabytes for a thousand.
async fn cost(server: &Server, dataset: &Dataset) -> anyhow::Result<f64> {
    // What the first requests need once isn't what a socket costs.
    drop(client::open_both(server.addr, &dataset.pairs[..50]).await?);
    let before = server.resident();
    let open = client::open_idle(server.addr, &dataset.pairs[..ROOMS]).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cost = server.resident().saturating_sub(before) as f64 / (2 * ROOMS) as f64 / 1000.0;
    drop(open);
    Ok(cost)
}
