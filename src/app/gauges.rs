//! `/metrics`, and what is looked at when somebody reads it: sockets, queues, lanes, pool, jobs.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use metrics::gauge;
use sqlx::PgPool;
use tokio::{
    net::TcpListener,
    sync::Mutex,
    time::{Instant, interval, timeout},
};

use super::App;
use crate::{
    accounts::{self, Gate},
    catalog::BrowseLimits,
    chat, jobs, products,
    telemetry::{exporter::Exporter, names::*},
    web::http_server::{self, ConnectionLimits},
};

/// Readers at once; one reading is at work at a time.
const MAX_CONNECTIONS: usize = 16;
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);
const FOLD_INTERVAL: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Sources {
    db: PgPool,
    gate: Gate,
    chat: chat::State,
    browse: BrowseLimits,
}

/// Serves `/metrics`, and nothing else, on a listener of its own, until it is dropped.
pub async fn serve(listener: TcpListener, app: &App, exporter: Exporter) {
    let sources = Sources {
        db: app.db.clone(),
        gate: app.gate.clone(),
        chat: app.chat.clone(),
        browse: app.catalog.limits.clone(),
    };
    let one_at_a_time = Arc::new(Mutex::new((sources, exporter.clone())));
    let read = move || {
        let reading = one_at_a_time.clone();
        async move {
            let (sources, exporter) = &*reading.lock().await;
            sources.record().await;
            ([("content-type", "text/plain; version=0.0.4; charset=utf-8")], exporter.text())
        }
    };
    let router = Router::new().route("/metrics", get(read));
    let limits = ConnectionLimits { all: MAX_CONNECTIONS, each: None, ..ConnectionLimits::new(0) };
    let fold = async {
        let mut times = interval(FOLD_INTERVAL);
        loop {
            times.tick().await;
            exporter.fold();
        }
    };
    tokio::join!(http_server::serve(listener, router, limits, std::future::pending()), fold);
}

impl Sources {
    async fn record(&self) {
        self.gate.record_gauges();
        self.browse.record_gauges();
        self.chat.record_gauges();
        accounts::record_gauges();
        products::photos::record_gauges();
        self.record_pool().await;
        if let Some(bytes) = resident_memory() {
            gauge!(MEMORY).set(bytes as f64);
        }
    }

    async fn record_pool(&self) {
        let idle = self.db.num_idle();
        gauge!(POOL_CONNECTIONS, "state" => "idle").set(idle as f64);
        gauge!(POOL_CONNECTIONS, "state" => "in_use")
            .set((self.db.size() as usize).saturating_sub(idle) as f64);
        gauge!(POOL_MAX).set(self.db.options().get_max_connections());
        let began = Instant::now();
        let asked = async {
            let mut conn = self.db.acquire().await?;
            gauge!(POOL_ACQUIRE_SECONDS).set(began.elapsed().as_secs_f64());
            jobs::counts(&mut *conn).await
        };
        let counts = timeout(DATABASE_TIMEOUT, asked).await.ok().and_then(Result::ok);
        gauge!(DATABASE_UP).set(if counts.is_some() { 1.0 } else { 0.0 });
        let Some(counts) = counts else {
            // At least so long.
            gauge!(POOL_ACQUIRE_SECONDS).set(began.elapsed().as_secs_f64());
            return;
        };
        for (state, count) in [
            ("waiting", counts.waiting),
            ("running", counts.running),
            ("failing", counts.failing),
            ("dead", counts.dead),
        ] {
            gauge!(JOBS, "state" => state).set(count as f64);
        }
    }
}

/// Of this process, where the system says it.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
