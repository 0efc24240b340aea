//! Photos in a conversation: kept in a folder of their room's own, and served to its two people only.
//!
//! A photo's files are stored before the message that shows it (`products/stored_photos.rs` has them as pending), and
//! removed again if there is no such message. Invariant: every stored entry has its photo.

pub mod photos;
pub mod serve;
