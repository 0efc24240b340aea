//! Chat's templates.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use crate::{
    chat::{
        access::RoomMember,
        domain::{
            conversation::{Conversation, InboxRow},
            position::ReadMarks,
            room_key::RoomKey,
            side::Side,
        },
        entries::EntryView,
        history::Page,
        search::{Piece, Terms, excerpt},
        store::search_query::Hit,
    },
    products::{ProductFragment, ProductState, ProductSummary},
    web::{Pager, Shell, filters},
};

/// One entry, the same for both sides, on pages and in socket frames.
#[derive(Template)]
#[template(path = "chat/_entry.html")]
struct EntryFragment<'a> {
    view: &'a EntryView<'a>,
}

pub(super) fn entry_html(view: &EntryView<'_>) -> String {
    EntryFragment { view }.render().unwrap_or_else(|error| {
        tracing::error!(%error, "an entry could not be drawn");
        String::new()
    })
}

/// A room with its composer, as `_chat_panel.html` shows it inside a page.
pub(super) struct Chat {
    pub room: RoomKey,
    pub side: Side,
    pub my_name: String,
    pub other_name: String,
    /// The other one's public page, where they have one.
    pub other_url: Option<String>,
    pub entries: Vec<String>,
    pub first_seq: i64,
    pub read: ReadMarks,
    /// How many of one's own on this page the other one hasn't read.
    pub unseen: usize,
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

impl Chat {
    pub fn new(member: &RoomMember, page: &Page) -> Self {
        let first_seq = page.entries.first().map_or(0, |entry| entry.seq);
        let shown_last = page.entries.last().map_or(0, |entry| entry.seq);
        let seen = match member.side {
            Side::Buyer => page.status.read.seller,
            Side::Seller => page.status.read.buyer,
        };
        let unseen =
            page.entries.iter().filter(|entry| entry.from == member.side && entry.seq > seen).count();
        Chat {
            room: member.room,
            side: member.side,
            my_name: member.participants.name(member.side).to_owned(),
            other_name: member.other_name().to_owned(),
            other_url: (member.side == Side::Buyer).then(|| format!("/sellers/{}", member.room.seller_id)),
            entries: page.html(member),
            first_seq,
            read: page.status.read,
            unseen,
            earlier: first_seq > 1,
            later: shown_last < page.status.last_seq,
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
    pub fn shown_last(&self) -> i64 {
        if self.first_seq == 0 { 0 } else { self.first_seq + self.entries.len() as i64 - 1 }
    }

    /// Whether the entry at this place of the page is the first unread one.
    pub fn is_first_unread(&self, place: &usize) -> bool {
        self.unread == Some(self.first_seq + *place as i64)
    }
}

/// The other one's colour, the same wherever they appear.
fn avatar(room: RoomKey, side: Side) -> i64 {
    match side {
        Side::Buyer => room.seller_id % 6,
        Side::Seller => room.buyer_id % 6,
    }
}

impl Conversation {
    pub fn avatar(&self) -> i64 {
        avatar(self.room, self.side)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/room.html")]
pub(super) struct RoomPage {
    pub shell: Shell,
    pub chat: Chat,
    /// A seller's dropdown.
    pub buyers: Vec<Conversation>,
}

impl RoomPage {
    /// The buyer in this room, where so many others wrote later that the dropdown hasn't got them; else
    /// empty.
    fn unlisted(&self) -> &str {
        match self.buyers.iter().any(|buyer| buyer.room == self.chat.room) {
            true => "",
            false => &self.chat.other_name,
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/product_page.html")]
pub(super) struct ProductPage {
    pub shell: Shell,
    pub product: ProductFragment,
    pub panel: Panel,
}

/// What stands beside a product.
pub(super) enum Panel {
    /// The buyer's conversation with its seller.
    Chat(Box<Chat>),
    /// A visitor writes first and signs in then.
    Visitor { draft: String },
    /// The seller's own product: how many people talk about it.
    Own { conversations: i64 },
    /// An admin, who can't join conversations.
    None,
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/inbox.html")]
pub(super) struct MessagesPage {
    pub shell: Shell,
    /// What the search box holds.
    pub q: String,
    pub rows: Vec<InboxRow>,
    pub buyers: Vec<Conversation>,
    pub is_seller: bool,
    pub is_admin: bool,
    pub pager: Pager,
}

/// What was found in a person's conversations.
#[derive(Template, WebTemplate)]
#[template(path = "chat/search.html")]
pub(super) struct SearchPage {
    pub shell: Shell,
    pub q: String,
    pub buyers: Vec<Conversation>,
    /// Those whose names fit.
    pub people: Vec<PersonView>,
    pub hits: Vec<HitView>,
    pub pager: Pager,
    /// More hits aren't counted.
    pub most: i64,
    /// Why nothing was looked for.
    pub refused: Option<&'static str>,
}

impl SearchPage {
    /// How many messages were found, or conversations where there are none.
    fn found(&self) -> String {
        match self.pager.total {
            0 => match self.people.len() {
                0 => "No message found".to_owned(),
                1 => "1 conversation".to_owned(),
                found => format!("{found} conversations"),
            },
            1 => "1 message".to_owned(),
            total if total >= self.most => format!("The latest {total} messages"),
            total => format!("{total} messages"),
        }
    }
}

/// Somebody with whom there is a conversation, seen from `side`.
pub(super) struct PersonView {
    pub room: RoomKey,
    pub side: Side,
    pub name: String,
    /// What was spoken of last, where that is what was looked for.
    pub title: Option<String>,
}

impl PersonView {
    fn avatar(&self) -> i64 {
        avatar(self.room, self.side)
    }
}

/// A message in which it stands, and the words around it.
pub(super) struct HitView {
    pub hit: Hit,
    pub pieces: Vec<Piece>,
}

impl HitView {
    pub fn new(hit: Hit, terms: &Terms) -> Self {
        HitView { pieces: excerpt(&hit.body, terms), hit }
    }

    fn avatar(&self) -> i64 {
        avatar(self.hit.room, self.hit.side)
    }
}

/// A message that a form couldn't get stored, with its text and a way to send it again. Needs no
/// database.
#[derive(Template, WebTemplate)]
#[template(path = "chat/not_sent.html")]
pub(super) struct NotSentPage {
    pub shell: Shell,
    pub why: String,
    pub action: String,
    pub back: String,
    pub body: String,
    pub client_id: Uuid,
    pub product_id: String,
    /// There was a picture too; a browser can't be given a file back.
    pub had_photo: bool,
    /// It is what is wrong.
    pub wrong_photo: bool,
}
