//! Addresses of searches: the same query string that they were read from.

use askama::filters::urlencode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{index::Cursor, query::BrowseQuery};

impl BrowseQuery {
    /// Where the page begins; from the top, if that is no cursor of ours.
    pub fn cursor(&self) -> Option<Cursor> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&self.after).ok()?).ok()
    }

    /// The address of the page that begins there.
    pub fn page_after(&self, cursor: &Cursor) -> String {
        let cursor = URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default());
        format!("{}after={cursor}", self.base(&[]))
    }

    /// The same for the same search: visitors' and other people's are carried out apart, and don't wait for each other.
    pub(super) fn key(&self, is_visitor: bool) -> String {
        format!("{}after={}&visitor={is_visitor}", self.base(&[]), self.after)
    }

    /// The address of this search from its top, without the fields named, ready for another one.
    pub fn base(&self, without: &[&str]) -> String {
        let mut url = "/products?".to_owned();
        for (field, value) in self.fields() {
            if !value.is_empty() && !without.contains(&field) {
                let value = urlencode(value).map(|text| text.to_string()).unwrap_or_default();
                url.push_str(&format!("{field}={value}&"));
            }
        }
        url
    }

    /// The address of this search's feed, whose order is its own.
    pub fn feed(&self) -> String {
        self.without(&["sort"]).replacen("/products", "/products.atom", 1)
    }

    /// The address of this search without the fields named.
    pub fn without(&self, fields: &[&str]) -> String {
        self.base(fields).trim_end_matches(['?', '&']).to_owned()
    }

    fn fields(&self) -> [(&'static str, &str); 12] {
        [
            ("q", &self.q),
            ("category", &self.category),
            ("min", &self.min),
            ("max", &self.max),
            ("currency", &self.currency),
            ("condition", &self.condition),
            ("place", &self.place),
            ("within", &self.within),
            ("posted", &self.posted),
            ("photo", &self.photo),
            ("seller", &self.seller),
            ("sort", &self.sort),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn addresses_keep_what_was_asked() {
        let query = BrowseQuery { q: text("red & blue"), place: text("Brno"), ..BrowseQuery::default() };
        assert_eq!(query.base(&[]), "/products?q=red%20%26%20blue&place=Brno&");
        assert_eq!(query.without(&["q"]), "/products?place=Brno");
        assert_eq!(query.without(&["q", "place"]), "/products");
    }
}
