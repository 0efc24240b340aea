//! Imprint, privacy, terms and rules: written by admins in Markdown, linked from every page once they are written.
//!
//! ```text
//! admin's editor → publish (a new version; none is ever changed) → /legal/terms → Markdown without HTML (markdown.rs)
//! registration   → Agreement → legal_agreements: which version they agreed to, and when
//! ```
//!
//! Invariant: who agreed to what can always be read again, word for word.

mod agreement;
mod markdown;
mod model;
mod pages;
mod routes;
mod sentences;
mod state;
mod store;
mod versions;
mod views;

pub use agreement::Agreement;
pub use markdown::to_html;
pub use model::{LegalPage, LegalText, MAX_TEXT, parse_text};
pub use routes::router;
pub use state::State;
pub use versions::{Publication, current, links, publish};
