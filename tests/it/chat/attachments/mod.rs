//! Photos in a conversation.

pub mod photos;
