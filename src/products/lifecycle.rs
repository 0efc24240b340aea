//! A product's state and the moves between states: the one place that says which are allowed.
//!
//! ```text
//! draft → listed ⇄ reserved → sold → listed      the seller's
//! anything shown ⇄ hidden                        staff's
//! anything shown ⇄ paused                        while the seller is suspended
//! anything → deleted                             the seller's; there is no way back
//! ```
//!
//! What is hidden or paused keeps what it was beneath, and the seller may still change that.

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    Draft,
    Listed,
    /// For somebody; still shown and talked about.
    Reserved,
    Sold,
    /// Its seller is suspended.
    Paused,
    /// By staff.
    Hidden,
    /// By its seller; conversations still speak of it.
    Deleted,
}

/// What somebody does to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateMove {
    Reserve,
    Sell,
    /// For sale again.
    Relist,
    Hide,
    Show,
    Delete,
}

impl ProductState {
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Listed, Self::Reserved, Self::Sold, Self::Paused, Self::Hidden, Self::Deleted];

    /// As rows have it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Listed => "listed",
            Self::Reserved => "reserved",
            Self::Sold => "sold",
            Self::Paused => "paused",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }

    /// A state of a newer version is out of sight here.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or(Self::Hidden)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Listed => "Available",
            Self::Reserved => "Reserved",
            Self::Sold => "Sold",
            Self::Paused | Self::Hidden => "Hidden",
            Self::Deleted => "No longer available",
        }
    }

    /// Whether everybody can see its page.
    pub fn is_visible(self) -> bool {
        matches!(self, Self::Listed | Self::Reserved | Self::Sold)
    }

    /// Only its seller and staff see it.
    pub fn is_out_of_sight(self) -> bool {
        matches!(self, Self::Draft | Self::Paused | Self::Hidden)
    }

    /// Whether this may be done to a product in this state. A seller may do again what was
    /// done: it changes nothing.
    pub fn allows(self, change: StateMove) -> bool {
        match change {
            // Beneath what is hidden or paused, too.
            StateMove::Reserve => matches!(self, Self::Listed | Self::Reserved | Self::Hidden | Self::Paused),
            StateMove::Sell | StateMove::Relist => !matches!(self, Self::Draft | Self::Deleted),
            StateMove::Hide => !matches!(self, Self::Hidden | Self::Deleted),
            StateMove::Show => self == Self::Hidden,
            StateMove::Delete => self != Self::Deleted,
        }
    }
}

impl StateMove {
    /// For SQL, and the reason that is kept with the move.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Sell => "sell",
            Self::Relist => "relist",
            Self::Hide => "hide",
            Self::Show => "show",
            Self::Delete => "delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_allowed_from_the_states_it_makes_sense_in() {
        use ProductState::{Draft, Hidden, Listed, Paused, Reserved, Sold};
        for (change, from) in [
            (StateMove::Reserve, &[Listed, Reserved, Paused, Hidden][..]),
            (StateMove::Sell, &[Listed, Reserved, Sold, Paused, Hidden]),
            (StateMove::Relist, &[Listed, Reserved, Sold, Paused, Hidden]),
            (StateMove::Hide, &[Draft, Listed, Reserved, Sold, Paused]),
            (StateMove::Show, &[Hidden]),
            (StateMove::Delete, &[Draft, Listed, Reserved, Sold, Paused, Hidden]),
        ] {
            for state in ProductState::ALL {
                assert_eq!(state.allows(change), from.contains(&state), "{change:?} from {state:?}");
            }
        }
    }

    #[test]
    fn codes_read_back_and_unknown_ones_are_out_of_sight() {
        for state in ProductState::ALL {
            assert_eq!(ProductState::from_code(state.code()), state);
        }
        assert_eq!(ProductState::from_code("auctioned"), ProductState::Hidden);
    }
}
