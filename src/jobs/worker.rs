//! Runs jobs: one worker per node, several jobs at a time, each under a lease that it extends.
//!
//! ```text
//! every second, or when woken:  schedules' slots → enqueue;  claim (SKIP LOCKED) → handler → finish
//!                                                                                   ↘ fail: retry with back-off
//!                                                                                     and jitter, at last dead
//! ```
//!
//! Delivery is at least once: a node that is killed loses its leases, and another takes the jobs. So handlers are
//! idempotent. What a lease's loser still writes is fenced off by the number of the attempt.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use sqlx::PgPool;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{backoff::Backoff, job::Job, store};

/// Jobs of one node at a time.
const MAX_RUNNING: usize = 4;
/// How often the queue is looked at without a hint, and schedules every so many looks.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const SCHEDULE_INTERVAL: Duration = Duration::from_secs(30);
/// A killed node's jobs wait so long; extended three times as often.
const LEASE: Duration = Duration::from_secs(60);
/// About a day until a job is dead.
const MAX_ATTEMPTS: i32 = 12;
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(10), max: Duration::from_secs(4 * 60 * 60) };

type Outcome = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;
type Handler = Arc<dyn Fn(Job) -> Outcome + Send + Sync>;

/// How long leases and pauses are; other values are for tests.
#[derive(Clone, Copy, Debug)]
pub struct WorkerTimes {
    pub poll: Duration,
    pub lease: Duration,
    pub max_attempts: i32,
    pub backoff: Backoff,
}

impl Default for WorkerTimes {
    fn default() -> Self {
        WorkerTimes { poll: POLL_INTERVAL, lease: LEASE, max_attempts: MAX_ATTEMPTS, backoff: BACKOFF }
    }
}

/// Handlers by name, and schedules. Whoever enqueues doesn't know who handles.
#[derive(Clone)]
pub struct Worker {
    db: PgPool,
    times: WorkerTimes,
    handlers: BTreeMap<String, Handler>,
    schedules: Vec<(String, Duration)>,
    woken: Arc<Notify>,
}

impl Worker {
    pub fn new(db: &PgPool) -> Self {
        Self::with_times(db, WorkerTimes::default())
    }

    pub fn with_times(db: &PgPool, times: WorkerTimes) -> Self {
        Worker {
            db: db.clone(),
            times,
            handlers: BTreeMap::new(),
            schedules: Vec::new(),
            woken: Arc::default(),
        }
    }

    /// Runs jobs of this name. The handler is idempotent: it may be run again after it has done its work.
    pub fn on<F, Fut>(mut self, name: &str, handler: F) -> Self
    where
        F: Fn(Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.handlers.insert(name.to_owned(), Arc::new(move |job| Box::pin(handler(job))));
        self
    }

    /// [`on`](Self::on), run once in `every` across all nodes.
    pub fn every<F, Fut>(mut self, every: Duration, name: &str, handler: F) -> Self
    where
        F: Fn(Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.schedules.push((name.to_owned(), every));
        self.on(name, handler)
    }

    /// Makes it look at the queue at once; call it after the commit.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Ends when `stop` is cancelled and what it runs is done.
    pub async fn run(self, stop: CancellationToken) {
        let names: Vec<String> = self.handlers.keys().cloned().collect();
        let mut polls = interval(self.times.poll);
        let mut next_schedules = Instant::now();
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                _ = polls.tick() => {}
                () = self.woken.notified() => {}
                Some(_) = running.join_next() => {}
                () = stop.cancelled() => break,
            }
            if Instant::now() >= next_schedules {
                next_schedules = Instant::now() + SCHEDULE_INTERVAL;
                self.enqueue_slots().await;
            }
            let free = MAX_RUNNING - running.len().min(MAX_RUNNING);
            if free == 0 {
                continue;
            }
            match store::claim(&self.db, &names, self.times.lease, free as i64).await {
                Ok(jobs) => {
                    for job in jobs {
                        running.spawn(self.clone().run_one(job));
                    }
                }
                Err(error) => tracing::warn!(%error, "job claim failed"),
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn enqueue_slots(&self) {
        for (name, every) in &self.schedules {
            if let Err(error) = store::enqueue_slot(&self.db, name, *every).await {
                tracing::warn!(%error, schedule = name, "schedule not enqueued");
            }
        }
    }

    async fn run_one(self, job: Job) {
        let Some(handler) = self.handlers.get(&job.name) else { return };
        // A panic is a failure like any other: the job is tried again, and dead at last.
        let running = AssertUnwindSafe(handler(job.clone())).catch_unwind();
        let mut running = std::pin::pin!(running);
        let outcome = loop {
            let extend_at = Instant::now() + self.times.lease / 3;
            tokio::select! {
                outcome = &mut running => break outcome,
                () = sleep_until(extend_at) => match store::extend(&self.db, &job, self.times.lease).await {
                    Ok(true) => {}
                    // Somebody else has it: whatever this attempt would still write is not wanted.
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%error, job = job.id, "job lease not extended"),
                },
            }
        };
        let settled = match outcome {
            Ok(Ok(())) => store::finish(&self.db, &job).await,
            Ok(Err(error)) => self.fail(&job, &format!("{error:#}")).await,
            Err(_) => self.fail(&job, "the handler panicked").await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, job = job.id, "job outcome not stored, its lease will run out");
        }
    }

    async fn fail(&self, job: &Job, error: &str) -> sqlx::Result<()> {
        let is_dead = job.attempts >= self.times.max_attempts;
        let delay = (!is_dead).then(|| self.times.backoff.delay(job.attempts.unsigned_abs()));
        tracing::warn!(error, job = job.id, name = job.name, attempts = job.attempts, is_dead, "job failed");
        store::fail(&self.db, job, error, delay).await
    }
}
