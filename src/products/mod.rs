//! What is for sale.

pub mod photos;
mod routes;

pub use routes::router;
