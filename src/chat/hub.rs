//! Who listens where on this node: a tokio broadcast channel per room, another per person for their inbox.
//!
//! A frame is written once, an entry's by the first socket that sends it, and its bytes shared by all. A reader that falls behind finds
//! its channel lagged and is told to `resync`; it never slows the others. A room is told its entries in
//! `seq` order and without holes: what is told too early waits for `backplane::catch_up` to read what
//! comes before it. Rooms nobody listens to take no memory.

mod room;
mod topic;

use std::{
    sync::{
        Arc, LazyLock, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use dashmap::{DashMap, Entry};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFuture},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};
use uuid::Uuid;

use crate::chat::{
    backplane::News,
    domain::{position::ReadMarks, room_key::RoomKey, side::Side},
    presence::LINGER,
    wire::ServerFrame,
};
use room::{Place, Room};
use topic::Tuner;
pub use topic::{Topic, Tuned};

/// How many frames an inbox may be behind before its page has to ask again.
const INBOX_BACKLOG: usize = 64;
/// News and rooms that may wait; more are dropped, and the rows looked at instead.
const WAITING: usize = 8192;
/// Sockets of one account on one node: each page has two.
const MAX_TABS: usize = 60;
/// At a stop a thousand sockets close in a second, and all of them within four.
const EACH: Duration = Duration::from_millis(1);
const SPREAD: Duration = Duration::from_secs(4);

/// An entry's text: written when the first socket asks for it, and then shared by all.
pub type EntryText = LazyLock<Utf8Bytes, Box<dyn FnOnce() -> Utf8Bytes + Send>>;

/// What a room is told.
#[derive(Debug)]
pub enum Told {
    /// A stored entry; sockets hold back what they've had already and notice holes.
    Entry {
        seq: i64,
        text: EntryText,
    },
    /// Read marks, presence: nothing that could be missed for good.
    Other(Utf8Bytes),
    Typing {
        by: Side,
        frame: Utf8Bytes,
    },
}

/// The room in which something changed; none if it can't be said in which.
pub type InboxNews = Option<RoomKey>;

#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    rooms: DashMap<RoomKey, Room>,
    people: DashMap<i64, broadcast::Sender<InboxNews>>,
    /// Sockets of each account, of both kinds.
    tabs: DashMap<i64, usize>,
    open: TaskTracker,
    closing: CancellationToken,
    /// Over how long the sockets close then.
    spread: OnceLock<Duration>,
    /// Whether this is the only node: then there is nobody to publish to.
    alone: AtomicBool,
    /// Whether NATS reaches all the others.
    heard_by_nats: AtomicBool,
    /// A node said hello, or a connection is back.
    met: Notify,
    /// Something may have happened that nobody here was told.
    doubts: AtomicBool,
    /// Something happened here that the other nodes aren't told: there was no room for it.
    untold: AtomicBool,
    /// Subscribes to what is listened to; none while the backplane tells everybody everything.
    tuner: OnceLock<Tuner>,
    news: Queue<News>,
    behind: Queue<RoomKey>,
    /// Rooms with something new to search.
    written: Queue<RoomKey>,
}

/// A bounded queue whose reader is taken once.
struct Queue<T> {
    sender: mpsc::Sender<T>,
    reader: Mutex<Option<mpsc::Receiver<T>>>,
}

impl<T> Queue<T> {
    fn new() -> Self {
        let (sender, reader) = mpsc::channel(WAITING);
        Queue { sender, reader: Mutex::new(Some(reader)) }
    }

    fn take(&self) -> Option<mpsc::Receiver<T>> {
        self.reader.lock().ok()?.take()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Hub(Arc::new(Inner {
            rooms: DashMap::new(),
            people: DashMap::new(),
            tabs: DashMap::new(),
            open: TaskTracker::new(),
            closing: CancellationToken::new(),
            spread: OnceLock::new(),
            alone: AtomicBool::new(true),
            heard_by_nats: AtomicBool::new(false),
            met: Notify::new(),
            doubts: AtomicBool::new(false),
            untold: AtomicBool::new(false),
            tuner: OnceLock::new(),
            news: Queue::new(),
            behind: Queue::new(),
            written: Queue::new(),
        }))
    }
}

