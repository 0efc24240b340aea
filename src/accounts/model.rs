//! Validated types of what people type about themselves: each has one constructor, `parse`.

use std::fmt;

use crate::web::form;

/// An address as it is stored and compared: trimmed and in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const SENTENCE: &str = "Please give an email address, like ana@example.com.";
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@').ok_or(SENTENCE)?;
        let plausible = !local.is_empty()
            && domain.len() >= 3
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            // The database counts and lowers by its own rules; stay clear of where they could
            // differ.
            && text.len() <= 254
            && text == text.to_lowercase();
        if plausible { Ok(Email(text)) } else { Err(SENTENCE) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A new password, before it is hashed. Never printed, never kept.
pub struct Password(String);

impl Password {
    pub const MIN: usize = 10;
    const MAX_BYTES: usize = 512;

    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() < Self::MIN {
            return Err(format!("Please use at least {} characters. A few words are fine.", Self::MIN));
        }
        if text.len() > Self::MAX_BYTES {
            return Err("That password is too long.".to_owned());
        }
        Ok(Password(text.to_owned()))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a person is called: 1 to 80 characters.
#[derive(Clone, Debug)]
pub struct Name(String);

/// What a seller's shop is called; the person's own name unless they say otherwise.
pub type ShopName = Name;

impl Name {
    pub fn parse(text: &str) -> Result<Self, String> {
        form::line(text, 80).map(Name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody registers as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Buyer,
    Seller,
}

impl Role {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "buyer" => Ok(Role::Buyer),
            "seller" => Ok(Role::Seller),
            _ => Err("Please choose whether you want to buy or to sell."),
        }
    }
}

/// A registration that can be carried out.
#[derive(Debug)]
pub struct NewAccount {
    pub email: Email,
    pub name: Name,
    pub password: Password,
    pub role: Role,
}

/// A seller's `Customer` profile, as a form's valid content.
#[derive(Clone, Debug)]
pub struct SellerProfile {
    pub shop_name: ShopName,
    pub place: String,
    pub about: String,
}

/// What everyone may know of a seller.
#[derive(Clone, Debug)]
pub struct SellerCard {
    pub id: i64,
    pub account_id: i64,
    pub shop_name: String,
    pub place: String,
    pub about: String,
    pub since: time::OffsetDateTime,
    pub suspended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_or_refused() {
        assert_eq!(Email::parse("  Ana@Example.COM ").unwrap().as_str(), "ana@example.com");
        for wrong in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@x",
            "a b@example.com",
            "ana@.com",
            "a@b@c.de",
            "ana@example.com\0",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }
}
