//! The templates.

use askama::Template;
use askama_web::WebTemplate;
use time::OffsetDateTime;

use super::model::{LegalPage, LegalText};
use crate::web::{Shell, filters};

#[derive(Template, WebTemplate)]
#[template(path = "legal/page.html")]
pub(super) struct LegalTextPage {
    pub shell: Shell,
    pub page: LegalPage,
    pub text: LegalText,
    /// Made by `markdown.rs`, which lets no HTML through.
    pub html: String,
    /// The newest first.
    pub versions: Vec<(i32, OffsetDateTime)>,
}

impl LegalTextPage {
    pub fn is_latest(&self) -> bool {
        self.versions.first().is_none_or(|(latest, _)| *latest == self.text.version)
    }
}

/// Name, licence and address of a library: `libraries.tsv`.
const LIBRARIES: &str = include_str!("libraries.tsv");

#[derive(Template, WebTemplate)]
#[template(path = "legal/about.html")]
pub(super) struct AboutPage {
    pub shell: Shell,
}

impl AboutPage {
    pub fn libraries() -> impl Iterator<Item = (&'static str, &'static str)> {
        LIBRARIES.lines().filter_map(|line| line.split_once('\t'))
    }
}
