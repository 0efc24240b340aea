//! What an idle socket costs: 10,000 of them, two in a room, in a fresh process each.

use std::time::Duration;

use crate::{
    Plan, client,
    figures::{Table, median},
    program::Program,
    world::World,
};

const ROOMS: usize = 5_000;

pub async fn measure(_plan: &Plan, table: &mut Table, world: &World) -> anyhow::Result<()> {
    use sqlx::ConnectOptions as _;
    let url = world.db.connect_options().to_url_lossy().to_string();
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        limit.push(cost(&Program::bare().await?, world).await?);
        ours.push(cost(&Program::haggle_at(Some(&url)).await?, world).await?);
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
async fn cost(program: &Program, world: &World) -> anyhow::Result<f64> {
    // What the first requests need once isn't what a socket costs.
    drop(client::open_both(program.addr, &world.pairs[..50]).await?);
    let before = program.resident();
    let open = client::open_idle(program.addr, &world.pairs[..ROOMS]).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cost = program.resident().saturating_sub(before) as f64 / (2 * ROOMS) as f64 / 1000.0;
    drop(open);
    Ok(cost)
}
