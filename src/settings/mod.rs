//! What whoever runs the place sets on a page (`/admin/settings`): name, logo, colour, currencies, who may register.
//!
//! ```text
//! admin's form → SettingsForm → Settings → one row (store) ─→ LiveSettings, on each node → web::LiveMarketplace → pages
//! HAGGLE_NAME, … ─────────────────────────────────────────────↗ for what the row leaves open
//! ```
//!
//! Each node polls the row's revision twice a second (`live.rs`). That alone reaches every node within a second, and
//! there is no hint that could be lost. Invariant: what a node shows is one saved state, never parts of two.

mod accent;
mod country;
mod form;
mod live;
mod manifest;
mod model;
mod routes;
mod saved;
mod sentences;
mod store;
mod theme;

pub use accent::Accent;
pub use country::countries;
pub use form::SettingsForm;
pub use live::LiveSettings;
pub use model::Settings;
pub use routes::router;
pub use saved::{is_time_zone, load, save, set_logo};
