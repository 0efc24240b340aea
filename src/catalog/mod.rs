//! Many products: home, lists and search, feeds of searches, sitemaps.
//!
//! [`query`] turns a query string into filters, `store` answers them in one statement, `pages` and programs
//! ([`find_products`]) show them. What was rendered is kept by the version of the catalogue (`products::VersionedCache`).
//!
//! Being found: sitemaps name every page (`pages/sitemap.rs`), and a search can be followed (`pages/feed.rs`).

mod limits;
mod pages;
pub mod query;
mod routes;
mod search;
mod sentences;
mod state;
mod store;
mod views;

pub use limits::BrowseLimits;
pub use routes::router;
pub use search::{Found, Searcher, find_products};
pub use state::State;