/// What happens here.
impl Hub {
    /// An entry was committed: its room is told, here and on the other nodes.
    pub fn entry(&self, key: RoomKey, seq: i64, text: EntryText, accounts: [i64; 2]) {
        self.place(key, seq, text);
        self.tell_people_here(key, &accounts);
        self.publish(News::Entry { r: key, s: seq, a: accounts });
        // A full queue is no loss: search looks by itself.
        let _ = self.0.written.sender.try_send(key);
    }

    /// An entry turned out to be stored before. If the answer to it was lost then, nobody has been told; a room
    /// that was isn't told again, nor are the inboxes.
    pub fn entry_again(&self, key: RoomKey, seq: i64, text: EntryText, accounts: [i64; 2]) {
        match self.last_told(key) {
            Some(told) if told >= seq => {}
            Some(_) => self.entry(key, seq, text, accounts),
            // Nobody listens there, or who comes is about to look at the row.
            None => {
                self.tell_people_here(key, &accounts);
                self.publish(News::Entry { r: key, s: seq, a: accounts });
            }
        }
    }

    /// A side has read up to `seq`.
    pub fn read(&self, key: RoomKey, by: Side, seq: i64, account: i64) {
        self.hear_of_read(key, by, seq);
        self.tell_people_here(key, &[account]);
        self.publish(News::Read { r: key, by, s: seq, a: account });
    }

    pub fn typing(&self, key: RoomKey, by: Side) {
        self.hear_of_typing(key, by);
        self.publish(News::Typing { r: key, by });
    }

    /// Takes a place in the room; it is given back when the [`Listener`] is dropped.
    pub fn join(&self, key: RoomKey, side: Side) -> Listener {
        let mut room = self.0.rooms.entry(key).or_default();
        let was_online = room.presence.online(side);
        if room.presence.enter(side) {
            self.publish(News::Presence { r: key, who: side, on: true });
            if !was_online {
                room.tell(presence(side, true));
            }
        }
        Listener { hub: self.clone(), room: key, side, told: room.channel.subscribe() }
    }

    fn leave(&self, key: RoomKey, side: Side) {
        let last = self.0.rooms.get_mut(&key).is_some_and(|mut room| room.presence.leave(side));
        // Without a runtime the program is ending anyway.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if last {
            let hub = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep(LINGER).await;
                hub.fade(key, side);
            });
        }
    }

    fn fade(&self, key: RoomKey, side: Side) {
        let Entry::Occupied(mut room) = self.0.rooms.entry(key) else { return };
        if room.get_mut().presence.fade(side) {
            self.publish(News::Presence { r: key, who: side, on: false });
            if !room.get().presence.online(side) {
                room.get().tell(presence(side, false));
            }
        }
        if room.get().presence.nobody_here() {
            room.remove();
            self.retune(Topic::Room(key));
        }
    }

    /// Whether that side's mark is known to stand there already, or further on.
    pub fn has_read(&self, room: RoomKey, side: Side, seq: i64) -> bool {
        self.0.rooms.get(&room).is_some_and(|room| room.has_read(side, seq))
    }

    pub fn online(&self, room: RoomKey, side: Side) -> bool {
        self.0.rooms.get(&room).is_some_and(|room| room.presence.online(side))
    }

    /// A place for one more socket of this account; none if it has [`MAX_TABS`] here already.
    pub fn open_tab(&self, account: i64) -> Option<Tab> {
        let mut open = self.0.tabs.entry(account).or_default();
        if *open >= MAX_TABS {
            return None;
        }
        *open += 1;
        Some(Tab { hub: self.clone(), account, _open: self.0.open.token() })
    }

    /// Listens for news in any of this person's rooms.
    pub fn watch_inbox(&self, account: i64) -> InboxListener {
        let inbox = self.0.people.entry(account).or_insert_with(|| broadcast::Sender::new(INBOX_BACKLOG));
        InboxListener { hub: self.clone(), account, news: inbox.subscribe() }
    }

    /// Tells every socket to close and come back.
    pub fn close(&self) {
        let _ = self.0.spread.set(spread(self.0.open.len()));
        self.0.closing.cancel();
    }

    /// Resolves when one socket shall close: not all come back at the same moment.
    pub async fn closing_here(&self) {
        self.closing().await;
        let spread = self.0.spread.get().copied().unwrap_or_default();
        Box::pin(tokio::time::sleep(spread.mul_f64(rand::random()))).await;
    }

    /// Waits until every socket has been told so.
    pub async fn finish(&self) {
        self.0.open.close();
        self.0.open.wait().await;
    }

    pub fn closing(&self) -> WaitForCancellationFuture<'_> {
        self.0.closing.cancelled()
    }
}

