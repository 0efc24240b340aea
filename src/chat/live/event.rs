//! What is told: to a room's sockets, to a person's inboxes, and to the other nodes.

use std::sync::LazyLock;

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    accounts::AccessChange,
    chat::domain::{blocks::Blocks, room_key::RoomKey, side::Side},
    products::ProductChanged,
};

/// A frame's text: made when the first socket asks for it, and then shared by all.
pub type LazyFrame = LazyLock<Utf8Bytes, Box<dyn FnOnce() -> Utf8Bytes + Send>>;

/// An entry as each side gets it.
#[derive(Debug)]
pub struct EntryFrames {
    pub seq: i64,
    pub from: Side,
    /// For its author's sockets.
    pub frame: LazyFrame,
    pub other: OtherFrame,
}

/// What the side gets that didn't write an entry.
#[derive(Debug)]
pub enum OtherFrame {
    Same,
    /// Its number alone.
    Withheld,
    /// With warnings in its HTML, if there are any.
    Screened(LazyFrame),
}

/// To the sockets of a room on this node.
#[derive(Debug)]
pub enum RoomEvent {
    /// A stored entry. Sockets drop the ones they have had already, and notice gaps.
    Entry(EntryFrames),
    /// An entry that was delivered before has changed.
    Changed {
        seq: i64,
        withheld_from: Option<Side>,
        frame: Utf8Bytes,
    },
    /// The room stands further back than was delivered (a fail-over lost a tail), or there is a gap in its
    /// rows: sockets go on from here, and their pages ask again.
    Rewound {
        last_seq: i64,
    },
    /// Read marks, presence: nothing that could be missed for good. `to`: one side only, where there is a block.
    State {
        to: Option<Side>,
        frame: Utf8Bytes,
    },
    Typing {
        by: Side,
        frame: Utf8Bytes,
    },
}

/// To the inbox sockets of one account on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxEvent {
    RoomChanged(RoomKey),
    /// The account's own message: what waits for it is what waited before.
    OwnMessage(RoomKey),
    /// Something changed, and it can't be said in which room.
    Resync,
}

/// What can be listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Room(RoomKey),
    /// An account's.
    Inbox(i64),
}

/// A hint to the other nodes: ids only, the rows are the truth. Short names, because a payload has at
/// most 8,000 bytes; they are contract, because nodes of two versions run in one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClusterEvent {
    /// The room has an entry with this `seq`, from side `f` (nodes of older versions don't say); the inboxes
    /// of these two accounts, the buyer's and the seller's, changed.
    #[serde(rename = "e")]
    Entry {
        r: RoomKey,
        s: i64,
        a: [i64; 2],
        #[serde(default, skip_serializing_if = "Option::is_none")]
        f: Option<Side>,
    },
    /// A side read up to `s`; this account's inbox changed.
    #[serde(rename = "r")]
    Read { r: RoomKey, by: Side, s: i64, a: i64 },
    /// An entry changed; the room stands at the change `v`. Older versions leave it out.
    #[serde(rename = "c")]
    Changed { r: RoomKey, v: i64 },
    /// Blocks between the room's two people, as its row has them with the number `v`: whether the buyer is blocked,
    /// and the seller. Older versions leave it out.
    #[serde(rename = "b")]
    Blocks { r: RoomKey, v: i64, b: bool, s: bool },
    #[serde(rename = "t")]
    Typing { r: RoomKey, by: Side },
    #[serde(rename = "p")]
    Presence { r: RoomKey, who: Side, on: bool },
    #[serde(rename = "x")]
    Access(AccessChange),
    /// A product stands elsewhere. Older versions leave it out.
    #[serde(rename = "g")]
    Product(ProductChanged),
    /// A node has started: it wants to be known, and to know who is where.
    #[serde(rename = "h")]
    Hello,
    /// What this node published lately may not have arrived: whoever hears this is stale.
    #[serde(rename = "d")]
    Stale,
}

impl ClusterEvent {
    /// The room that it is about.
    pub fn room(&self) -> Option<RoomKey> {
        match self {
            ClusterEvent::Entry { r, .. }
            | ClusterEvent::Read { r, .. }
            | ClusterEvent::Changed { r, .. }
            | ClusterEvent::Blocks { r, .. }
            | ClusterEvent::Typing { r, .. }
            | ClusterEvent::Presence { r, .. } => Some(*r),
            ClusterEvent::Access(_)
            | ClusterEvent::Product(_)
            | ClusterEvent::Hello
            | ClusterEvent::Stale => None,
        }
    }

    pub fn blocks(r: RoomKey, blocks: Blocks) -> Self {
        ClusterEvent::Blocks { r, v: blocks.rev, b: blocks.buyer, s: blocks.seller }
    }

    /// Whose inboxes changed with it.
    pub fn accounts(&self) -> &[i64] {
        match self {
            ClusterEvent::Entry { a, .. } => a,
            ClusterEvent::Read { a, .. } => std::slice::from_ref(a),
            _ => &[],
        }
    }
}
