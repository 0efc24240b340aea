//! All of chat's SQL: rooms, messages, post_messages, message_search.

mod history;
mod journal;
mod nodes;
mod photos;
mod recount;
mod rooms;
mod search;

pub(super) use history::history;
pub(super) use journal::{MOVED_ON, lock_rooms, repeats, spoken_of, write};
pub(super) use nodes::{
    CHANNEL, beat, database_name, last_beat, moved, notify, other_nodes, presences, presences_elsewhere,
    set_presences, tell_presences,
};
pub(super) use photos::{is_shown, pictures};
pub(super) use recount::recount;
pub(super) use rooms::{
    Status, conversations, conversations_about, count_conversations, first_unread, mark_read, people, status,
    unread_in, unread_total,
};
pub(super) use search::{Hit, Talk, behind, behind_lately, clear_wrong, fill, names, search};
