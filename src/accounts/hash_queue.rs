//! A bounded, fair queue for argon2 (M8): as many hashes at once as there is memory for, and callers in turn (round
//! robin), so that a thousand guesses from fifty networks don't stand before one honest sign-in.
//!
//! ```text
//! known browsers, each with its own line ─→ one of each in turn ┐
//!                                                               ├─→ alternately ─→ two at a time
//! networks, each with its own line ───────→ one of each in turn ┘
//! ```
//!
//! Whoever has no line yet comes before those that had a turn already, two times of three: a thousand guesses are a round
//! of the others, not of somebody who signs in once. Load shedding: whoever's line is full is refused at once; when all
//! lines together are full, the last of the longest one makes room.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use metrics::{counter, gauge};
use tokio::sync::oneshot;

use crate::telemetry::names::{LANE_REFUSED, LANE_WAITING};

/// Each takes 19 MiB and a core.
const MAX_RUNNING: usize = 2;
/// In one line, and in all of a kind: at some 50 ms each the last of them waits some seconds.
const MAX_LINE: usize = 8;
const MAX_WAITING: usize = 128;

/// Whose hash it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lane {
    /// A browser that has signed in to this account before, somebody who is signed in, or a command.
    Known(i64),
    /// Anybody at this network.
    Network(IpAddr),
}

impl Lane {
    /// Among the metrics.
    fn name(self) -> &'static str {
        match self {
            Lane::Known(_) => "hash_known",
            Lane::Network(_) => "hash_network",
        }
    }
}

#[derive(Clone, Default)]
pub(super) struct HashQueue(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    running: usize,
    known: Ring<i64>,
    networks: Ring<IpAddr>,
    known_was_last: bool,
}

type Waiting = oneshot::Sender<HashPermit>;

/// Lines that take turns.
struct Ring<K> {
    lines: HashMap<K, VecDeque<Waiting>>,
    /// Had a turn, or their line was looked at.
    turns: VecDeque<K>,
    /// Had none yet.
    newcomers: VecDeque<K>,
    newcomers_in_a_row: u8,
}

impl<K> Default for Ring<K> {
    fn default() -> Self {
        Ring {
            lines: HashMap::new(),
            turns: VecDeque::new(),
            newcomers: VecDeque::new(),
            newcomers_in_a_row: 0,
        }
    }
}

impl<K: Copy + Eq + Hash> Ring<K> {
    fn join(&mut self, key: K) -> Result<oneshot::Receiver<HashPermit>, QueueFull> {
        // Whoever went away meanwhile holds no place.
        self.lines.values_mut().for_each(|line| line.retain(|waiting| !waiting.is_closed()));
        let has = self.lines.get(&key).map_or(0, VecDeque::len);
        if has >= MAX_LINE {
            return Err(QueueFull);
        }
        if self.waiting() >= MAX_WAITING {
            let longest = self.lines.values_mut().max_by_key(|line| line.len());
            // Dropped, and so refused.
            longest.filter(|line| line.len() > has + 1).and_then(VecDeque::pop_back).ok_or(QueueFull)?;
        }
        let line = self.lines.entry(key).or_default();
        if !self.turns.contains(&key) && !self.newcomers.contains(&key) {
            self.newcomers.push_back(key);
        }
        let (sender, turn) = oneshot::channel();
        line.push_back(sender);
        Ok(turn)
    }

    fn waiting(&self) -> usize {
        self.lines.values().map(VecDeque::len).sum()
    }

    fn next(&mut self) -> Option<Waiting> {
        while let Some(key) = self.next_key() {
            let line = self.lines.get_mut(&key);
            let next =
                line.and_then(|line| std::iter::from_fn(|| line.pop_front()).find(|it| !it.is_closed()));
            match next {
                Some(next) => {
                    self.turns.push_back(key);
                    return Some(next);
                }
                None => drop(self.lines.remove(&key)),
            }
        }
        None
    }

    fn next_key(&mut self) -> Option<K> {
        let newcomer = if self.newcomers_in_a_row < 2 { self.newcomers.pop_front() } else { None };
        self.newcomers_in_a_row = if newcomer.is_some() { self.newcomers_in_a_row + 1 } else { 0 };
        newcomer.or_else(|| self.turns.pop_front()).or_else(|| self.newcomers.pop_front())
    }
}

/// Too many wait already.
#[derive(Debug, PartialEq)]
pub(super) struct QueueFull;

/// One of those at work; the next one's turn when it is dropped.
pub(super) struct HashPermit(HashQueue);

impl std::fmt::Debug for HashPermit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashPermit")
    }
}

