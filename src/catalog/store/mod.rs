//! What lists read.

pub(super) mod changes;
pub(super) mod list;
pub(super) mod sitemap;
pub(super) mod unindexed;
pub(super) mod words;
