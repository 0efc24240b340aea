//! Where this node puts what the other nodes shall be told. It knows no cluster: a queue is all it sees.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{event::ClusterEvent, queue::BoundedQueue};

#[derive(Clone)]
pub struct ClusterOutlet {
    events: BoundedQueue<ClusterEvent>,
    flags: Arc<Flags>,
}

struct Flags {
    is_single_node: AtomicBool,
    has_dropped: AtomicBool,
}

impl Default for ClusterOutlet {
    fn default() -> Self {
        let flags = Flags { is_single_node: AtomicBool::new(true), has_dropped: AtomicBool::new(false) };
        ClusterOutlet { events: BoundedQueue::default(), flags: Arc::new(flags) }
    }
}

impl ClusterOutlet {
    /// Hands a hint to the other nodes, if there are any.
    pub fn publish(&self, event: ClusterEvent) {
        if !self.is_single_node() && !self.events.push(event) {
            self.flags.has_dropped.store(true, Ordering::Relaxed);
        }
    }

    /// Whether events were dropped since the last call: then the other nodes are stale.
    pub fn take_dropped(&self) -> bool {
        self.flags.has_dropped.swap(false, Ordering::Relaxed)
    }

    pub fn events(&self) -> BoundedQueue<ClusterEvent> {
        self.events.clone()
    }

    /// Whether nobody else is there to publish to.
    pub fn is_single_node(&self) -> bool {
        self.flags.is_single_node.load(Ordering::Relaxed)
    }

    pub fn set_single_node(&self, is_single: bool) {
        self.flags.is_single_node.store(is_single, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{
        domain::{room_key::RoomKey, side::Side},
        live::queue::MAX_QUEUED,
    };

    #[test]
    fn a_dropped_event_is_reported_once() {
        let outlet = ClusterOutlet::default();
        outlet.set_single_node(false);
        let room = RoomKey { buyer_id: 1, seller_id: 2 };
        let typing = || outlet.publish(ClusterEvent::Typing { r: room, by: Side::Buyer });
        (0..MAX_QUEUED).for_each(|_| typing());
        assert!(!outlet.take_dropped());
        typing();
        assert!(outlet.take_dropped() && !outlet.take_dropped());
    }
}
