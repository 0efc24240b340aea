//! The products' templates.

use askama::Template;

use super::ProductSummary;
use crate::web::Shell;

/// A product's own sections, for the page that puts the chat beside them.
#[derive(Template)]
#[template(source = "<h1>{{ summary.title }}</h1>{{ summary.price }}", ext = "html")]
pub struct ProductFragment {
    pub summary: ProductSummary,
    pub is_own: bool,
    pub similar: String,
}

impl ProductFragment {
    /// Tags for programs that show what a link leads to.
    pub fn meta(&self, _shell: &Shell) -> String {
        String::new()
    }
}
