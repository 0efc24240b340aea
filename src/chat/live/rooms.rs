//! Room registry of this node, and fan-out to a room's sockets: a tokio broadcast channel per room.
//!
//! A frame is written once, an entry's by the first socket that sends it, and its bytes are shared. A
//! subscriber that falls behind finds its channel lagged and is told to `resync`; it never slows the others.
//! Invariant: a room delivers its entries in `seq` order and without gaps. One that comes too early goes
//! into the backfill queue, whose reader fetches the rows before it. Rooms that nobody listens to take no
//! memory.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use dashmap::{DashMap, Entry};
use tokio::sync::broadcast;
use uuid::Uuid;

use super::{
    event::{ClusterEvent, EntryFrames, RoomEvent, Topic},
    frames::ServerFrame,
    outlet::ClusterOutlet,
    presence::PRESENCE_GRACE,
    queue::BoundedQueue,
    room::{RoomChannel, SeqCheck},
    subscriptions::Subscriptions,
};
use crate::chat::domain::{blocks::Blocks, position::RoomPosition, room_key::RoomKey, side::Side};

#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

struct Inner {
    rooms: DashMap<RoomKey, RoomChannel>,
    outlet: ClusterOutlet,
    subscriptions: Subscriptions,
    /// Rooms with a gap.
    backfills: BoundedQueue<RoomKey>,
}

/// What happens on this node.
impl Rooms {
    pub fn new(outlet: &ClusterOutlet, subscriptions: &Subscriptions) -> Self {
        Rooms(Arc::new(Inner {
            rooms: DashMap::new(),
            outlet: outlet.clone(),
            subscriptions: subscriptions.clone(),
            backfills: BoundedQueue::default(),
        }))
    }

    /// Takes a place in the room; it is given back when the [`RoomSubscription`] is dropped.
    pub fn join(&self, key: RoomKey, side: Side) -> RoomSubscription {
        let mut room = self.0.rooms.entry(key).or_default();
        let was_online = room.presence.is_online(side);
        if room.presence.enter(side) {
            self.0.outlet.publish(ClusterEvent::Presence { r: key, who: side, on: true });
            if !was_online {
                room.broadcast_presence(side);
            }
        }
        RoomSubscription { rooms: self.clone(), room: key, side, events: room.channel.subscribe() }
    }

    fn leave(&self, key: RoomKey, side: Side) {
        let was_last = self.0.rooms.get_mut(&key).is_some_and(|mut room| room.presence.leave(side));
        // Without a runtime the program is ending anyway.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if was_last {
            let rooms = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep(PRESENCE_GRACE).await;
                rooms.expire(key, side);
            });
        }
    }

    fn expire(&self, key: RoomKey, side: Side) {
        let Entry::Occupied(mut room) = self.0.rooms.entry(key) else { return };
        if room.get_mut().presence.expire(side) {
            self.0.outlet.publish(ClusterEvent::Presence { r: key, who: side, on: false });
            if !room.get().presence.is_online(side) {
                room.get().broadcast_presence(side);
            }
        }
        if room.get().presence.is_empty() {
            room.remove();
            self.0.subscriptions.release(Topic::Room(key));
        }
    }

    /// How many there are that somebody here listens to.
    pub fn count(&self) -> usize {
        self.0.rooms.len()
    }

    pub fn typing(&self, key: RoomKey, by: Side) {
        if self.apply_typing(key, by) {
            self.0.outlet.publish(ClusterEvent::Typing { r: key, by });
        }
    }

    /// Whether that side's mark is known to stand there already, or further on.
    pub fn has_read(&self, key: RoomKey, side: Side, seq: i64) -> bool {
        self.0.rooms.get(&key).is_some_and(|room| room.has_read(side, seq))
    }

    /// For the other side: nobody is online for somebody with a block between them.
    pub fn is_online(&self, key: RoomKey, side: Side) -> bool {
        let is_online = |room: &RoomChannel| room.presence.is_online(side) && !room.blocks().any();
        self.0.rooms.get(&key).is_some_and(|room| is_online(&room))
    }

    /// Delivers an entry that has changed; one change is delivered once.
    pub fn deliver_change(
        &self,
        key: RoomKey,
        (seq, withheld_from): (i64, Option<Side>),
        rev: i64,
        html: String,
    ) {
        if let Some(mut room) = self.0.rooms.get_mut(&key)
            && room.advance_rev(rev)
        {
            let frame = ServerFrame::Changed { seq, rev, html }.text();
            room.broadcast(RoomEvent::Changed { seq, withheld_from, frame });
        }
    }

    /// Delivers an entry in its place. One that comes too early is read again, with what comes before it.
    pub fn deliver_in_order(&self, key: RoomKey, entry: EntryFrames) {
        let Some(mut room) = self.0.rooms.get_mut(&key) else { return };
        match room.check(entry.seq) {
            SeqCheck::Next => room.broadcast(RoomEvent::Entry(entry)),
            SeqCheck::Duplicate => {}
            SeqCheck::Gap => self.request_backfill(key),
        }
    }
}

