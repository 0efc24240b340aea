//! One supervised task: how it is called, what its end means, and how it fares.

use std::{
    borrow::Cow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::telemetry::names::TASK_RESTARTS;

/// What is done when a task panics, or ends although nobody stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It is started again after a back-off. Meanwhile the node serves people: `/up` answers 200 and
    /// names it.
    Background,
    /// It is started again after a back-off. Meanwhile people are refused something: `/up` answers 503
    /// and names it.
    Essential,
    /// The program ends in good order, with an error: nothing works without it.
    Critical,
    /// Like [`Background`](Self::Background) after a panic; an end is its aim.
    UntilDone,
}

/// How a task fares, as `/up` says it.
#[derive(Clone, Debug)]
pub struct TaskStatus {
    pub name: Cow<'static, str>,
    pub policy: Policy,
    /// Whether it runs: not while it waits to be started again.
    pub is_up: bool,
    pub panics: u64,
    /// Ends without a panic that nobody asked for.
    pub early_ends: u64,
}

pub(super) struct Task {
    pub name: Cow<'static, str>,
    pub policy: Policy,
    /// Whether it ends by itself when it is told to stop, instead of at its next `await`.
    pub drains: bool,
    pub stop: CancellationToken,
    state: Mutex<TaskState>,
}

#[derive(Default)]
struct TaskState {
    is_down: bool,
    panics: u64,
    early_ends: u64,
}

impl Task {
    pub fn new(name: Cow<'static, str>, policy: Policy, drains: bool) -> Self {
        Task { name, policy, drains, stop: CancellationToken::new(), state: Mutex::default() }
    }

    pub fn status(&self) -> TaskStatus {
        let TaskState { is_down, panics, early_ends } = *self.state();
        TaskStatus { name: self.name.clone(), policy: self.policy, is_up: !is_down, panics, early_ends }
    }

    pub fn goes_up(&self) {
        self.state().is_down = false;
    }

    pub fn panicked(&self) {
        self.count_restart();
        let mut state = self.state();
        state.is_down = true;
        state.panics += 1;
    }

    pub fn ended_early(&self) {
        self.count_restart();
        let mut state = self.state();
        state.is_down = true;
        state.early_ends += 1;
    }

    fn count_restart(&self) {
        metrics::counter!(TASK_RESTARTS, "task" => self.name.clone()).increment(1);
    }

    fn state(&self) -> MutexGuard<'_, TaskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
