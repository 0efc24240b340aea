//! Scopes (RFC 6749, 3.3): what a token may do for somebody, never more than they may themselves.

use std::{fmt, str::FromStr};

use crate::accounts::sentences;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Profile,
    ProductsRead,
    ProductsWrite,
    ChatRead,
    ChatWrite,
    Notices,
    Push,
    Webhooks,
}

impl Scope {
    pub const ALL: [Self; 8] = [
        Self::Profile,
        Self::ProductsRead,
        Self::ProductsWrite,
        Self::ChatRead,
        Self::ChatWrite,
        Self::Notices,
        Self::Push,
        Self::Webhooks,
    ];

    /// As programs write it, for ever.
    pub fn code(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::ProductsRead => "products:read",
            Self::ProductsWrite => "products:write",
            Self::ChatRead => "chat:read",
            Self::ChatWrite => "chat:write",
            Self::Notices => "notices",
            Self::Push => "push",
            Self::Webhooks => "webhooks",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// What somebody allows by it, in a few words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Profile => sentences::SEE_YOUR_NAME_ADDRESS_AND_PROFILE,
            Self::ProductsRead => sentences::LOOK_AT_PRODUCTS_YOURS_TOO,
            Self::ProductsWrite => sentences::LIST_CHANGE_AND_TAKE_DOWN_YOUR_PRODUCTS,
            Self::ChatRead => sentences::READ_YOUR_CONVERSATIONS,
            Self::ChatWrite => sentences::WRITE_IN_YOUR_CONVERSATIONS_BLOCK_AND_REPORT,
            Self::Notices => sentences::SEE_WHAT_YOU_ARE_TOLD_AND_CHOOSE_IT,
            Self::Push => sentences::TELL_A_DEVICE_WHAT_IS_NEW,
            Self::Webhooks => sentences::TELL_A_SERVER_WHAT_HAPPENS_TO_YOUR_PRODUCTS,
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of them, in the order of [`Scope::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u16);

/// There is no scope of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope")]
pub struct UnknownScope;

impl Scopes {
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of these are among the others.
    pub fn are_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// As they are stored.
    pub(super) fn codes(self) -> Vec<String> {
        self.iter().map(|scope| scope.code().to_owned()).collect()
    }

    /// Those of another version are left out.
    pub(super) fn from_codes(codes: &[String]) -> Self {
        codes.iter().filter_map(|code| Scope::from_code(code)).collect()
    }

    pub(super) fn sentences(self) -> Vec<&'static str> {
        self.iter().map(Scope::sentence).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Scopes(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// With spaces between them, in any order.
impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split(' ')
            .filter(|code| !code.is_empty())
            .map(|code| Scope::from_code(code).ok_or(UnknownScope))
            .collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.codes().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set_written_with_spaces() {
        let read = |text: &str| text.parse::<Scopes>();
        let scopes = read("chat:read profile  chat:read").unwrap();
        assert_eq!(scopes.to_string(), "profile chat:read");
        assert!(scopes.contains(Scope::Profile) && !scopes.contains(Scope::ChatWrite));
        assert!(
            scopes.are_within(Scopes::from_iter(Scope::ALL))
                && !Scopes::from_iter(Scope::ALL).are_within(scopes)
        );
        assert!(read("").unwrap().is_empty());
        for wrong in ["admin", "Profile", "profile,push", "profile\tpush", "chat:*"] {
            assert_eq!(read(wrong), Err(UnknownScope), "{wrong}");
        }
        for scope in Scope::ALL {
            assert_eq!(Scopes::from_codes(&[scope.code().to_owned()]).iter().collect::<Vec<_>>(), [scope]);
        }
    }
}