/// What is heard of elsewhere, and told only here.
impl Rooms {
    /// The room has an entry with this number; it is read if somebody here listens.
    pub fn apply_entry(&self, key: RoomKey, seq: i64) {
        if self.last_delivered(key).is_some_and(|last| last < seq) {
            self.request_backfill(key);
        }
    }

    fn request_backfill(&self, key: RoomKey) {
        // A full queue costs nothing: the next reconciliation finds the room again.
        let _ = self.0.backfills.push(key);
    }

    pub fn apply_read(&self, key: RoomKey, by: Side, seq: i64) {
        if let Some(mut room) = self.0.rooms.get_mut(&key)
            && room.mark_read(by, seq)
        {
            room.broadcast_read(by, seq);
        }
    }

    /// False where there is a block: then it is said nowhere.
    pub fn apply_typing(&self, key: RoomKey, by: Side) -> bool {
        let Some(room) = self.0.rooms.get(&key) else { return true };
        if room.blocks().any() {
            return false;
        }
        room.broadcast(RoomEvent::Typing { by, frame: ServerFrame::Typing { by }.text() });
        true
    }

    /// Blocks between the room's two people, as its row has them.
    pub fn apply_blocks(&self, key: RoomKey, blocks: Blocks) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            room.set_blocks(blocks);
        }
    }

    pub fn apply_presence(&self, key: RoomKey, who: Side, node: Uuid, online: bool) {
        if let Some(mut room) = self.0.rooms.get_mut(&key)
            && room.presence.set_remote(who, node, online)
        {
            room.broadcast_presence(who);
        }
    }

    /// Where a room stands in the database, for whoever listens to it here.
    pub fn apply_position(&self, key: RoomKey, position: RoomPosition) {
        self.apply_blocks(key, position.blocks);
        self.apply_entry(key, position.last_seq);
        self.apply_change(key, position.rev);
        self.apply_read(key, Side::Buyer, position.read.buyer);
        self.apply_read(key, Side::Seller, position.read.seller);
    }

    /// The room has had this change; it is read if somebody here listens.
    pub fn apply_change(&self, key: RoomKey, rev: i64) {
        if self.rev(key).is_some_and(|last| last < rev) {
            self.request_backfill(key);
        }
    }

    /// The row stands below what was delivered here, and did so before it was read: the database lost a tail
    /// with a fail-over. The room starts over from the row.
    pub fn rewind(&self, key: RoomKey, position: RoomPosition) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            room.rewind(position.last_seq, position.read, position.rev);
        }
    }

    /// The rows have a gap below `seq`: the room goes on with this entry as the next.
    pub fn skip_to(&self, key: RoomKey, seq: i64) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            let (read, rev) = (room.read(), room.rev());
            room.rewind(seq - 1, read, rev);
        }
    }

    /// Tells all rooms with this seller something that could be missed.
    pub fn tell_rooms_of_seller(&self, seller_id: i64, frame: &Utf8Bytes) {
        for room in self.0.rooms.iter().filter(|room| room.key().seller_id == seller_id) {
            room.broadcast(RoomEvent::State { to: None, frame: frame.clone() });
        }
    }

    /// Forgets who was in a room on nodes that are no more.
    pub fn drop_nodes(&self, key: RoomKey, is_gone: impl Fn(Uuid) -> bool) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            for side in room.presence.drop_nodes(is_gone) {
                room.broadcast_presence(side);
            }
        }
    }

    /// Sets who is in a room on the other nodes.
    pub fn reconcile_presence(&self, key: RoomKey, remote: &[(Uuid, Side)]) {
        if let Some(mut room) = self.0.rooms.get_mut(&key) {
            for side in room.presence.replace_remote(remote) {
                room.broadcast_presence(side);
            }
        }
    }
}

/// What others ask of it.
impl Rooms {
    /// What was delivered last; nothing if nobody here listens to the room.
    pub fn last_delivered(&self, key: RoomKey) -> Option<i64> {
        self.0.rooms.get(&key)?.last_delivered()
    }

    /// Where the room stands as far as this node knows.
    pub fn known_position(&self, key: RoomKey) -> Option<(RoomKey, RoomPosition)> {
        let room = self.0.rooms.get(&key)?;
        let last_seq = room.last_delivered()?;
        let (read, rev, blocks) = (room.read(), room.rev(), room.blocks());
        Some((key, RoomPosition { last_seq, read, rev, blocks, ..RoomPosition::default() }))
    }

    /// The last change that was delivered; nothing if nobody here listens to the room.
    pub fn rev(&self, key: RoomKey) -> Option<i64> {
        let room = self.0.rooms.get(&key)?;
        room.last_delivered().map(|_| room.rev())
    }

    /// The rooms that somebody here listens to.
    pub fn keys(&self) -> Vec<RoomKey> {
        self.0.rooms.iter().map(|room| *room.key()).collect()
    }

