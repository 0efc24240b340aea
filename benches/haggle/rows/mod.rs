//! The table's rows, one file each.

pub mod api;
pub mod away;
pub mod closed_loop;
pub mod history;
pub mod idle;
pub mod inbox;
pub mod inserts;
pub mod latency;
pub mod pipelined;
pub mod queue;
pub mod reconnect_storm;
pub mod scaling;
pub mod search;
pub mod start;

use std::sync::atomic::{AtomicU32, Ordering};

/// A number for a row's messages: no two runs share ids.
pub fn fresh_row() -> u32 {
    static ROWS: AtomicU32 = AtomicU32::new(1);
    ROWS.fetch_add(1, Ordering::Relaxed)
}
