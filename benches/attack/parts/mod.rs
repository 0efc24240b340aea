//! One attack each.

pub mod backup;
pub mod bombs;
pub mod deaf;
pub mod dear_reads;
pub mod guesses;
pub mod idle_uploads;
pub mod slow_set;
