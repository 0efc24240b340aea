//! Searching in one's own conversations.

use super::pages::history::long_room;

mod indexing;
mod query;
