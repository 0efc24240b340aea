//! The chat panel: a room with its composer, in its own page or in a product's.

use uuid::Uuid;

use crate::{
    chat::{
        access::RoomMember,
        domain::{position::ReadMarks, room_key::RoomKey, side::Side},
        live::screen::Screen,
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
    /// The key of their profile photo.
    pub other_photo: Option<String>,
    /// The other one's public page, where they have one.
    pub other_url: Option<String>,
    pub entries: Vec<String>,
    pub first_seq: i64,
    /// Up to here the page has everything: where the next page begins.
    pub last_seq: i64,
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
    /// The reader's block of the other one: then there is nothing to write.
    pub block: Option<i64>,
    /// The other one was removed for fraud.
    pub is_fraud: bool,
    /// A text that came signed-out, or that couldn't be sent.
    pub draft: String,
    pub client_id: Uuid,
}

impl ChatPanel {
    pub fn new(member: &RoomMember, page: &TimelinePage, screen: &Screen) -> Self {
        let first_seq = page.entries.first().map_or(0, |entry| entry.seq);
        let last_seq_on_page = page.entries.last().map_or(0, |entry| entry.seq);
        let read = page.position.read_for(member.side);
        let seen = read.of(member.side.other());
        let later = last_seq_on_page < page.position.last_shown.of(member.side);
        let unseen_count =
            page.entries.iter().filter(|entry| entry.from == member.side && entry.seq > seen).count();
        ChatPanel {
            room: member.room,
            side: member.side,
            my_name: member.participants.name(member.side).to_owned(),
            other_name: member.other_name().to_owned(),
            other_photo: member.participants.photo(member.side.other()).map(str::to_owned),
            other_url: (member.side == Side::Buyer).then(|| format!("/sellers/{}", member.room.seller_id)),
            entries: page.html(member, screen),
            first_seq,
            read,
            rev: page.position.rev,
            unseen_count,
            earlier: first_seq > 1,
            later,
            // What is withheld behind it is no later message.
            last_seq: if later { last_seq_on_page } else { last_seq_on_page.max(page.position.last_seq) },
            unread: None,
            hit: None,
            action: format!("/rooms/{}/messages", member.room),
            about: None,
            block: page.block,
            is_fraud: page.is_fraud,
            draft: String::new(),
            client_id: Uuid::new_v4(),
        }
    }

    /// Where its forms come back to.
    pub fn path(&self) -> String {
        match self.action.strip_suffix("/messages") {
            Some(product) if self.embedded() => product.to_owned(),
            _ => format!("/rooms/{}", self.room),
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
