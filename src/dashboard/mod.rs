//! "My Seller Dashboard": what a seller has for sale, and who is writing to them.
//!
//! Read-only: its buttons post to products, its rows link to chat. The number of queries is
//! constant, however much a seller has (no N+1).

mod pages;
mod routes;
mod state;
mod store;
mod views;

pub use routes::router;
pub use state::State;
