//! Rendering an entry: its HTML, the same for both sides, and its frame. Pages and sockets use the same
//! functions, so that they can't differ.

use std::sync::Arc;

use askama::Template;

use crate::{
    chat::{
        domain::{content::Content, entry::Entry, participants::Participants, room_key::RoomKey, side::Side},
        live::{
            event::{EntryFrames, LazyFrame, OtherFrame},
            frames::{EntryFrame, ServerFrame, ShownEntry},
            links::{BodyPart, parts},
            screen::Screen,
        },
    },
    products::{ProductState, ProductSummary},
    safety::Warning,
    web::filters,
};

/// An entry as `templates/chat/_entry.html` shows it, the same for both sides.
pub struct EntryView<'a> {
    pub entry: &'a Entry,
    pub room: RoomKey,
    pub author: &'a str,
    pub parts: Vec<BodyPart<'a>>,
    /// The product's state today, where a divider card stands.
    pub product: Option<&'a ProductSummary>,
    /// Whether it begins another day than the entry before it on the page, at the marketplace.
    pub begins_day: bool,
    /// For whoever didn't write it.
    pub warnings: Vec<Warning>,
}

impl<'a> EntryView<'a> {
    pub fn new(entry: &'a Entry, participants: &'a Participants, products: &'a [ProductSummary]) -> Self {
        let about = entry.introduces.as_ref().map(|snapshot| snapshot.product_id);
        EntryView {
            entry,
            room: participants.room,
            author: participants.name(entry.from),
            parts: parts(entry.content.body()),
            product: products.iter().find(|product| Some(product.id) == about),
            begins_day: false,
            warnings: Vec::new(),
        }
    }

    /// As this side reads it.
    pub fn screened(mut self, screen: &Screen, reader: Side) -> Self {
        self.warnings = screen.warnings(self.entry, reader);
        self
    }
}

/// One entry, the same for both sides, on pages and in socket frames.
#[derive(Template)]
#[template(path = "chat/_entry.html")]
struct EntryFragment<'a> {
    view: &'a EntryView<'a>,
}

pub fn entry_html(view: &EntryView<'_>) -> String {
    EntryFragment { view }.render().unwrap_or_else(|error| {
        tracing::error!(%error, "an entry could not be drawn");
        String::new()
    })
}

/// The entry as programs get it, those of its author.
pub fn entry_frame<'a>(
    entry: &'a Entry,
    participants: &Participants,
    products: &[ProductSummary],
) -> EntryFrame<'a> {
    shown(entry, entry_html(&EntryView::new(entry, participants, products)))
}

/// The entry as programs get it, those of this side.
pub fn entry_frame_for<'a>(
    reader: Side,
    entry: &'a Entry,
    participants: &Participants,
    products: &[ProductSummary],
    screen: &Screen,
) -> EntryFrame<'a> {
    if !entry.is_shown_to(reader) {
        return EntryFrame::withheld(entry.seq);
    }
    let view = EntryView::new(entry, participants, products).screened(screen, reader);
    shown(entry, entry_html(&view))
}

fn shown(entry: &Entry, html: String) -> EntryFrame<'_> {
    EntryFrame::Shown(ShownEntry {
        seq: entry.seq,
        kind: entry.content.kind(),
        from: entry.from,
        client_id: entry.client_id,
        body: entry.content.body(),
        product_id: entry.product_id,
        sent_at: entry.sent_at,
        html,
    })
}

/// The entry as the sockets of either side get it. What is withheld or screened costs more, and only then.
pub fn entry_frames(
    entry: Arc<Entry>,
    participants: Arc<Participants>,
    products: Arc<[ProductSummary]>,
    screen: &Screen,
) -> EntryFrames {
    let (seq, from) = (entry.seq, entry.from);
    let other = if entry.withheld {
        OtherFrame::Withheld
    } else if Screen::is_due(&entry) {
        let (entry, participants, products) = (entry.clone(), participants.clone(), products.clone());
        let screen = screen.clone();
        OtherFrame::Screened(LazyFrame::new(Box::new(move || {
            let frame = entry_frame_for(from.other(), &entry, &participants, &products, &screen);
            ServerFrame::Message(frame).text()
        })))
    } else {
        OtherFrame::Same
    };
    let frame = LazyFrame::new(Box::new(move || {
        ServerFrame::Message(entry_frame(&entry, &participants, &products)).text()
    }));
    EntryFrames { seq, from, frame, other }
}
