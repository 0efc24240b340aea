//! All of safety's SQL: blocks.

pub(super) mod blocks;
