//! The marketplace under attack: grown by `haggle seed`, with people who are signed in.

use std::{net::SocketAddr, time::Instant};

use anyhow::ensure;
use sqlx::PgPool;

use crate::{
    dataset::{Dataset, Pair, Person},
    server::{self, Server},
};

/// Buyers and sellers with a session and a room, each with as many more as attacks need.
const PAIRS: usize = 400;

pub struct Market {
    pub server: Server,
    dataset: Dataset,
    /// Somebody's page of something.
    pub product: String,
}

impl Market {
    pub async fn start(products: u64) -> anyhow::Result<Self> {
        let data = server::folder()?;
        let began = Instant::now();
        let seed = ["seed", "--products", &products.to_string(), "--covers", "2000"];
        let seeded = server::haggle(data.path()).args(seed).stdout(std::process::Stdio::null()).status()?;
        ensure!(seeded.success(), "haggle seed failed");
        let server = Server::haggle_in(data, None)?;
        let dataset = Dataset::insert(&server, PAIRS).await?;
        let (product,): (i64,) = sqlx::query_as(
            "SELECT max(p.id) FROM products p JOIN photos f ON f.product_id = p.id WHERE is_listed",
        )
        .fetch_one(&dataset.db)
        .await?;
        eprintln!("  {products} products in {:.0} s", began.elapsed().as_secs_f64());
        Ok(Market { server, dataset, product: format!("/products/{product}") })
    }

    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// The most memory that the server alone has had since this was last asked, in bytes.
    pub fn peak(&self) -> u64 {
        let pid = self.server.pid();
        let peak = server::memory(pid, "VmHWM:");
        // Counted from here on anew.
        let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
        peak
    }

    /// File descriptors that the server holds.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.server.pid())).map_or(0, Iterator::count)
    }

    pub fn db(&self) -> &PgPool {
        &self.dataset.db
    }

    pub fn pair(&self, n: usize) -> &Pair {
        &self.dataset.pairs[n % PAIRS]
    }

    pub fn seller(&self, n: usize) -> &Person {
        &self.pair(n).seller
    }

    pub async fn close(self) {
        self.dataset.close().await;
    }
}
