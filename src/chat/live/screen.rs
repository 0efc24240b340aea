//! Screening of first messages for whoever reads them (`safety::warnings`), with the marketplace's names of today.

use crate::{
    chat::domain::{entry::Entry, side::Side},
    safety::{self, FIRST_MESSAGES, OwnNames, Warning},
    web::ShellSource,
};

#[derive(Clone)]
pub struct Screen(pub ShellSource);

impl Screen {
    /// What this reader is warned of: nothing of what they wrote, or where the two have talked for a while.
    pub fn warnings(&self, entry: &Entry, reader: Side) -> Vec<Warning> {
        if !Screen::is_due(entry) || entry.from == reader {
            return Vec::new();
        }
        let marketplace = self.0.0.marketplace();
        let own = OwnNames::new(&marketplace.name, &marketplace.origin.0);
        safety::warnings(entry.content.body(), &own)
    }

    pub fn is_due(entry: &Entry) -> bool {
        entry.seq <= FIRST_MESSAGES && !entry.content.body().is_empty()
    }
}
