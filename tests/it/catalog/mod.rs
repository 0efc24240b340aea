//! Many products, as whoever looks for one meets them.

mod browse;
mod feed;
mod index;
mod search;
mod sitemap;
mod xml;

use crate::products::titles;