/// What comes from elsewhere, and is told only here.
impl Hub {
    /// Tells an entry in its place. What is told too early is read again, with what comes before it.
    pub fn place(&self, key: RoomKey, seq: i64, text: EntryText) {
        let Some(mut room) = self.0.rooms.get_mut(&key) else { return };
        match room.place(seq) {
            Place::Next => room.tell(Told::Entry { seq, text }),
            Place::Past => {}
            Place::Hole => self.fall_behind(key),
        }
    }

    /// Another node stored an entry; it is read if somebody here listens.
    pub fn hear_of_entry(&self, key: RoomKey, seq: i64) {
        if self.last_told(key).is_some_and(|last| last < seq) {
            self.fall_behind(key);
        }
    }

    fn fall_behind(&self, key: RoomKey) {
        // A full queue is no loss: the next look at the rows finds the room again.
        let _ = self.0.behind.sender.try_send(key);
    }

    pub fn hear_of_read(&self, key: RoomKey, by: Side, seq: i64) {
        if let Some(mut room) = self.0.rooms.get_mut(&key)
            && room.mark(by, seq)
        {
            room.tell(Told::Other(ServerFrame::Read { by, seq }.text()));
        }
    }

    pub fn hear_of_typing(&self, key: RoomKey, by: Side) {
        if let Some(room) = self.0.rooms.get(&key) {
            room.tell(Told::Typing { by, frame: ServerFrame::Typing { by }.text() });
        }
    }

    pub fn hear_of_presence(&self, key: RoomKey, who: Side, node: Uuid, online: bool) {
        if let Some(mut room) = self.0.rooms.get_mut(&key)
            && room.presence.elsewhere(who, node, online)
        {
            room.tell(presence(who, online));
        }
    }

    /// Tells these people's inboxes that something changed in a room.
    pub fn tell_people_here(&self, room: RoomKey, accounts: &[i64]) {
        for account in accounts {
            if let Some(inbox) = self.0.people.get(account) {
                let _ = inbox.send(Some(room));
            }
        }
    }

    /// Makes every inbox socket come back: what they were to be told is lost.
    pub fn forget_inboxes(&self) {
        for inbox in &self.0.people {
            let _ = inbox.send(None);
        }
    }
}

/// What the backplane needs to know.
impl Hub {
    /// What the room was told last; nothing if nobody here listens to it.
    pub fn last_told(&self, key: RoomKey) -> Option<i64> {
        self.0.rooms.get(&key)?.last_told()
    }

    /// Where it is believed to stand.
    pub fn believed(&self, key: RoomKey) -> Option<(RoomKey, i64, ReadMarks)> {
        let room = self.0.rooms.get(&key)?;
        Some((key, room.last_told()?, room.read()))
    }

    /// The rooms somebody here listens to.
    pub fn listened(&self) -> Vec<RoomKey> {
        self.0.rooms.iter().map(|room| *room.key()).collect()
    }

