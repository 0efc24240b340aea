//! Entries of a timeline, as shown.

use linkify::{LinkFinder, LinkKind};

use crate::{
    chat::domain::{entry::Entry, participants::Participants},
    products::ProductSummary,
};

/// An entry as `templates/chat/_entry.html` shows it, the same for both sides.
pub struct EntryView<'a> {
    pub entry: &'a Entry,
    pub author: &'a str,
    pub parts: Vec<Part<'a>>,
    /// The product's state today, where a divider card stands.
    pub product: Option<&'a ProductSummary>,
}

/// A piece of a body: text, or an address to click.
pub struct Part<'a> {
    pub text: &'a str,
    pub href: Option<String>,
}

impl<'a> EntryView<'a> {
    pub fn new(entry: &'a Entry, people: &'a Participants, products: &'a [ProductSummary]) -> Self {
        let about = entry.starts.as_ref().map(|snapshot| snapshot.product_id);
        EntryView {
            entry,
            author: people.name(entry.from),
            parts: parts(&entry.body),
            product: products.iter().find(|product| Some(product.id) == about),
        }
    }
}

fn parts(body: &str) -> Vec<Part<'_>> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).kinds(&[LinkKind::Url]);
    finder
        .spans(body)
        .map(|span| {
            let text = span.as_str();
            Part { text, href: span.kind().and_then(|_| href(text)) }
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
