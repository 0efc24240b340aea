//! Coalescing: which rooms an inbox has to be told of, and when. Pure, so that its times are tested without
//! waiting.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use tokio::time::Instant;

use crate::chat::{domain::room_key::RoomKey, live::event::InboxEvent};

/// After a statement that failed.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// A node that is stale greets its inboxes again over so long, each at a moment of its own.
const GREETING_JITTER: Duration = Duration::from_secs(5);
/// And each at most this often, after the first time.
const GREETING_INTERVAL: Duration = Duration::from_secs(60);
/// Rooms whose count is remembered, so that one's own message asks nothing.
const MAX_KNOWN_ROOMS: usize = 256;

pub struct PendingRooms {
    /// Rooms whose count has to be asked for.
    pub asked: BTreeSet<RoomKey>,
    /// Rooms with a message of one's own: the count is what it was.
    pub own: BTreeSet<RoomKey>,
    known: HashMap<RoomKey, i64>,
    total: i64,
    flush_at: Option<Instant>,
    /// Greeted again; the first greeting doesn't count.
    greeted_at: Option<Instant>,
    greet_at: Option<Instant>,
}

impl PendingRooms {
    /// After the first greeting.
    pub fn new(total: i64) -> Self {
        PendingRooms {
            asked: BTreeSet::new(),
            own: BTreeSet::new(),
            known: HashMap::new(),
            total,
            flush_at: None,
            greeted_at: None,
            greet_at: None,
        }
    }

    /// What is to be asked for is asked for at `tick`, with all that comes until then.
    pub fn add(&mut self, now: Instant, tick: Instant, event: InboxEvent) {
        match event {
            InboxEvent::OwnMessage(room) if self.known.contains_key(&room) => drop(self.own.insert(room)),
            // The first of a room since this page was opened.
            InboxEvent::OwnMessage(room) | InboxEvent::RoomChanged(room) => drop(self.asked.insert(room)),
            InboxEvent::Resync => return self.greet_again(now, GREETING_JITTER.mul_f64(rand::random())),
        }
        self.flush_at.get_or_insert(tick);
    }

    /// Events were missed, so the page is told to ask.
    pub fn greet_again(&mut self, now: Instant, delay: Duration) {
        let earliest = self.greeted_at.map_or(now, |at| at + GREETING_INTERVAL);
        self.greet_at.get_or_insert((now + delay).max(earliest));
    }

    /// When something has to be sent; none if there is nothing.
    pub fn due_at(&self) -> Option<Instant> {
        [self.flush_at, self.greet_at].into_iter().flatten().min()
    }

    pub fn is_greeting_due(&self, now: Instant) -> bool {
        self.greet_at.is_some_and(|at| at <= now)
    }

    pub fn greeted(&mut self, now: Instant, total: i64) {
        (self.greeted_at, self.greet_at, self.total) = (Some(now), None, total);
        self.known.clear();
        self.asked.append(&mut self.own);
    }

    /// The database answered: rooms with their counts and the total, in order, to be sent.
    pub fn flush(&mut self, unread: HashMap<RoomKey, i64>, total: Option<i64>) -> (Vec<(RoomKey, i64)>, i64) {
        self.total = total.unwrap_or(self.total);
        if self.known.len() + unread.len() > MAX_KNOWN_ROOMS {
            self.known.clear();
        }
        let own = std::mem::take(&mut self.own);
        let rooms: BTreeSet<RoomKey> = std::mem::take(&mut self.asked).into_iter().chain(own).collect();
        let counts = rooms.into_iter().filter_map(|room| {
            let count = unread.get(&room).or_else(|| self.known.get(&room)).copied()?;
            Some((room, count))
        });
        let counts: Vec<_> = counts.collect();
        self.known.extend(unread);
        self.flush_at = None;
        (counts, self.total)
    }

    /// It didn't: the same rooms are asked for again, not at once and not by everybody at the same moment.
    pub fn retry(&mut self, now: Instant) {
        let at = now + RETRY_DELAY.mul_f64(0.5 + rand::random::<f64>());
        for due in [&mut self.flush_at, &mut self.greet_at] {
            if due.is_some_and(|due| due <= now) {
                *due = Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomKey = RoomKey { buyer_id: 1, seller_id: 2 };
    const TICK: Duration = Duration::from_millis(100);

    #[test]
    fn many_events_of_one_room_are_one_question() {
        let start = Instant::now();
        let mut pending = PendingRooms::new(0);
        assert_eq!(pending.due_at(), None);
        for millis in [0, 40, 90] {
            let now = start + Duration::from_millis(millis);
            pending.add(now, now + TICK, InboxEvent::RoomChanged(ROOM));
        }
        assert_eq!(pending.due_at(), Some(start + TICK));
        assert_eq!(pending.asked, BTreeSet::from([ROOM]));
        assert_eq!(pending.flush(HashMap::from([(ROOM, 3)]), Some(5)), (vec![(ROOM, 3)], 5));
        assert_eq!(pending.due_at(), None);
    }

    #[test]
    fn ones_own_message_asks_nothing_once_the_room_is_known() {
        let start = Instant::now();
        let mut pending = PendingRooms::new(0);
        pending.add(start, start + TICK, InboxEvent::OwnMessage(ROOM));
        assert_eq!(pending.asked.len(), 1, "the first one");
        pending.flush(HashMap::from([(ROOM, 2)]), Some(4));
        pending.add(start, start + TICK, InboxEvent::OwnMessage(ROOM));
        assert!(pending.asked.is_empty());
        assert_eq!(pending.flush(HashMap::new(), None), (vec![(ROOM, 2)], 4));
    }

    #[test]
    fn a_stale_node_greets_again_at_most_once_a_minute() {
        let start = Instant::now();
        let mut pending = PendingRooms::new(0);
        pending.add(start, start + TICK, InboxEvent::Resync);
        pending.add(start, start + TICK, InboxEvent::Resync);
        let first = pending.due_at().expect("a greeting");
        assert!(start <= first && first <= start + GREETING_JITTER);
        assert!(pending.is_greeting_due(first));
        pending.greeted(first, 1);
        pending.add(first, first + TICK, InboxEvent::Resync);
        assert!(pending.due_at() >= Some(first + GREETING_INTERVAL));
    }

    #[test]
    fn what_could_not_be_asked_is_asked_again() {
        let start = Instant::now();
        let mut pending = PendingRooms::new(0);
        pending.add(start, start + TICK, InboxEvent::RoomChanged(ROOM));
        let now = start + TICK;
        pending.retry(now);
        assert!(pending.due_at() > Some(now));
        assert_eq!(pending.asked.len(), 1);
    }
}
