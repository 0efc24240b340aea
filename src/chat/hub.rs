//! Who listens where on this node: a tokio broadcast channel per room, another per person for their inbox.
//!
//! A frame is written once and its bytes shared by every socket. A reader that falls behind finds
//! its channel lagged and is told to `resync`; it never slows the others. Rooms nobody listens to take no memory.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use dashmap::{DashMap, Entry};
use tokio::sync::broadcast;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::{
    RoomKey, Side,
    presence::{LINGER, Presence},
    wire::ServerFrame,
};

/// How many frames a socket may be behind before it has to resync.
const ROOM_BACKLOG: usize = 256;
const INBOX_BACKLOG: usize = 64;

/// What a room is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A stored entry; sockets hold back what they've had already and notice holes.
    Entry {
        seq: i64,
        frame: Utf8Bytes,
    },
    /// Read marks, presence: nothing that could be missed for good.
    Other(Utf8Bytes),
    Typing {
        by: Side,
        frame: Utf8Bytes,
    },
}

#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Default)]
struct Inner {
    rooms: DashMap<RoomKey, Room>,
    people: DashMap<i64, broadcast::Sender<RoomKey>>,
    closing: CancellationToken,
}

struct Room {
    channel: broadcast::Sender<Told>,
    presence: Presence,
}

impl Room {
    fn tell(&self, told: Told) {
        // Nobody listening is nobody to tell.
        let _ = self.channel.send(told);
    }
}

impl Hub {
    /// Tells everybody who is in the room.
    pub fn tell(&self, room: RoomKey, told: Told) {
        if let Some(room) = self.0.rooms.get(&room) {
            room.tell(told);
        }
    }

    /// Tells these people's inboxes that something changed in a room.
    pub fn tell_people(&self, room: RoomKey, accounts: &[i64]) {
        for account in accounts {
            if let Some(inbox) = self.0.people.get(account) {
                let _ = inbox.send(room);
            }
        }
    }

    /// Takes a place in the room; it is given back when the [`Listener`] is dropped.
    pub fn join(&self, key: RoomKey, side: Side) -> Listener {
        let mut room = self.0.rooms.entry(key).or_insert_with(|| Room {
            channel: broadcast::Sender::new(ROOM_BACKLOG),
            presence: Presence::default(),
        });
        if room.presence.enter(side) {
            room.tell(presence(side, true));
        }
        Listener { hub: self.clone(), room: key, side, told: room.channel.subscribe() }
    }

    pub fn online(&self, room: RoomKey, side: Side) -> bool {
        self.0.rooms.get(&room).is_some_and(|room| room.presence.online(side))
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
        if let Entry::Occupied(mut room) = self.0.rooms.entry(key) {
            if room.get_mut().presence.fade(side) {
                room.get().tell(presence(side, false));
            }
            if room.get().presence.nobody() {
                room.remove();
            }
        }
    }

    /// Listens for news in any of this person's rooms.
    pub fn watch_inbox(&self, account: i64) -> InboxListener {
        let inbox = self.0.people.entry(account).or_insert_with(|| broadcast::Sender::new(INBOX_BACKLOG));
        InboxListener { hub: self.clone(), account, rooms: inbox.subscribe() }
    }

    /// Tells every socket to close and come back.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    pub fn closing(&self) -> WaitForCancellationFuture<'_> {
        self.0.closing.cancelled()
    }

    /// How many rooms have somebody in them (or had, a moment ago).
    pub fn rooms(&self) -> usize {
        self.0.rooms.len()
    }
}

fn presence(who: Side, online: bool) -> Told {
    Told::Other(ServerFrame::Presence { who, online }.text())
}

/// A place in a room.
pub struct Listener {
    hub: Hub,
    room: RoomKey,
    side: Side,
    pub told: broadcast::Receiver<Told>,
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
    pub rooms: broadcast::Receiver<RoomKey>,
}

impl Drop for InboxListener {
    fn drop(&mut self) {
        // Our own receiver still counts: one left means nobody else.
        self.hub.0.people.remove_if(&self.account, |_, inbox| inbox.receiver_count() <= 1);
    }
}
