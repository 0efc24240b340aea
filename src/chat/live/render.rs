//! Rendering an entry: its HTML, the same for both sides, and its frame. Pages and sockets use the same
//! functions, so that they can't differ.

use std::sync::Arc;

use askama::Template;
use linkify::{LinkFinder, LinkKind};

use crate::{
    chat::{
        domain::{content::Content, entry::Entry, participants::Participants},
        live::{
            event::LazyFrame,
            frames::{EntryFrame, ServerFrame},
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

/// A piece of a body: text, or an address to click.
pub struct BodyPart<'a> {
    pub text: &'a str,
    pub href: Option<String>,
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

fn parts(body: &str) -> Vec<BodyPart<'_>> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).kinds(&[LinkKind::Url]);
    finder
        .spans(body)
        .map(|span| {
            let text = span.as_str();
            BodyPart { text, href: span.kind().and_then(|_| href(text)) }
        })
        .collect()
}

/// Only http and https are worth a click: `javascript:` and its kind stay text.
fn href(text: &str) -> Option<String> {
    match text.split_once("://") {
        None => Some(format!("https://{text}")),
        Some((scheme, _)) if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
            Some(text.to_owned())
        }
        Some(_) => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        let hrefs = |body| parts(body).into_iter().filter_map(|part| part.href).collect::<Vec<_>>();
        assert_eq!(hrefs("see https://a.example/x?y=1. ok"), ["https://a.example/x?y=1"]);
        assert_eq!(hrefs("on haggle.example/products/1"), ["https://haggle.example/products/1"]);
        assert!(
            hrefs("javascript:alert(1) javascript://a.example/%0aalert(1) ftp://x.example data:text/html,x")
                .is_empty()
        );
        assert_eq!(parts("a\nb").iter().map(|part| part.text).collect::<String>(), "a\nb");
    }
}
