//! Pages and forms about a seller's products, and a seller's public page.

pub mod owner;
pub mod profile_photo;
pub mod seller;
pub mod share;