    /// Who is here, by room.
    pub fn here(&self) -> Vec<(RoomKey, Side)> {
        let sides = |room: dashmap::mapref::multiple::RefMulti<'_, RoomKey, Room>| {
            room.presence.here().map(|side| (*room.key(), side)).collect::<Vec<_>>()
        };
        self.0.rooms.iter().flat_map(sides).collect()
    }

    /// Where a room stands in the database, for whoever listens to it here.
    pub fn look(&self, key: RoomKey, last_seq: i64, read: ReadMarks) {
        self.hear_of_entry(key, last_seq);
        self.hear_of_read(key, Side::Buyer, read.buyer);
        self.hear_of_read(key, Side::Seller, read.seller);
    }

    /// Forgets who was in a room on nodes that are no more.
    pub fn lose_nodes(&self, key: RoomKey, gone: impl Fn(Uuid) -> bool) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            for side in room.presence.lose(gone) {
                room.tell(presence(side, false));
            }
        }
    }

    /// Sets who is in a room on the other nodes.
    pub fn look_who(&self, key: RoomKey, elsewhere: &[(Uuid, Side)]) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            for side in room.presence.set_elsewhere(elsewhere) {
                room.tell(presence(side, room.presence.online(side)));
            }
        }
    }

    /// Another node has begun, or it is time to look for another reason.
    pub fn meet(&self) {
        self.0.met.notify_one();
    }

    /// Something may have happened that nobody here was told: the next look finds out.
    pub fn doubt(&self) {
        self.0.doubts.store(true, Ordering::Relaxed);
    }

    pub fn take_doubts(&self) -> bool {
        self.0.doubts.swap(false, Ordering::Relaxed)
    }

    pub async fn met(&self) {
        self.0.met.notified().await;
    }

    pub fn set_alone(&self, alone: bool) {
        self.0.alone.store(alone, Ordering::Relaxed);
    }

    pub fn is_alone(&self) -> bool {
        self.0.alone.load(Ordering::Relaxed)
    }

    pub fn set_heard_by_nats(&self, heard: bool) {
        self.0.heard_by_nats.store(heard, Ordering::Relaxed);
    }

    pub fn is_heard_by_nats(&self) -> bool {
        self.0.heard_by_nats.load(Ordering::Relaxed)
    }

    /// Hands a hint to the other nodes, if there are any.
    pub fn publish(&self, news: News) {
        if !self.is_alone() && self.0.news.sender.try_send(news).is_err() {
            self.0.untold.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the other nodes have to be told that they weren't told everything.
    pub fn take_untold(&self) -> bool {
        self.0.untold.swap(false, Ordering::Relaxed)
    }

    pub fn take_news(&self) -> Option<mpsc::Receiver<News>> {
        self.0.news.take()
    }

    pub fn take_behind(&self) -> Option<mpsc::Receiver<RoomKey>> {
        self.0.behind.take()
    }

    pub fn take_written(&self) -> Option<mpsc::Receiver<RoomKey>> {
        self.0.written.take()
    }
}

/// Over how long so many sockets close.
fn spread(sockets: usize) -> Duration {
    SPREAD.min(EACH.saturating_mul(u32::try_from(sockets).unwrap_or(u32::MAX)))
}

fn presence(who: Side, online: bool) -> Told {
    Told::Other(ServerFrame::Presence { who, online }.text())
}

/// One socket of an account, counted until it is dropped.
pub struct Tab {
    hub: Hub,
    account: i64,
    _open: TaskTrackerToken,
}

impl Drop for Tab {
    fn drop(&mut self) {
        if let Entry::Occupied(mut open) = self.hub.0.tabs.entry(self.account) {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

/// A place in a room.
pub struct Listener {
    hub: Hub,
    room: RoomKey,
    side: Side,
    pub told: broadcast::Receiver<Arc<Told>>,
}

impl Listener {
    /// Where the room stood when it was looked at, after joining: from here on the hub counts.
    pub fn begin(&self, last_seq: i64, read: ReadMarks) {
        if let Some(mut room) = self.hub.0.rooms.get_mut(&self.room) {
            room.begin(last_seq);
        }
        // Whoever listens already may not have heard of them.
        self.hub.hear_of_read(self.room, Side::Buyer, read.buyer);
        self.hub.hear_of_read(self.room, Side::Seller, read.seller);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.leave(self.room, self.side);
    }
}

/// A place at one's own inbox.
pub struct InboxListener {
    hub: Hub,
    account: i64,
    pub news: broadcast::Receiver<InboxNews>,
}

impl Drop for InboxListener {
    fn drop(&mut self) {
        // Our own receiver still counts: one left means nobody else.
        self.hub.0.people.remove_if(&self.account, |_, inbox| inbox.receiver_count() <= 1);
        self.hub.retune(Topic::Inbox(self.account));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_sockets_close_the_longer_it_takes_up_to_four_seconds() {
        let millis = [0, 1, 600, 4_000, 10_000, usize::MAX].map(|sockets| spread(sockets).as_millis());
        assert_eq!(millis, [0, 1, 600, 4_000, 4_000, 4_000]);
    }

    #[tokio::test]
    async fn who_listens_already_hears_of_a_mark_that_the_next_one_to_come_has_seen() {
        let (hub, room) = (Hub::default(), RoomKey { buyer_id: 1, seller_id: 2 });
        let mut first = hub.join(room, Side::Buyer);
        first.begin(4, ReadMarks::default());
        let second = hub.join(room, Side::Seller);
        second.begin(4, ReadMarks { buyer: 0, seller: 3 });
        let told = async {
            while let told = first.told.recv().await.expect("it is open")
                && !matches!(&*told, Told::Other(text) if text.contains(r#""type":"read""#))
            {}
        };
        tokio::time::timeout(Duration::from_secs(5), told).await.expect("the mark");
    }

    #[tokio::test]
    async fn an_entry_is_written_once_and_its_bytes_are_everybodys() {
        let (hub, room) = (Hub::default(), RoomKey { buyer_id: 1, seller_id: 2 });
        let mut listeners = [Side::Buyer, Side::Buyer, Side::Seller].map(|side| hub.join(room, side));
        listeners[0].begin(0, ReadMarks::default());
        // A second time would be a second call.
        let text = EntryText::new(Box::new(|| Utf8Bytes::from("x".repeat(100))));
        hub.place(room, 1, text);
        let mut bytes = Vec::new();
        for listener in &mut listeners {
            let at = loop {
                if let Told::Entry { text, .. } = &*listener.told.recv().await.expect("it is open") {
                    break text.as_ptr();
                }
            };
            bytes.push(at);
        }
        assert_eq!(bytes.len(), 3);
        assert!(bytes.iter().all(|at| *at == bytes[0]), "{bytes:?}");
    }

    #[test]
    fn a_room_is_forgotten_when_the_last_who_was_there_has_lingered() {
        let (hub, key) = (Hub::default(), RoomKey { buyer_id: 1, seller_id: 2 });
        let leaves = |listener: Listener, by| {
            let side = listener.side;
            drop(listener);
            hub.0.rooms.get_mut(&key).unwrap().presence.later(side, by);
            hub.fade(key, side);
        };
        let (buyer, seller) = (hub.join(key, Side::Buyer), hub.join(key, Side::Seller));
        leaves(buyer, LINGER);
        assert_eq!(hub.listened(), [key], "somebody is there");
        leaves(seller, LINGER / 2);
        assert_eq!(hub.listened(), [key], "somebody may be back");
        leaves(hub.join(key, Side::Seller), LINGER);
        assert_eq!(hub.listened(), []);
        assert!(hub.here().is_empty() && !hub.listens(Topic::Room(key)));
    }

    #[test]
    fn what_there_was_no_room_for_is_remembered_once() {
        let hub = Hub::default();
        hub.set_alone(false);
        let typing = || hub.typing(RoomKey { buyer_id: 1, seller_id: 2 }, Side::Buyer);
        (0..WAITING).for_each(|_| typing());
        assert!(!hub.take_untold());
        typing();
        assert!(hub.take_untold() && !hub.take_untold());
    }
}