    pub fn contains(&self, key: RoomKey) -> bool {
        self.0.rooms.contains_key(&key)
    }

    /// Who is on this node, by room.
    pub fn local_presences(&self) -> Vec<(RoomKey, Side)> {
        let sides = |room: dashmap::mapref::multiple::RefMulti<'_, RoomKey, RoomChannel>| {
            room.presence.local().map(|side| (*room.key(), side)).collect::<Vec<_>>()
        };
        self.0.rooms.iter().flat_map(sides).collect()
    }

    /// Rooms with a gap, for whoever reads the rows.
    pub fn backfills(&self) -> BoundedQueue<RoomKey> {
        self.0.backfills.clone()
    }
}

/// One socket's place in a room.
pub struct RoomSubscription {
    rooms: Rooms,
    room: RoomKey,
    side: Side,
    pub events: broadcast::Receiver<Arc<RoomEvent>>,
}

impl RoomSubscription {
    /// Where the room stood when its row was read, after joining: from here on events are counted.
    pub fn start_at(&self, position: RoomPosition) {
        let RoomPosition { last_seq, read, rev, blocks, .. } = position;
        self.rooms.apply_blocks(self.room, blocks);
        if let Some(mut room) = self.rooms.0.rooms.get_mut(&self.room) {
            room.start_at(last_seq, rev);
        }
        // Whoever listens already may not have heard of them.
        self.rooms.apply_read(self.room, Side::Buyer, read.buyer);
        self.rooms.apply_read(self.room, Side::Seller, read.seller);
        self.rooms.apply_change(self.room, rev);
    }
}

impl Drop for RoomSubscription {
    fn drop(&mut self) {
        self.rooms.leave(self.room, self.side);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::extract::ws::Utf8Bytes;

    use super::*;
    use crate::chat::{
        domain::position::ReadMarks,
        live::event::{LazyFrame, OtherFrame},
    };

    const ROOM: RoomKey = RoomKey { buyer_id: 1, seller_id: 2 };

    fn rooms() -> Rooms {
        Rooms::new(&ClusterOutlet::default(), &Subscriptions::default())
    }

    #[tokio::test]
    async fn an_earlier_subscriber_gets_the_read_mark_that_a_later_one_saw() {
        let rooms = rooms();
        let mut first = rooms.join(ROOM, Side::Buyer);
        first.start_at(RoomPosition { last_seq: 4, ..RoomPosition::default() });
        let second = rooms.join(ROOM, Side::Seller);
        let read = ReadMarks { buyer: 0, seller: 3 };
        second.start_at(RoomPosition { last_seq: 4, read, ..RoomPosition::default() });
        let mark = async {
            while let event = first.events.recv().await.expect("it is open")
                && !matches!(&*event, RoomEvent::State { frame, .. } if frame.contains(r#""type":"read""#))
            {
            }
        };
        tokio::time::timeout(Duration::from_secs(5), mark).await.expect("the mark");
    }

    #[tokio::test]
    async fn an_entry_is_rendered_once_and_its_bytes_are_shared() {
        let rooms = rooms();
        let mut subscriptions = [Side::Buyer, Side::Buyer, Side::Seller].map(|side| rooms.join(ROOM, side));
        subscriptions[0].start_at(RoomPosition::default());
        // A second time would be a second call.
        let frame = LazyFrame::new(Box::new(|| Utf8Bytes::from("x".repeat(100))));
        let other = OtherFrame::Same;
        rooms.deliver_in_order(ROOM, EntryFrames { seq: 1, from: Side::Buyer, frame, other });
        let mut bytes = Vec::new();
        for subscription in &mut subscriptions {
            let at = loop {
                if let RoomEvent::Entry(EntryFrames { frame, .. }) =
                    &*subscription.events.recv().await.expect("it is open")
                {
                    break frame.as_ptr();
                }
            };
            bytes.push(at);
        }
        assert_eq!(bytes.len(), 3);
        assert!(bytes.iter().all(|at| *at == bytes[0]), "{bytes:?}");
    }

    #[test]
    fn a_room_is_removed_when_its_last_presence_has_expired() {
        let rooms = rooms();
        let leaves = |subscription: RoomSubscription, ago| {
            let side = subscription.side;
            drop(subscription);
            rooms.0.rooms.get_mut(&ROOM).unwrap().presence.age(side, ago);
            rooms.expire(ROOM, side);
        };
        let (buyer, seller) = (rooms.join(ROOM, Side::Buyer), rooms.join(ROOM, Side::Seller));
        leaves(buyer, PRESENCE_GRACE);
        assert_eq!(rooms.keys(), [ROOM], "somebody is there");
        leaves(seller, PRESENCE_GRACE / 2);
        assert_eq!(rooms.keys(), [ROOM], "somebody may be back");
        leaves(rooms.join(ROOM, Side::Seller), PRESENCE_GRACE);
        assert!(rooms.keys().is_empty() && rooms.local_presences().is_empty());
    }
}
