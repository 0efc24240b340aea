//! What a link in a letter does, and whose it is.

use time::Duration;

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Proves that the account's address is its owner's.
    Confirm,
    /// The same for the address that the account is to have.
    Change,
    /// Gives the account its address of before.
    Undo,
    /// Sets a new password.
    Reset,
}

impl Purpose {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Confirm => "confirm",
            Purpose::Change => "change",
            Purpose::Undo => "undo",
            Purpose::Reset => "reset",
        }
    }

    pub fn ttl(self) -> Duration {
        match self {
            Purpose::Confirm | Purpose::Change => Duration::hours(24),
            Purpose::Undo => Duration::days(7),
            Purpose::Reset => Duration::minutes(30),
        }
    }

    /// The page that its button is on.
    pub fn path(self, token: &str) -> String {
        let page = match self {
            Purpose::Confirm => "/confirm-email",
            Purpose::Change => "/change-email",
            Purpose::Undo => "/undo-email",
            Purpose::Reset => "/reset-password",
        };
        format!("{page}?token={token}")
    }
}

/// Whose link it is.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub account_id: i64,
    /// The one it was sent to; of an undo link the one before.
    pub email: String,
}
