//! One room on this node: its channel, who is in it, and what was delivered last.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{event::RoomEvent, frames::ServerFrame, presence::Presence};
use crate::chat::domain::{blocks::Blocks, position::ReadMarks, side::Side};

/// How many events a socket may be behind before it has to resync.
const ROOM_BACKLOG: usize = 32;

pub struct RoomChannel {
    /// Its slots are there from the start; what they hold is kept elsewhere, and shared.
    pub channel: broadcast::Sender<Arc<RoomEvent>>,
    pub presence: Presence,
    /// The last entry that was delivered here. None until the first subscriber knows where the room stands.
    last_delivered: Option<i64>,
    read: ReadMarks,
    /// The last change that was delivered here.
    rev: i64,
    blocks: Blocks,
}

/// Where an entry belongs in the sequence.
#[derive(Debug, PartialEq)]
pub enum SeqCheck {
    Next,
    /// It was delivered already.
    Duplicate,
    /// Something before it wasn't delivered yet.
    Gap,
}

impl Default for RoomChannel {
    fn default() -> Self {
        RoomChannel {
            channel: broadcast::Sender::new(ROOM_BACKLOG),
            presence: Presence::default(),
            last_delivered: None,
            read: ReadMarks::default(),
            rev: 0,
            blocks: Blocks::default(),
        }
    }
}

impl RoomChannel {
    pub fn broadcast(&self, event: RoomEvent) {
        // Nobody listening is nobody to tell.
        let _ = self.channel.send(Arc::new(event));
    }

    /// Says something of one side: to both, or with a block between them to that side's own pages only.
    fn broadcast_state(&self, about: Side, frame: &ServerFrame<'_>) {
        let to = self.blocks.any().then_some(about);
        self.broadcast(RoomEvent::State { to, frame: frame.text() });
    }

    pub fn broadcast_presence(&self, who: Side) {
        self.broadcast_state(who, &ServerFrame::Presence { who, online: self.presence.is_online(who) });
    }

    pub fn broadcast_read(&self, by: Side, seq: i64) {
        self.broadcast_state(by, &ServerFrame::Read { by, seq });
    }

    pub fn blocks(&self) -> Blocks {
        self.blocks
    }

    /// Takes over newer blocks. The first one makes each side offline for the other; with the last one gone each hears
    /// where the other is and has read.
    pub fn set_blocks(&mut self, blocks: Blocks) {
        if blocks.rev <= self.blocks.rev {
            return;
        }
        let had_any = std::mem::replace(&mut self.blocks, blocks).any();
        if had_any == blocks.any() {
            return;
        }
        for side in [Side::Buyer, Side::Seller] {
            if blocks.any() {
                let frame = ServerFrame::Presence { who: side, online: false }.text();
                self.broadcast(RoomEvent::State { to: Some(side.other()), frame });
            } else {
                self.broadcast_presence(side);
                self.broadcast_read(side, self.read.of(side));
            }
        }
    }

    pub fn last_delivered(&self) -> Option<i64> {
        self.last_delivered
    }

    pub fn read(&self) -> ReadMarks {
        self.read
    }

    /// The first subscriber's look at the row. Later ones change nothing: they drop by themselves what they
    /// know already, and the earlier ones still have to get it.
    pub fn start_at(&mut self, last_seq: i64, rev: i64) {
        if self.last_delivered.is_none() {
            (self.last_delivered, self.rev) = (Some(last_seq), rev);
        }
    }

    pub fn rev(&self) -> i64 {
        self.rev
    }

    /// Moves the number of changes up; false if that one was delivered.
    pub fn advance_rev(&mut self, rev: i64) -> bool {
        let is_news = rev > self.rev;
        self.rev = rev.max(self.rev);
        is_news
    }

    /// Goes on from there, whatever was delivered.
    pub fn rewind(&mut self, last_seq: i64, read: ReadMarks, rev: i64) {
        self.last_delivered = Some(last_seq);
        self.rev = rev;
        self.read = read;
        self.broadcast(RoomEvent::Rewound { last_seq });
    }

    pub fn check(&mut self, seq: i64) -> SeqCheck {
        match self.last_delivered {
            Some(last) if seq <= last => SeqCheck::Duplicate,
            Some(last) if seq > last + 1 => SeqCheck::Gap,
            _ => {
                self.last_delivered = Some(seq);
                SeqCheck::Next
            }
        }
    }

    pub fn has_read(&self, by: Side, seq: i64) -> bool {
        seq <= self.read.of(by)
    }

    /// Moves a read mark up; false if that is no news.
    pub fn mark_read(&mut self, by: Side, seq: i64) -> bool {
        let mark = match by {
            Side::Buyer => &mut self.read.buyer,
            Side::Seller => &mut self.read.seller,
        };
        let is_news = seq > *mark;
        *mark = seq.max(*mark);
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_delivered_in_order_once() {
        let mut room = RoomChannel::default();
        room.start_at(4, 0);
        room.start_at(6, 0);
        let checks = [5, 7, 5, 6, 7, 8].map(|seq| room.check(seq));
        let expected = [
            SeqCheck::Next,
            SeqCheck::Gap,
            SeqCheck::Duplicate,
            SeqCheck::Next,
            SeqCheck::Next,
            SeqCheck::Next,
        ];
        assert_eq!(checks, expected);
    }
}
