//! Supervision of long-running tasks: restart with back-off, or the end of the program; an ordered stop.
//!
//! ```text
//! spawn            a factory of futures, called again for every restart; the future may be dropped at
//!                  any await when the program stops
//! spawn_draining   the same for one that brings to an end what it has begun: it gets a token that says
//!                  when, and is waited for
//! begin_stop       from now on an end is what is wanted, and nothing is started again
//! stop             cancels and waits, the last started first: who was started earlier is needed longer
//! ```
//!
//! What a task must keep over its restarts (the receiver of its queue, say) it doesn't own: the factory
//! holds it in an `Arc<tokio::sync::Mutex<_>>`, and each future locks that for as long as it runs.
//!
//! The last handle that is dropped ends all tasks, so a factory must not hold a [`Supervisor`].

use std::{
    any::Any,
    borrow::Cow,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{Backoff, Policy, TaskStatus, task::Task};

/// Before a task is started again.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(250), max: Duration::from_secs(60) };
/// One that ran for so long is well again: its next failure counts as the first.
const STABLE_AFTER: Duration = Duration::from_secs(120);

#[derive(Debug, thiserror::Error)]
#[error("the task {0} ended, and nothing works without it")]
pub struct CriticalTaskEnded(pub Cow<'static, str>);

#[derive(Clone)]
pub struct Supervisor {
    inner: Arc<Inner>,
}

struct Inner {
    /// In the order of their start.
    tasks: Mutex<Vec<Supervised>>,
    shared: Shared,
}

struct Supervised {
    task: Arc<Task>,
    handle: JoinHandle<()>,
}

/// What every task's loop knows of the supervisor.
#[derive(Clone)]
struct Shared {
    backoff: Backoff,
    stopping: CancellationToken,
    critical: Arc<OnceLock<Cow<'static, str>>>,
    critical_ended: CancellationToken,
}

impl Default for Supervisor {
    fn default() -> Self {
        Self::with_backoff(BACKOFF)
    }
}

impl Supervisor {
    pub fn with_backoff(backoff: Backoff) -> Self {
        let shared = Shared {
            backoff,
            stopping: CancellationToken::new(),
            critical: Arc::default(),
            critical_ended: CancellationToken::new(),
        };
        Supervisor { inner: Arc::new(Inner { tasks: Mutex::default(), shared }) }
    }

    /// Runs what `run` makes, and makes it anew whenever that panics or ends.
    pub fn spawn<F, Fut>(&self, name: impl Into<Cow<'static, str>>, policy: Policy, run: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.start(Task::new(name.into(), policy, false), move |_| run());
    }

    /// [`spawn`](Self::spawn) for a task that ends by itself soon after its token is cancelled.
    pub fn spawn_draining<F, Fut>(&self, name: impl Into<Cow<'static, str>>, policy: Policy, run: F)
    where
        F: Fn(CancellationToken) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.start(Task::new(name.into(), policy, true), run);
    }

    /// How every task fares that hasn't reached its aim, in the order of their start.
    pub fn statuses(&self) -> Vec<TaskStatus> {
        self.tasks().iter().filter(|it| !it.handle.is_finished()).map(|it| it.task.status()).collect()
    }

    /// Resolves when a [`Policy::Critical`] task has ended: then the program has to.
    pub async fn critical_task_ended(&self) -> CriticalTaskEnded {
        let shared = &self.inner.shared;
        shared.critical_ended.cancelled().await;
        CriticalTaskEnded(shared.critical.get().cloned().unwrap_or_default())
    }

    /// From now on tasks may end, and none is started any more.
    pub fn begin_stop(&self) {
        self.inner.shared.stopping.cancel();
    }

    /// Stops one after the other, the last started first. What isn't done after `timeout`, all together,
    /// is cut off.
    pub async fn stop(&self, timeout: Duration) {
        self.begin_stop();
        let deadline = Instant::now() + timeout;
        loop {
            // Its own statement: the lock isn't held while waiting.
            let next = self.tasks().pop();
            let Some(Supervised { task, mut handle }) = next else { return };
            task.stop.cancel();
            if timeout_at(deadline, &mut handle).await.is_err() {
                tracing::warn!(task = %task.name, "a task was cut off: it took too long to stop");
                handle.abort();
            }
        }
    }

    fn start<F, Fut>(&self, task: Task, run: F)
    where
        F: Fn(CancellationToken) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = self.tasks();
        if self.inner.shared.stopping.is_cancelled() {
            return;
        }
        tasks.retain(|it| !(it.handle.is_finished() && it.task.policy == Policy::UntilDone));
        let task = Arc::new(task);
        let handle = tokio::spawn(supervise(task.clone(), self.inner.shared.clone(), run));
        tasks.push(Supervised { task, handle });
    }

    fn tasks(&self) -> MutexGuard<'_, Vec<Supervised>> {
        self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for Supervised { handle, .. } in self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner) {
            handle.abort();
        }
    }
}

async fn supervise<F, Fut>(task: Arc<Task>, shared: Shared, run: F)
where
    F: Fn(CancellationToken) -> Fut,
    Fut: Future<Output = ()>,
{
    let mut failures = 0;
    loop {
        let began = Instant::now();
        // Unwind safety: whatever the next future shares with this one stands behind locks.
        let running = AssertUnwindSafe(async { run(task.stop.clone()).await }).catch_unwind();
        let ended = tokio::select! {
            biased;
            () = task.stop.cancelled(), if !task.drains => return,
            ended = running => ended,
        };
        match ended {
            Ok(()) if shared.stopping.is_cancelled() || task.policy == Policy::UntilDone => return,
            Ok(()) => {
                task.ended_early();
                tracing::error!(task = %task.name, "a task ended although nobody stopped it");
            }
            Err(panic) => {
                task.panicked();
                tracing::error!(task = %task.name, panic = message(&*panic), "a task panicked");
            }
        }
        if shared.stopping.is_cancelled() {
            return;
        }
        if task.policy == Policy::Critical {
            // Another one may have been first; either reason ends the program.
            let _ = shared.critical.set(task.name.clone());
            shared.critical_ended.cancel();
            return shared.stopping.cancelled().await;
        }
        failures = if began.elapsed() < STABLE_AFTER { failures + 1 } else { 1 };
        tokio::select! {
            () = sleep(shared.backoff.delay(failures)) => task.goes_up(),
            () = shared.stopping.cancelled() => return,
        }
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("something without words")
}
