//! The durable queue: jobs a second, and how long one waits until it is begun on an idle queue.

use std::time::{Duration, Instant};

use haggle::jobs::{NewJob, Worker};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    BenchOptions,
    dataset::Dataset,
    figures::{Table, median, percentile, whole},
};

const JOBS: usize = 5_000;
const LONE_JOBS: usize = 200;
const NAME: &str = "bench";

pub async fn measure(options: &BenchOptions, table: &mut Table, dataset: &Dataset) -> anyhow::Result<()> {
    let (mut rates, mut waits) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        rates.push(throughput(&dataset.db).await?);
        waits.extend(latency(&dataset.db).await?);
    }
    let rate = median(rates);
    table.add(
        "queue: jobs a second, two workers, nothing to do in each",
        format!("{}/s", whole(rate)),
        "–".into(),
        "≥ 500/s",
        rate >= 500.0,
    );
    let (p50, p99) = (percentile(&mut waits, 0.5), percentile(&mut waits, 0.99));
    table.add(
        "queue: enqueued → begun, one at a time, median / p99",
        format!("{p50:.1} / {p99:.1} ms"),
        "–".into(),
        "≤ 50 ms",
        p99 <= 50.0,
    );
    Ok(())
}

/// A worker that says of every job that it has begun; it ends with the guard.
fn start_worker(db: &PgPool, begun: &mpsc::UnboundedSender<Instant>) -> tokio_util::sync::DropGuard {
    let (stop, begun) = (CancellationToken::new(), begun.clone());
    let worker = Worker::new(db).on(NAME, move |_| {
        let _ = begun.send(Instant::now());
        async { Ok(()) }
    });
    tokio::spawn(worker.run(stop.clone()));
    stop.drop_guard()
}

async fn throughput(db: &PgPool) -> anyhow::Result<f64> {
    let mut tx = db.begin().await?;
    for _ in 0..JOBS {
        NewJob::new(NAME, serde_json::json!({})).enqueue(&mut *tx).await?;
    }
    tx.commit().await?;
    let (sender, mut begun) = mpsc::unbounded_channel();
    let begin = Instant::now();
    let _workers = [start_worker(db, &sender), start_worker(db, &sender)];
    for _ in 0..JOBS {
        begun.recv().await;
    }
    Ok(JOBS as f64 / begin.elapsed().as_secs_f64())
}

/// Milliseconds, one for each job.
async fn latency(db: &PgPool) -> anyhow::Result<Vec<f64>> {
    let (sender, mut begun) = mpsc::unbounded_channel();
    let _worker = start_worker(db, &sender);
    let mut waits = Vec::with_capacity(LONE_JOBS);
    for _ in 0..LONE_JOBS {
        let enqueued = Instant::now();
        NewJob::new(NAME, serde_json::json!({})).enqueue(db).await?;
        let at = begun.recv().await.unwrap_or(enqueued);
        waits.push(at.saturating_duration_since(enqueued).as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // The first ones may have come before it listened.
    Ok(waits.split_off(LONE_JOBS / 10))
}
