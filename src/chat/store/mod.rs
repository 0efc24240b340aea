//! All of chat's SQL: rooms, messages, post_messages, message_search, nodes, presences,
//! room_tail.

pub(super) mod answer_times;
pub(super) mod attachments;
pub(super) mod blocks;
pub(super) mod changes;
pub(super) mod duplicates;
pub(super) mod entries;
pub(super) mod export;
pub(super) mod inbox;
pub(super) mod insert;
pub(super) mod lock;
pub(super) mod nodes;
pub(super) mod notices;
pub(super) mod presences;
pub(super) mod read_marks;
pub(super) mod rooms;
pub(super) mod search_index;
pub(super) mod search_query;
pub(super) mod verify;
pub(super) mod webhooks;
