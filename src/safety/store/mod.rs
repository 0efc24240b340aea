//! All of safety's SQL: blocks, openings, cases.

pub(super) mod blocks;
pub(super) mod cases;
pub(super) mod openings;
