//! What is for sale.

pub mod currency;
pub mod photos;
pub mod price;
mod routes;

pub use routes::router;
