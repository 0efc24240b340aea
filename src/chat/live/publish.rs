//! Fan-out of what was committed: to the room's sockets, to both inboxes, to the other nodes, to search.

use std::sync::Arc;

use super::{
    event::{ClusterEvent, EntryFrames},
    inboxes::Inboxes,
    outlet::ClusterOutlet,
    queue::BoundedQueue,
    render::{EntryView, entry_frames, entry_html},
    rooms::Rooms,
    screen::Screen,
};
use crate::{
    chat::domain::{
        blocks::Blocks, entry::Entry, outcome::SendOutcome, participants::Participants, room_key::RoomKey,
        side::Side,
    },
    products::ProductSummary,
};

#[derive(Clone)]
pub struct Publisher {
    pub rooms: Rooms,
    screen: Screen,
    inboxes: Inboxes,
    outlet: ClusterOutlet,
    /// Rooms with something new to search.
    index_hints: BoundedQueue<RoomKey>,
    /// Whose read mark moved, and where.
    read_hints: BoundedQueue<(i64, RoomKey)>,
}

impl Publisher {
    pub fn new(rooms: &Rooms, inboxes: &Inboxes, outlet: &ClusterOutlet, screen: &Screen) -> Self {
        Publisher {
            rooms: rooms.clone(),
            screen: screen.clone(),
            inboxes: inboxes.clone(),
            outlet: outlet.clone(),
            index_hints: BoundedQueue::default(),
            read_hints: BoundedQueue::default(),
        }
    }

    pub fn read_hints(&self) -> BoundedQueue<(i64, RoomKey)> {
        self.read_hints.clone()
    }

    pub fn index_hints(&self) -> BoundedQueue<RoomKey> {
        self.index_hints.clone()
    }

    /// Tells everybody in the room, and both inboxes, of an entry that has been stored.
    pub fn publish(
        &self,
        room: RoomKey,
        participants: &Arc<Participants>,
        outcome: &SendOutcome,
        products: &Arc<[ProductSummary]>,
    ) {
        let (SendOutcome::Stored(entry) | SendOutcome::Duplicate(entry)) = outcome;
        let frames = entry_frames(entry.clone(), participants.clone(), products.clone(), &self.screen);
        let accounts = [participants.buyer_account, participants.seller_account];
        match outcome {
            SendOutcome::Stored(_) => self.publish_entry(room, entry, frames, accounts),
            SendOutcome::Duplicate(_) => self.publish_duplicate(room, entry, frames, accounts),
        }
    }

    fn publish_entry(&self, room: RoomKey, entry: &Entry, frames: EntryFrames, accounts: [i64; 2]) {
        self.rooms.deliver_in_order(room, frames);
        self.notify(room, entry, accounts);
        // A full queue costs nothing: the index's sweep finds the room.
        let _ = self.index_hints.push(room);
    }

    /// The entry was stored before. If the answer to it was lost then, nobody has been told; a room that was
    /// isn't told again, nor are the inboxes.
    fn publish_duplicate(&self, room: RoomKey, entry: &Entry, frames: EntryFrames, accounts: [i64; 2]) {
        match self.rooms.last_delivered(room) {
            Some(last) if last >= entry.seq => {}
            Some(_) => self.publish_entry(room, entry, frames, accounts),
            // Nobody listens there, or who comes is about to read the row.
            None => self.notify(room, entry, accounts),
        }
    }

    /// Tells both inboxes, and the other nodes. Of an entry that is withheld its author's inbox alone: that account then
    /// stands for both.
    fn notify(&self, room: RoomKey, entry: &Entry, accounts: [i64; 2]) {
        let [buyer, seller] = accounts;
        let accounts = match entry.withheld_from() {
            None => accounts,
            Some(Side::Seller) => [buyer; 2],
            Some(Side::Buyer) => [seller; 2],
        };
        self.inboxes.notify_entry(room, accounts, Some(entry.from));
        self.outlet.publish(ClusterEvent::Entry { r: room, s: entry.seq, a: accounts, f: Some(entry.from) });
    }

    /// An entry has changed, as the room's `rev`th change. Inbox rows show no more of it than they did.
    pub fn publish_change(&self, room: RoomKey, entry: &Entry, participants: &Participants, rev: i64) {
        let html = entry_html(&EntryView::new(entry, participants, &[]));
        // A change before this one that wasn't delivered here is read first.
        match self.rooms.rev(room) {
            Some(last) if last + 1 < rev => self.rooms.apply_change(room, rev),
            _ => self.rooms.deliver_change(room, (entry.seq, entry.withheld_from()), rev, html),
        }
        self.outlet.publish(ClusterEvent::Changed { r: room, v: rev });
    }

    /// The room's row has these blocks now.
    pub fn publish_blocks(&self, room: RoomKey, blocks: Blocks) {
        self.rooms.apply_blocks(room, blocks);
        self.outlet.publish(ClusterEvent::blocks(room, blocks));
    }

    /// A side has read up to `seq`.
    pub fn publish_read(&self, room: RoomKey, by: Side, seq: i64, account: i64) {
        self.rooms.apply_read(room, by, seq);
        self.inboxes.notify(room, &[account]);
        // A full queue costs nothing: a notice of something read is found out before it is told.
        let _ = self.read_hints.push((account, room));
        self.outlet.publish(ClusterEvent::Read { r: room, by, s: seq, a: account });
    }
}
