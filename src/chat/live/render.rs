//! Rendering an entry: its HTML, the same for both sides, and its frame. Pages and sockets use the same
//! functions, so that they can't differ.

use std::sync::Arc;

use askama::Template;

use crate::{
    chat::{
        domain::{content::Content, entry::Entry, participants::Participants},
        live::{
            event::LazyFrame,
            frames::{EntryFrame, ServerFrame},
            links::{BodyPart, parts},
        },
    },
    products::{ProductState, ProductSummary},
    web::filters,
};

/// An entry as `templates/chat/_entry.html` shows it, the same for both sides.
pub struct EntryView<'a> {
    pub entry: &'a Entry,
    pub author: &'a str,
    pub parts: Vec<BodyPart<'a>>,
    /// The product's state today, where a divider card stands.
    pub product: Option<&'a ProductSummary>,
}

impl<'a> EntryView<'a> {
    pub fn new(entry: &'a Entry, participants: &'a Participants, products: &'a [ProductSummary]) -> Self {
        let about = entry.introduces.as_ref().map(|snapshot| snapshot.product_id);
        EntryView {
            entry,
            author: participants.name(entry.from),
            parts: parts(entry.content.body()),
            product: products.iter().find(|product| Some(product.id) == about),
        }
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

/// The entry as programs get it.
pub fn entry_frame<'a>(
    entry: &'a Entry,
    participants: &Participants,
    products: &[ProductSummary],
) -> EntryFrame<'a> {
    EntryFrame {
        seq: entry.seq,
        kind: entry.content.kind(),
        from: entry.from,
        client_id: entry.client_id,
        body: entry.content.body(),
        product_id: entry.product_id,
        sent_at: entry.sent_at,
        html: entry_html(&EntryView::new(entry, participants, products)),
    }
}

/// The entry as sockets get it.
pub fn lazy_frame_text(
    entry: Arc<Entry>,
    participants: Arc<Participants>,
    products: Arc<[ProductSummary]>,
) -> LazyFrame {
    LazyFrame::new(Box::new(move || {
        ServerFrame::Message(entry_frame(&entry, &participants, &products)).text()
    }))
}
