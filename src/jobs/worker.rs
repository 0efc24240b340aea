//! Runs jobs: one worker per node, several jobs at a time, each under a lease that it extends.
//!
//! ```text
//! NOTIFY, or every second:  schedules' slots → enqueue;  claim (SKIP LOCKED) → handler → finish
//!                                                                               ↘ fail: retry with back-off
//!                                                                                 and jitter, at last dead
//! ```
//!
//! Delivery is at least once: a node that is killed loses its leases, and another takes the jobs. So handlers are
//! idempotent. What a lease's loser still says is fenced off by the claim's fencing token. A job that takes its node
//! with it is dead after as many claims as one that fails: a claim counts as an attempt, however it ends.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use metrics::{counter, histogram};
use sqlx::PgPool;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{backoff::Backoff, job::Job, store};
use crate::{
    db,
    telemetry::names::{JOB_SECONDS, JOBS_RUN},
};

/// Jobs of one node at a time.
const MAX_RUNNING: usize = 4;
/// How often the queue is looked at without a notification, and how often schedules are.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const SCHEDULE_INTERVAL: Duration = Duration::from_secs(30);
/// Until the lost connection that brings notifications is made anew; meanwhile the poll finds the jobs.
const LISTEN_RETRY_DELAY: Duration = Duration::from_secs(5);
/// A killed node's jobs wait so long; extended three times as often.
const LEASE: Duration = Duration::from_secs(60);
/// About a day until a job is dead.
const MAX_ATTEMPTS: i32 = 18;
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
}

impl Worker {
    pub fn new(db: &PgPool) -> Self {
        Self::with_times(db, WorkerTimes::default())
    }

    pub fn with_times(db: &PgPool, times: WorkerTimes) -> Self {
        Worker { db: db.clone(), times, handlers: BTreeMap::new(), schedules: Vec::new() }
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

    /// Ends when `stop` is cancelled and what it runs is done.
    pub async fn run(self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let woken = Notify::new();
        tokio::select! {
            () = self.claim_jobs(&mut running, &woken, &stop) => {}
            () = self.listen(&woken) => {}
        }
        while running.join_next().await.is_some() {}
    }

    /// Starts what is due, until `stop`. Not dropped at an `await`: what is claimed is run.
    async fn claim_jobs(&self, running: &mut JoinSet<()>, woken: &Notify, stop: &CancellationToken) {
        let names: Vec<String> = self.handlers.keys().cloned().collect();
        let mut polls = interval(self.times.poll);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_schedules = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = polls.tick() => {}
                () = woken.notified() => {}
                Some(_) = running.join_next() => {}
            }
            if Instant::now() >= next_schedules {
                next_schedules = Instant::now() + SCHEDULE_INTERVAL;
                self.enqueue_slots().await;
                self.bury_lost(&names).await;
            }
            while running.try_join_next().is_some() {}
            let free = MAX_RUNNING - running.len().min(MAX_RUNNING);
            if free == 0 {
                continue;
            }
            match store::claim(&self.db, &names, self.times.lease, self.times.max_attempts, free as i64).await
            {
                Ok(jobs) => {
                    for job in jobs {
                        running.spawn(self.clone().run_one(job));
                    }
                }
                Err(error) => tracing::warn!(%error, "job claim failed"),
            }
        }
    }

    /// Wakes at every notification that a job is due, from whichever node, for ever.
    async fn listen(&self, woken: &Notify) {
        loop {
            let lost = match db::listen(&self.db, store::CHANNEL).await {
                Ok(mut listener) => loop {
                    match listener.try_recv().await {
                        Ok(Some(_)) => woken.notify_one(),
                        Ok(None) => break None,
                        Err(error) => break Some(error),
                    }
                },
                Err(error) => Some(error),
            };
            if let Some(error) = lost {
                tracing::warn!(%error, "job listener failed");
            }
            sleep(LISTEN_RETRY_DELAY).await;
        }
    }

    async fn bury_lost(&self, names: &[String]) {
        match store::bury_lost(&self.db, names, self.times.max_attempts).await {
            Ok(0) => {}
            Ok(dead) => tracing::warn!(dead, "jobs died with their nodes"),
            Err(error) => tracing::warn!(%error, "lost jobs not buried"),
        }
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
        let began = Instant::now();
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
        histogram!(JOB_SECONDS, "job" => job.name.clone()).record(began.elapsed());
        let settled = match outcome {
            Ok(Ok(())) => {
                counter!(JOBS_RUN, "job" => job.name.clone(), "outcome" => "done").increment(1);
                store::finish(&self.db, &job).await
            }
            Ok(Err(error)) => self.fail(&job, &format!("{error:#}")).await,
            Err(_) => self.fail(&job, "the handler panicked").await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, job = job.id, "job outcome not stored, its lease will run out");
        }
    }

    async fn fail(&self, job: &Job, error: &str) -> sqlx::Result<()> {
        let is_dead = job.attempts >= self.times.max_attempts;
        let outcome = if is_dead { "dead" } else { "failed" };
        counter!(JOBS_RUN, "job" => job.name.clone(), "outcome" => outcome).increment(1);
        let delay = (!is_dead).then(|| self.times.backoff.delay(job.attempts.unsigned_abs()));
        tracing::warn!(error, job = job.id, name = job.name, attempts = job.attempts, is_dead, "job failed");
        store::fail(&self.db, job, error, delay).await
    }
}
