//! Who has a socket open in a room.

use std::time::Duration;

use tokio::time::Instant;

use super::Side;

/// How long somebody counts as online after their last socket closed: a reload isn't a leave.
pub const LINGER: Duration = Duration::from_secs(10);

/// One side's sockets in one room.
#[derive(Debug, Default)]
struct Seated {
    sockets: usize,
    online: bool,
    left_at: Option<Instant>,
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

    /// Counts one more socket; true if that makes the side online.
    pub fn enter(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        seated.sockets += 1;
        !std::mem::replace(&mut seated.online, true)
    }

    /// Counts one less; true if that was the side's last.
    pub fn leave(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        seated.sockets = seated.sockets.saturating_sub(1);
        seated.left_at = Some(Instant::now());
        seated.sockets == 0
    }

    /// True if the side goes offline now: nobody came back for [`LINGER`].
    pub fn fade(&mut self, side: Side) -> bool {
        let seated = self.side(side);
        let gone = seated.sockets == 0 && seated.left_at.is_some_and(|at| at.elapsed() >= LINGER);
        gone && std::mem::replace(&mut seated.online, false)
    }

    pub fn online(&self, side: Side) -> bool {
        match side {
            Side::Buyer => self.buyer.online,
            Side::Seller => self.seller.online,
        }
    }

    pub fn nobody(&self) -> bool {
        !self.buyer.online && !self.seller.online
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if the last leave had been this much earlier.
    fn later(presence: &mut Presence, by: Duration) {
        presence.buyer.left_at = presence.buyer.left_at.and_then(|at| at.checked_sub(by));
    }

    #[test]
    fn a_reload_is_not_a_leave() {
        let mut presence = Presence::default();
        assert!(presence.enter(Side::Buyer));
        assert!(!presence.enter(Side::Buyer), "a second tab is no news");
        assert!(!presence.leave(Side::Buyer));
        assert!(presence.leave(Side::Buyer));
        later(&mut presence, LINGER / 2);
        assert!(!presence.enter(Side::Buyer), "back within ten seconds");
        presence.leave(Side::Buyer);
        later(&mut presence, LINGER / 2);
        assert!(!presence.fade(Side::Buyer), "the first leave's timer is too early for the second");
        later(&mut presence, LINGER / 2);
        assert!(presence.fade(Side::Buyer));
        assert!(presence.nobody());
    }
}
