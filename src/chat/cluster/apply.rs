//! What is done with an event from another node.

use uuid::Uuid;

use super::parts::ClusterParts;
use crate::chat::{
    domain::{blocks::Blocks, side::Side},
    live::{event::ClusterEvent, inboxes::Inboxes, rooms::Rooms},
};

/// An event that was published to every node.
pub fn apply_remote_event(parts: &ClusterParts, from: Uuid, event: ClusterEvent) {
    apply_to_inboxes(&parts.inboxes, &event, event.accounts());
    match event {
        ClusterEvent::Access(change) => parts.access.apply_remote(change),
        ClusterEvent::Product(changed) => parts.products.publish(changed),
        ClusterEvent::Hello => parts.staleness.wake(),
        ClusterEvent::Stale => {
            parts.staleness.mark_stale();
            parts.staleness.wake();
        }
        event => apply_room_event(&parts.rooms, from, &event),
    }
}

/// Tells the inboxes of those of the event's accounts that are in `accounts`.
pub fn apply_to_inboxes(inboxes: &Inboxes, event: &ClusterEvent, accounts: &[i64]) {
    match *event {
        ClusterEvent::Entry { r, a, f, .. } if a == *accounts => inboxes.notify_entry(r, a, f),
        ClusterEvent::Entry { r, a, f: Some(from), .. } => {
            let sender = a[usize::from(from == Side::Seller)];
            for account in accounts {
                match *account == sender {
                    true => inboxes.notify_own_message(r, *account),
                    false => inboxes.notify(r, &[*account]),
                }
            }
        }
        _ => {
            if let Some(room) = event.room() {
                inboxes.notify(room, accounts);
            }
        }
    }
}

/// An event that was published to those who listen to a room.
pub fn apply_room_event(rooms: &Rooms, from: Uuid, event: &ClusterEvent) {
    match *event {
        ClusterEvent::Entry { r, s, .. } => rooms.apply_entry(r, s),
        ClusterEvent::Changed { r, v } => rooms.apply_change(r, v),
        ClusterEvent::Read { r, by, s, .. } => rooms.apply_read(r, by, s),
        ClusterEvent::Blocks { r, v, b, s } => rooms.apply_blocks(r, Blocks { rev: v, buyer: b, seller: s }),
        ClusterEvent::Typing { r, by } => {
            rooms.apply_typing(r, by);
        }
        ClusterEvent::Presence { r, who, on } => rooms.apply_presence(r, who, from, on),
        ClusterEvent::Access(_) | ClusterEvent::Product(_) | ClusterEvent::Hello | ClusterEvent::Stale => {}
    }
}
