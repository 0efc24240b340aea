//! The seller's view over products and chat.

mod routes;

pub use routes::router;
