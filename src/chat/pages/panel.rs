//! The chat panel: a room with its composer, in its own page or in a product's.

use uuid::Uuid;

use crate::{
    chat::{
        access::RoomMember,
        domain::{position::ReadMarks, room_key::RoomKey, side::Side},
        pages::timeline::TimelinePage,
    },
    products::ProductSummary,
};

/// A room with its composer, as `_chat_panel.html` shows it inside a page.
pub struct ChatPanel {
    pub room: RoomKey,
    pub side: Side,
    pub my_name: String,
    pub other_name: String,
    /// The other one's public page, where they have one.
    pub other_url: Option<String>,
    pub entries: Vec<String>,
    pub first_seq: i64,
    pub read: ReadMarks,
    /// How many changes of its entries the room has had.
    pub rev: i64,
    /// How many of one's own on this page the other one hasn't read.
    pub unseen_count: usize,
    pub earlier: bool,
    pub later: bool,
    /// The first entry that its reader hasn't seen.
    pub unread: Option<i64>,
    /// The entry that was looked for, where the page is about one.
    pub hit: Option<i64>,
    /// Where the composer's form goes.
    pub action: String,
    /// What the next message is about.
    pub about: Option<ProductSummary>,
    /// A text that came signed-out, or that couldn't be sent.
    pub draft: String,
    pub client_id: Uuid,
}

impl ChatPanel {
    pub fn new(member: &RoomMember, page: &TimelinePage) -> Self {
        let first_seq = page.entries.first().map_or(0, |entry| entry.seq);
        let last_seq_on_page = page.entries.last().map_or(0, |entry| entry.seq);
        let seen = match member.side {
            Side::Buyer => page.position.read.seller,
            Side::Seller => page.position.read.buyer,
        };
        let unseen_count =
            page.entries.iter().filter(|entry| entry.from == member.side && entry.seq > seen).count();
        ChatPanel {
            room: member.room,
            side: member.side,
            my_name: member.participants.name(member.side).to_owned(),
            other_name: member.other_name().to_owned(),
            other_url: (member.side == Side::Buyer).then(|| format!("/sellers/{}", member.room.seller_id)),
            entries: page.html(member),
            first_seq,
            read: page.position.read,
            rev: page.position.rev,
            unseen_count,
            earlier: first_seq > 1,
            later: last_seq_on_page < page.position.last_seq,
            unread: None,
            hit: None,
            action: format!("/rooms/{}/messages", member.room),
            about: None,
            draft: String::new(),
            client_id: Uuid::new_v4(),
        }
    }

    /// Whether it stands in a product's page rather than in its own.
    pub fn embedded(&self) -> bool {
        self.action.starts_with("/products/")
    }

    /// Which of six colours the other one's avatar has.
    pub fn avatar(&self) -> i64 {
        avatar(self.room, self.side)
    }

    /// The last entry on the page: where the next page begins.
    pub fn last_seq_on_page(&self) -> i64 {
        if self.first_seq == 0 { 0 } else { self.first_seq + self.entries.len() as i64 - 1 }
    }

    /// Whether the entry at this place of the page is the first unread one.
    pub fn is_first_unread(&self, place: &usize) -> bool {
        self.unread == Some(self.first_seq + *place as i64)
    }
}

/// The other one's colour, the same wherever they appear.
pub fn avatar(room: RoomKey, side: Side) -> i64 {
    match side {
        Side::Buyer => room.seller_id % 6,
        Side::Seller => room.buyer_id % 6,
    }
}
