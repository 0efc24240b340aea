//! Admission control (a concurrency limit with a short wait and bounded queue): visitors' pages can't take what signed-in people need (H3).
//!
//! A page for somebody who isn't signed in waits for one of a few turns, and holds it while it is made. So of the
//! database's connections all visitors together have as many as there are turns, and one network at most
//! an eighth of the places to wait in.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use dashmap::DashMap;
use metrics::{counter, gauge};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::telemetry::names::{LANE_REFUSED, LANE_WAITING};

/// Nobody looks at a blank page for longer.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// Beyond so many it is said at once that there is no turn.
const MAX_WAITING: usize = 256;
/// Of one network, with what it holds.
const MAX_EACH: usize = 32;

/// A turn that rests: it is free again only after so many times what it took, and this at most.
const MAX_REST: Duration = Duration::from_secs(1);

/// When somebody signed in asked for something.
#[derive(Clone, Default)]
pub struct PeopleSeen(Arc<Mutex<Option<Instant>>>);

/// Between two clicks of the same person.
const ABOUT: Duration = Duration::from_secs(5);

impl PeopleSeen {
    pub fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn are_about(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < ABOUT)
    }
}

#[derive(Clone)]
pub struct Admission {
    lane: &'static str,
    at_once: usize,
    rest: u32,
    people: PeopleSeen,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    each: Arc<DashMap<IpAddr, usize>>,
}

/// Given back when dropped.
pub struct Admitted {
    _place: Place,
    turn: Option<OwnedSemaphorePermit>,
    since: Instant,
    rest: u32,
}

struct Place {
    each: Arc<DashMap<IpAddr, usize>>,
    network: IpAddr,
    _place: OwnedSemaphorePermit,
}

impl Admission {
    /// So many at a time; `lane` is its name among the metrics.
    pub fn new(lane: &'static str, at_once: usize) -> Self {
        let places = Arc::new(Semaphore::new(at_once + MAX_WAITING));
        Admission {
            lane,
            at_once,
            rest: 0,
            people: PeopleSeen::default(),
            turns: Arc::new(Semaphore::new(at_once)),
            places,
            each: Arc::default(),
        }
    }

    /// As many as the machine has cores.
    pub fn for_each_core(lane: &'static str) -> Self {
        Admission::new(lane, std::thread::available_parallelism().map_or(2, usize::from))
    }

    /// Pacing: while `people` are about, a turn that was used stays unused for `rest` times as long afterwards, so that
    /// all together take no more than a part of a core. Nobody waits for it who isn't behind somebody else.
    pub fn resting(self, rest: u32, people: PeopleSeen) -> Self {
        Admission { rest, people, ..self }
    }

    /// A turn, in the order of asking; none, if very many wait, or it takes too long.
    pub async fn acquire(&self, network: IpAddr) -> Option<Admitted> {
        let admitted = self.wait(network).await;
        if admitted.is_none() {
            counter!(LANE_REFUSED, "lane" => self.lane).increment(1);
        }
        admitted
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        let held = self.at_once + MAX_WAITING - self.places.available_permits();
        let at_work = self.at_once - self.turns.available_permits();
        gauge!(LANE_WAITING, "lane" => self.lane).set(held.saturating_sub(at_work) as f64);
    }

    async fn wait(&self, network: IpAddr) -> Option<Admitted> {
        let place = self.place(network)?;
        let turn = timeout(MAX_WAIT, self.turns.clone().acquire_owned()).await.ok()?.ok()?;
        let rest = if self.people.are_about() { self.rest } else { 0 };
        Some(Admitted { _place: place, turn: Some(turn), since: Instant::now(), rest })
    }

    fn place(&self, network: IpAddr) -> Option<Place> {
        let free = self.places.clone().try_acquire_owned().ok()?;
        let mut count = self.each.entry(network).or_default();
        if *count >= MAX_EACH {
            return None;
        }
        *count += 1;
        drop(count);
        Some(Place { each: self.each.clone(), network, _place: free })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(turn) = self.turn.take().filter(|_| self.rest > 0) else { return };
        let rest = (self.since.elapsed() * self.rest).min(MAX_REST);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(rest).await;
                drop(turn);
            });
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.each.remove_if_mut(&self.network, |_, count| {
            *count -= 1;
            *count == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H3.
    #[tokio::test]
    async fn a_turn_rests_only_while_people_are_about() {
        let people = PeopleSeen::default();
        let turns = Admission::new("test", 1).resting(1_000_000, people.clone());
        let one: IpAddr = [192, 0, 2, 1].into();
        drop(turns.acquire(one).await.expect("a turn"));
        assert_eq!(turns.turns.available_permits(), 1, "at once");
        people.note();
        drop(turns.acquire(one).await.expect("a turn"));
        assert_eq!(turns.turns.available_permits(), 0, "it rests");
        assert!(turns.acquire(one).await.is_some(), "and is free again");
    }

    #[tokio::test]
    async fn turns_come_in_order_and_one_network_has_not_all_places() {
        let turns = Admission::new("test", 1);
        let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let first = turns.acquire(one).await.expect("a turn");
        let mut waiting = Vec::new();
        for _ in 1..MAX_EACH {
            waiting.push(turns.place(one).expect("a place"));
        }
        assert!(turns.place(one).is_none(), "its places are taken");
        let (second, ()) = tokio::join!(turns.acquire(other), async { drop(first) });
        assert!(second.is_some());
        drop((second, waiting));
        assert!(turns.each.is_empty(), "nothing is kept of who waits for nothing");
    }
}
