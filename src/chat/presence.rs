//! Who has a socket open in a room, on this node and on the others.

use std::{collections::HashSet, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use crate::chat::domain::side::Side;

/// How long somebody counts as online after their last socket closed: a reload isn't a leave.
pub const LINGER: Duration = Duration::from_secs(10);

/// One side of one room.
#[derive(Debug, Default)]
struct Seated {
    sockets: usize,
    /// Here: a socket is open, or one was a moment ago.
    here: bool,
    left_at: Option<Instant>,
    /// Nodes that say the same of theirs.
    elsewhere: HashSet<Uuid>,
}

#[derive(Debug, Default)]
pub struct Presence {
    buyer: Seated,
    seller: Seated,
}

impl Presence {
    fn side(&mut self, side: Side) -> &mut Seated {
        match side {
            Side::Buyer => &mut self.buyer,
            Side::Seller => &mut self.seller,
        }
    }

    /// Counts one more socket here; true if the side wasn't here before.
    pub fn enter(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        seated.sockets += 1;
        !std::mem::replace(&mut seated.here, true)
    }

    /// Counts one less; true if that was the side's last.
    pub fn leave(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        seated.sockets = seated.sockets.saturating_sub(1);
        seated.left_at = Some(Instant::now());
        seated.sockets == 0
    }

    /// True if the side isn't here any longer from now on: nobody came back for [`LINGER`].
    pub fn fade(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        let gone = seated.sockets == 0 && seated.left_at.is_some_and(|at| at.elapsed() >= LINGER);
        gone && std::mem::replace(&mut seated.here, false)
    }

    /// Notes what another node says; true if that changes whether the side is online.
    pub fn elsewhere(&mut self, side: Side, node: Uuid, online: bool) -> bool {
        let before = self.online(side);
        let nodes = &mut self.side(side).elsewhere;
        if online {
            nodes.insert(node)
        } else {
            nodes.remove(&node)
        };
        self.online(side) != before
    }

    /// Forgets a node that is no more; the sides that go offline with it.
    pub fn lose(&mut self, gone: impl Fn(Uuid) -> bool) -> Vec<Side> {
        [Side::Buyer, Side::Seller]
            .into_iter()
            .filter(|side| {
                let before = self.online(*side);
                self.side(*side).elsewhere.retain(|node| !gone(*node));
                before && !self.online(*side)
            })
            .collect()
    }

    /// Notes what all other nodes say; the sides that go online or offline with it.
    pub fn set_elsewhere(&mut self, now: &[(Uuid, Side)]) -> Vec<Side> {
        [Side::Buyer, Side::Seller]
            .into_iter()
            .filter(|side| {
                let before = self.online(*side);
                self.side(*side).elsewhere =
                    now.iter().filter(|(_, there)| there == side).map(|(node, _)| *node).collect();
                before != self.online(*side)
            })
            .collect()
    }

    pub fn online(&self, side: Side) -> bool {
        let seated = match side {
            Side::Buyer => &self.buyer,
            Side::Seller => &self.seller,
        };
        seated.here || !seated.elsewhere.is_empty()
    }

    /// The sides that are here.
    pub fn here(&self) -> impl Iterator<Item = Side> {
        [(&self.buyer, Side::Buyer), (&self.seller, Side::Seller)]
            .into_iter()
            .filter_map(|(seated, side)| seated.here.then_some(side))
    }

    /// Whether nobody on this node is left to tell anything.
    pub fn nobody_here(&self) -> bool {
        !self.buyer.here && !self.seller.here
    }
}

#[cfg(test)]
impl Presence {
    /// As if the side's last leave had been this much earlier.
    pub fn later(&mut self, side: Side, by: Duration) {
        let seated = self.side(side);
        seated.left_at = seated.left_at.and_then(|at| at.checked_sub(by));
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
        presence.later(Side::Buyer, LINGER / 2);
        assert!(!presence.enter(Side::Buyer), "back within ten seconds");
        presence.leave(Side::Buyer);
        presence.later(Side::Buyer, LINGER / 2);
        assert!(!presence.fade(Side::Buyer), "the first leave's timer is too early for the second");
        presence.later(Side::Buyer, LINGER / 2);
        assert!(presence.fade(Side::Buyer));
        assert!(presence.nobody_here());
    }

    #[test]
    fn somebody_is_online_as_long_as_one_node_says_so() {
        let (mut presence, node) = (Presence::default(), Uuid::new_v4());
        presence.enter(Side::Buyer);
        assert!(!presence.elsewhere(Side::Buyer, node, true), "here already");
        assert!(presence.elsewhere(Side::Seller, node, true));
        assert!(!presence.elsewhere(Side::Seller, node, true), "no news");
        assert_eq!(presence.lose(|gone| gone == node), [Side::Seller]);
        assert!(presence.online(Side::Buyer) && !presence.online(Side::Seller));
        assert_eq!(presence.set_elsewhere(&[(node, Side::Seller), (node, Side::Buyer)]), [Side::Seller]);
        assert_eq!(presence.set_elsewhere(&[]), [Side::Seller]);
    }
}
