//! Chat's templates.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use crate::{
    chat::{
        domain::{
            conversation::{Conversation, InboxRow},
            room_key::RoomKey,
            side::Side,
        },
        pages::{
            panel::{ChatPanel, avatar},
            report_target::{ReportTarget, Subject},
        },
        search::{
            excerpt::{ExcerptPart, excerpt},
            terms::Terms,
        },
        store::search_query::Hit,
    },
    products::ProductFragment,
    safety::{self, BlockedPerson, SubjectKind},
    web::{FieldErrors, Pager, Shell, filters},
};

impl Conversation {
    pub fn avatar(&self) -> i64 {
        avatar(self.room, self.side)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/room.html")]
pub struct RoomPage {
    pub shell: Shell,
    pub chat: ChatPanel,
    /// A seller's dropdown.
    pub buyers: Vec<Conversation>,
}

impl RoomPage {
    /// The buyer in this room, where so many others wrote later that the dropdown hasn't got them; else
    /// empty.
    fn selected_buyer_name(&self) -> &str {
        match self.buyers.iter().any(|buyer| buyer.room == self.chat.room) {
            true => "",
            false => &self.chat.other_name,
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/product_page.html")]
pub struct ProductPage {
    pub shell: Shell,
    pub product: ProductFragment,
    pub panel: ProductSidePanel,
}

/// What stands beside a product.
pub enum ProductSidePanel {
    /// The buyer's conversation with its seller.
    Chat(Box<ChatPanel>),
    /// A visitor writes first and signs in then.
    Visitor { draft: String },
    /// The seller's own product: how many people talk about it.
    Own { conversations: i64 },
    /// An admin, who can't join conversations.
    None,
}

#[derive(Template, WebTemplate)]
#[template(path = "chat/inbox.html")]
pub struct InboxPage {
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
pub struct SearchPage {
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
pub struct PersonView {
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
pub struct HitView {
    pub hit: Hit,
    pub parts: Vec<ExcerptPart>,
}

impl HitView {
    pub fn new(hit: Hit, terms: &Terms) -> Self {
        HitView { parts: excerpt(&hit.body, terms), hit }
    }

    fn avatar(&self) -> i64 {
        avatar(self.hit.room, self.hit.side)
    }
}

/// What somebody is about to report.
#[derive(Template, WebTemplate)]
#[template(path = "chat/report.html")]
pub struct ReportPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub asked: ReportTarget,
    pub subject: Subject,
    pub reason: String,
    pub words: String,
    /// Of the messages around it.
    pub chosen: Vec<i64>,
}

impl ReportPage {
    /// What says what is reported.
    fn hidden(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let ReportTarget { subject, room, seq, product_id, seller_id } = &self.asked;
        let fields = [
            ("subject", subject),
            ("room", room),
            ("seq", seq),
            ("product_id", product_id),
            ("seller_id", seller_id),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str()))
    }
}

/// Everybody whom a person has blocked.
#[derive(Template, WebTemplate)]
#[template(path = "chat/blocks.html")]
pub struct BlocksPage {
    pub shell: Shell,
    pub people: Vec<BlockedPerson>,
}

/// A message that a form couldn't get stored, with its text and a way to send it again. Needs no
/// database.
#[derive(Template, WebTemplate)]
#[template(path = "chat/not_sent.html")]
pub struct NotSentPage {
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
