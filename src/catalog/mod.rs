//! Many products: home, lists and search, feeds of searches, sitemaps.
//!
//! [`query`] turns a query string into filters, `find.rs` finds what fits, by [`index`] or by PostgreSQL's own, `pages` and
//! programs ([`find_products`]) show it. What was rendered is kept by the version of the catalogue
//! (`products::VersionedCache`). Where a town is, [`places`] knows.
//!
//! Being found: sitemaps name every page (`pages/sitemap.rs`), and a search can be followed (`pages/feed.rs`).

mod find;
pub mod index;
mod limits;
mod missed;
mod pages;
pub mod places;
pub mod query;
mod query_url;
mod routes;
mod search;
mod sentences;
mod state;
mod store;
pub mod synonyms;
mod views;

pub use find::Found;
pub use index::{Cursor, IndexHome, Language, SearchIndex, verify as verify_index};
pub use limits::BrowseLimits;
pub use missed::MissedSearches;
pub use routes::router;
pub use search::{Searcher, find_products};
pub use state::State;
pub use store::words::MissedSearch;

/// Forgets changes that every index has read, and searches that found nothing long ago.
pub async fn sweep(db: &sqlx::PgPool) -> sqlx::Result<()> {
    store::words::sweep_missed(db).await?;
    store::changes::sweep(db).await.map(drop)
}

/// What people searched for most and didn't find, of the last thirty days.
pub async fn missed_searches(db: &sqlx::PgPool) -> sqlx::Result<Vec<MissedSearch>> {
    store::words::missed(db, 100).await
}