impl HashQueue {
    pub async fn acquire(&self, lane: Lane) -> Result<HashPermit, QueueFull> {
        let turn = {
            let mut lines = self.lines();
            if lines.running < MAX_RUNNING {
                lines.running += 1;
                return Ok(HashPermit(self.clone()));
            }
            lines.join(lane).inspect_err(|_| {
                counter!(LANE_REFUSED, "lane" => lane.name()).increment(1);
            })?
        };
        turn.await.map_err(|_| QueueFull)
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        let lines = self.lines();
        gauge!(LANE_WAITING, "lane" => "hash_known").set(lines.known.waiting() as f64);
        gauge!(LANE_WAITING, "lane" => "hash_network").set(lines.networks.waiting() as f64);
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn join(&mut self, lane: Lane) -> Result<oneshot::Receiver<HashPermit>, QueueFull> {
        match lane {
            Lane::Known(account_id) => self.known.join(account_id),
            Lane::Network(network) => self.networks.join(network),
        }
    }

    fn next(&mut self) -> Option<Waiting> {
        self.known_was_last = !self.known_was_last;
        if self.known_was_last {
            self.known.next().or_else(|| self.networks.next())
        } else {
            self.networks.next().or_else(|| self.known.next())
        }
    }
}

impl Drop for HashPermit {
    fn drop(&mut self) {
        let next = {
            let mut lines = self.0.lines();
            let next = lines.next();
            if next.is_none() {
                lines.running -= 1;
            }
            next
        };
        if let Some(next) = next {
            // Outside of the lock. Whoever went away in this moment drops the permit, which passes it on.
            drop(next.send(HashPermit(self.0.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u8) -> Lane {
        Lane::Network([10, 0, 0, n].into())
    }

    /// Joins the line at once and says its name when it has its turn.
    fn waiter(
        queue: &HashQueue,
        lane: Lane,
        name: &'static str,
        order: &Arc<Mutex<Vec<&'static str>>>,
    ) -> impl Future<Output = ()> {
        let turn = queue.lines().join(lane);
        let order = order.clone();
        async move {
            if let Ok(turn) = turn
                && let Ok(permit) = turn.await
            {
                order.lock().unwrap().push(name);
                drop(permit);
            }
        }
    }

    #[tokio::test]
    async fn networks_take_turns_and_known_browsers_have_every_second() {
        let (queue, order) = (HashQueue::default(), Arc::default());
        let first = queue.acquire(network(9)).await.unwrap();
        let _second = queue.acquire(network(9)).await.unwrap();
        let guesses: Vec<_> = (0..5).map(|_| waiter(&queue, network(1), "guess", &order)).collect();
        let honest = waiter(&queue, network(2), "honest", &order);
        let known = waiter(&queue, Lane::Known(1), "known", &order);
        drop(first);
        tokio::join!(futures_util::future::join_all(guesses), honest, known);
        assert_eq!(order.lock().unwrap()[..3], ["known", "guess", "honest"]);
        assert_eq!(order.lock().unwrap().len(), 7);
    }

    #[tokio::test]
    async fn a_network_that_fills_its_line_is_refused_and_no_other() {
        let queue = HashQueue::default();
        let _running = [queue.acquire(network(1)).await.unwrap(), queue.acquire(network(1)).await.unwrap()];
        let _line: Vec<_> = (0..MAX_LINE).map(|_| queue.lines().join(network(1)).unwrap()).collect();
        assert!(queue.lines().join(network(1)).is_err());
        assert!(queue.lines().join(network(2)).is_ok());
        assert!(queue.lines().join(Lane::Known(1)).is_ok());
    }

    /// M8: fifty addresses that guess stand before nobody who comes once.
    #[test]
    fn whoever_comes_once_does_not_wait_for_a_round_of_the_others() {
        let mut lines = Lines::default();
        let join = |lines: &mut Lines, n: u8| lines.join(network(n)).unwrap();
        let guesses: Vec<_> = (0..100).map(|n| join(&mut lines, n % 50)).collect();
        // Each has had its turn, and there are more.
        for _ in 0..75 {
            drop(lines.next().expect("a guess"));
        }
        let mut honest = join(&mut lines, 200);
        drop((lines.next(), lines.next()));
        assert!(honest.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        drop(guesses);
    }

    #[tokio::test]
    async fn a_full_queue_makes_room_for_whoever_waits_for_less() {
        let queue = HashQueue::default();
        let _running = [queue.acquire(network(0)).await.unwrap(), queue.acquire(network(0)).await.unwrap()];
        let join = |lane| queue.lines().join(lane);
        let mut guesses: Vec<_> = (0..MAX_WAITING).map(|n| join(network(n as u8 % 50)).unwrap()).collect();
        let honest = join(network(200)).unwrap();
        let refused = guesses.iter_mut().filter_map(|guess| guess.try_recv().err());
        let refused = refused.filter(|error| *error == oneshot::error::TryRecvError::Closed);
        assert_eq!(refused.count(), 1);
        assert_eq!(join(network(1)).err(), Some(QueueFull), "it has as many as any other");
        drop(honest);
    }

    #[tokio::test]
    async fn who_goes_away_keeps_no_place_and_no_turn() {
        let queue = HashQueue::default();
        let permits = [queue.acquire(network(1)).await.unwrap(), queue.acquire(network(1)).await.unwrap()];
        drop(queue.lines().join(network(1)).unwrap());
        let last = queue.lines().join(network(2)).unwrap();
        drop(permits);
        drop(last.await.unwrap());
        assert_eq!(queue.lines().running, 0);
    }
}
