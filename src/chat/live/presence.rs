//! Who has a socket open in a room, on this node and on the others.

use std::{collections::HashSet, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use crate::chat::domain::side::Side;

/// How long somebody counts as online after their last socket closed: a reload isn't a leave.
pub const PRESENCE_GRACE: Duration = Duration::from_secs(10);

/// One side of one room.
#[derive(Debug, Default)]
struct SidePresence {
    sockets: usize,
    /// A socket is open on this node, or one was a moment ago.
    local: bool,
    left_at: Option<Instant>,
    /// Nodes that say the same of theirs.
    remote: HashSet<Uuid>,
}

#[derive(Debug, Default)]
pub struct Presence {
    buyer: SidePresence,
    seller: SidePresence,
}

impl Presence {
    fn side(&mut self, side: Side) -> &mut SidePresence {
        match side {
            Side::Buyer => &mut self.buyer,
            Side::Seller => &mut self.seller,
        }
    }

    /// Counts one more socket here; true if the side wasn't here before.
    pub fn enter(&mut self, side: Side) -> bool {
        let presence = self.side(side);
        presence.sockets += 1;
        !std::mem::replace(&mut presence.local, true)
    }

    /// Counts one less; true if that was the side's last.
    pub fn leave(&mut self, side: Side) -> bool {
        let presence = self.side(side);
        presence.sockets = presence.sockets.saturating_sub(1);
        presence.left_at = Some(Instant::now());
        presence.sockets == 0
    }

    /// True if the side isn't here any longer from now on: nobody came back for [`PRESENCE_GRACE`].
    pub fn expire(&mut self, side: Side) -> bool {
        let presence = self.side(side);
        let gone = presence.sockets == 0 && presence.left_at.is_some_and(|at| at.elapsed() >= PRESENCE_GRACE);
        gone && std::mem::replace(&mut presence.local, false)
    }

    /// Notes what another node says; true if that changes whether the side is online.
    pub fn set_remote(&mut self, side: Side, node: Uuid, online: bool) -> bool {
        let before = self.is_online(side);
        let nodes = &mut self.side(side).remote;
        if online {
            nodes.insert(node)
        } else {
            nodes.remove(&node)
        };
        self.is_online(side) != before
    }

    /// Forgets a node that is no more; the sides that go offline with it.
    pub fn drop_nodes(&mut self, gone: impl Fn(Uuid) -> bool) -> Vec<Side> {
        [Side::Buyer, Side::Seller]
            .into_iter()
            .filter(|side| {
                let before = self.is_online(*side);
                self.side(*side).remote.retain(|node| !gone(*node));
                before && !self.is_online(*side)
            })
            .collect()
    }

    /// Notes what all other nodes say; the sides that go online or offline with it.
    pub fn replace_remote(&mut self, now: &[(Uuid, Side)]) -> Vec<Side> {
        [Side::Buyer, Side::Seller]
            .into_iter()
            .filter(|side| {
                let before = self.is_online(*side);
                self.side(*side).remote =
                    now.iter().filter(|(_, there)| there == side).map(|(node, _)| *node).collect();
                before != self.is_online(*side)
            })
            .collect()
    }

    pub fn is_online(&self, side: Side) -> bool {
        let presence = match side {
            Side::Buyer => &self.buyer,
            Side::Seller => &self.seller,
        };
        presence.local || !presence.remote.is_empty()
    }

    /// The sides that are here.
    pub fn local(&self) -> impl Iterator<Item = Side> {
        [(&self.buyer, Side::Buyer), (&self.seller, Side::Seller)]
            .into_iter()
            .filter_map(|(presence, side)| presence.local.then_some(side))
    }

    /// Whether nobody on this node is left to tell anything.
    pub fn is_empty(&self) -> bool {
        !self.buyer.local && !self.seller.local
    }
}

#[cfg(test)]
impl Presence {
    /// As if the side's last leave had been this much earlier.
    pub fn age(&mut self, side: Side, by: Duration) {
        let presence = self.side(side);
        presence.left_at = presence.left_at.and_then(|at| at.checked_sub(by));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_is_not_a_leave() {
        let mut presence = Presence::default();
        assert!(presence.enter(Side::Buyer));
        assert!(!presence.enter(Side::Buyer), "a second tab is no news");
        assert!(!presence.leave(Side::Buyer));
        assert!(presence.leave(Side::Buyer));
        presence.age(Side::Buyer, PRESENCE_GRACE / 2);
        assert!(!presence.enter(Side::Buyer), "back within ten seconds");
        presence.leave(Side::Buyer);
        presence.age(Side::Buyer, PRESENCE_GRACE / 2);
        assert!(!presence.expire(Side::Buyer), "the first leave's timer is too early for the second");
        presence.age(Side::Buyer, PRESENCE_GRACE / 2);
        assert!(presence.expire(Side::Buyer));
        assert!(presence.is_empty());
    }

    #[test]
    fn somebody_is_online_as_long_as_one_node_says_so() {
        let (mut presence, node) = (Presence::default(), Uuid::new_v4());
        presence.enter(Side::Buyer);
        assert!(!presence.set_remote(Side::Buyer, node, true), "here already");
        assert!(presence.set_remote(Side::Seller, node, true));
        assert!(!presence.set_remote(Side::Seller, node, true), "no news");
        assert_eq!(presence.drop_nodes(|gone| gone == node), [Side::Seller]);
        assert!(presence.is_online(Side::Buyer) && !presence.is_online(Side::Seller));
        assert_eq!(presence.replace_remote(&[(node, Side::Seller), (node, Side::Buyer)]), [Side::Seller]);
        assert_eq!(presence.replace_remote(&[]), [Side::Seller]);
    }
}
