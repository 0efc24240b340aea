//! What is done with an event from another node.

use uuid::Uuid;

use super::parts::ClusterParts;
use crate::chat::live::{event::ClusterEvent, rooms::Rooms};

/// An event that was published to every node.
pub fn apply_remote_event(parts: &ClusterParts, from: Uuid, event: ClusterEvent) {
    if let Some(room) = event.room() {
        parts.inboxes.notify(room, event.accounts());
    }
    match event {
        ClusterEvent::Access(change) => parts.access.apply_remote(change),
        ClusterEvent::Hello => parts.staleness.wake(),
        ClusterEvent::Stale => {
            parts.staleness.mark_stale();
            parts.staleness.wake();
        }
        event => apply_room_event(&parts.rooms, from, &event),
    }
}

/// An event that was published to those who listen to a room.
pub fn apply_room_event(rooms: &Rooms, from: Uuid, event: &ClusterEvent) {
    match *event {
        ClusterEvent::Entry { r, s, .. } => rooms.apply_entry(r, s),
        ClusterEvent::Read { r, by, s, .. } => rooms.apply_read(r, by, s),
        ClusterEvent::Typing { r, by } => rooms.apply_typing(r, by),
        ClusterEvent::Presence { r, who, on } => rooms.apply_presence(r, who, from, on),
        ClusterEvent::Access(_) | ClusterEvent::Hello | ClusterEvent::Stale => {}
    }
}
