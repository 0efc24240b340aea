//! "My Seller Dashboard": what a seller has for sale, and who is writing to them.
//!
//! It only reads. What its buttons do is products' to do; what its rows lead to is chat's. However
//! much a seller has, the page takes the same few queries.

mod pages;
mod routes;
mod state;
mod store;
mod views;

pub use routes::router;
pub use state::State;
