//! The table's rows, one file each.

pub mod deep;
pub mod growth;
pub mod history;
pub mod idle;
pub mod inserts;
pub mod latency;
pub mod start;
pub mod storm;
pub mod talk;

use std::sync::atomic::{AtomicU32, Ordering};

/// A number for a row's messages: no two runs share ids.
pub fn fresh_row() -> u32 {
    static ROWS: AtomicU32 = AtomicU32::new(1);
    ROWS.fetch_add(1, Ordering::Relaxed)
}
