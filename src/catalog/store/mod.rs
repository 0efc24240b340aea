//! What lists read.

pub(super) mod browse;
pub(super) mod list;
pub(super) mod sitemap;
