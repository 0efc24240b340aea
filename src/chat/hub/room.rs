//! One room on this node: its channel, who is in it, and what it was told last.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::chat::{
    domain::{position::ReadMarks, side::Side},
    hub::Told,
    presence::Presence,
};

/// How many frames a socket may be behind before it has to resync.
const BACKLOG: usize = 32;

pub struct Room {
    /// Its slots are there from the start: what is told is kept elsewhere, and shared.
    pub channel: broadcast::Sender<Arc<Told>>,
    pub presence: Presence,
    /// The last entry that was told here. None until the first listener knows where the room stands.
    last_told: Option<i64>,
    read: ReadMarks,
}

/// Where an entry belongs.
#[derive(Debug, PartialEq)]
pub enum Place {
    Next,
    /// It was told already.
    Past,
    /// Something before it wasn't told yet.
    Hole,
}

impl Default for Room {
    fn default() -> Self {
        Room {
            channel: broadcast::Sender::new(BACKLOG),
            presence: Presence::default(),
            last_told: None,
            read: ReadMarks::default(),
        }
    }
}

impl Room {
    pub fn tell(&self, told: Told) {
        // Nobody listening is nobody to tell.
        let _ = self.channel.send(Arc::new(told));
    }

    pub fn last_told(&self) -> Option<i64> {
        self.last_told
    }

    pub fn read(&self) -> ReadMarks {
        self.read
    }

    /// The first listener's look at the row. Later ones change nothing: they hold back by themselves what
    /// they know already, and the earlier ones still have to be told it.
    pub fn begin(&mut self, last_seq: i64) {
        self.last_told.get_or_insert(last_seq);
    }

    pub fn place(&mut self, seq: i64) -> Place {
        match self.last_told {
            Some(last) if seq <= last => Place::Past,
            Some(last) if seq > last + 1 => Place::Hole,
            _ => {
                self.last_told = Some(seq);
                Place::Next
            }
        }
    }

    pub fn has_read(&self, by: Side, seq: i64) -> bool {
        seq <= match by {
            Side::Buyer => self.read.buyer,
            Side::Seller => self.read.seller,
        }
    }

    /// Notes a read mark; false if it is no news.
    pub fn mark(&mut self, by: Side, seq: i64) -> bool {
        let mark = match by {
            Side::Buyer => &mut self.read.buyer,
            Side::Seller => &mut self.read.seller,
        };
        let news = seq > *mark;
        *mark = seq.max(*mark);
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_in_order_once() {
        let mut room = Room::default();
        room.begin(4);
        room.begin(6);
        let places = [5, 7, 5, 6, 7, 8].map(|seq| room.place(seq));
        assert_eq!(places, [Place::Next, Place::Hole, Place::Past, Place::Next, Place::Next, Place::Next]);
    }
}
