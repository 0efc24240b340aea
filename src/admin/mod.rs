//! Staff only: sees everything except conversations.

mod routes;

pub use routes::router;
