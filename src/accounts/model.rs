//! Validated types of what people type about themselves: each has one constructor, `parse`.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

pub use super::email::Email;
use super::house_names::imitates_the_house;
use crate::accounts::sentences;
use crate::web::form;

/// A new password, before it is hashed. Never printed, never kept.
pub struct Password(String);

impl Password {
    pub const MIN: usize = 10;
    const MAX_BYTES: usize = 512;

    /// Normalised (NFC): the same letters are the same password, whichever system they are typed on (case 9).
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: String = text.nfc().collect();
        if text.chars().count() < Self::MIN {
            return Err(sentences::please_use_at_least_characters(Self::MIN));
        }
        if text.len() > Self::MAX_BYTES {
            return Err(sentences::THAT_PASSWORD_IS_TOO_LONG.to_owned());
        }
        if is_guessed_first(&text) {
            return Err(sentences::THAT_IS_ONE_OF_THE_FIRST_PASSWORDS_ANYBODY_WOULD.to_owned());
        }
        Ok(Password(text))
    }

    /// As [`parse`](Self::parse), and it isn't the address it belongs to.
    pub fn parse_for(text: &str, email: &str) -> Result<Self, String> {
        let typed = text.trim().to_lowercase();
        let local = email.split('@').next().unwrap_or(email);
        if !email.is_empty() && (typed == email || typed == local) {
            return Err(sentences::PLEASE_CHOOSE_SOMETHING_ELSE_THAN_YOUR_OWN_ADDRESS.to_owned());
        }
        Self::parse(text)
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

/// Passwords of ten characters and more that are known to be used most, in lower case, one on a line.
const COMMON_PASSWORDS: &str = include_str!("common_passwords.txt");

/// Whether it is one of the most used, or says the same two characters over and over, or counts.
fn is_guessed_first(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut characters: Vec<char> = lower.chars().collect();
    let steps: Vec<i64> = characters
        .windows(2)
        .map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])))
        .collect();
    let counts = ["1234567890", "0123456789", "9876543210", "0987654321"].iter().any(|digits| {
        lower.chars().all(|c| c.is_ascii_digit()) && digits.repeat(lower.len() / 10 + 2).contains(&lower)
    });
    let is_run = counts || steps.iter().all(|&step| step == 1) || steps.iter().all(|&step| step == -1);
    characters.sort_unstable();
    characters.dedup();
    characters.len() <= 2 || is_run || COMMON_PASSWORDS.lines().any(|common| common == lower)
}

/// What a person is called: 1 to 80 characters.
#[derive(Clone, Debug)]
pub struct Name(String);

/// What a seller's shop is called; the person's own name unless they say otherwise.
pub type ShopName = Name;

impl Name {
    /// A name for everybody to see: nothing in it that can't be seen, and not the own one of the house, which is called
    /// so (L11).
    pub fn parse(text: &str, house: &str) -> Result<Self, String> {
        let visible: String = text
            .chars()
            .filter(|&c| !form::is_invisible(c) || matches!(c, '\u{200c}' | '\u{200d}'))
            .collect();
        let name = form::line(&visible, 80)?;
        if imitates_the_house(&name, house) {
            return Err(sentences::THIS_NAME_IS_KEPT_FOR_WHOEVER_RUNS_THE_MARKETPLACE.to_owned());
        }
        Ok(Name(name))
    }

    /// The name of an account that does run the place.
    pub fn of_staff(text: &str) -> Result<Self, String> {
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
            _ => Err(sentences::PLEASE_CHOOSE_WHETHER_YOU_WANT_TO_BUY_OR_TO),
        }
    }
}

/// Whether somebody who has registered takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Admitted,
    Waiting,
    Refused,
}

impl Admission {
    /// As rows have it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
        }
    }

    /// What a newer version adds isn't let in here.
    pub(super) fn from_code(code: &str) -> Self {
        match code {
            "admitted" => Self::Admitted,
            "refused" => Self::Refused,
            _ => Self::Waiting,
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
    /// For visitors there is no such profile.
    pub hides_from_visitors: bool,
    /// When they registered.
    pub joined: time::OffsetDateTime,
    /// In a line, of themselves.
    pub about_line: String,
    /// Of their profile photo.
    pub photo_key: Option<String>,
    /// The median of their answers of 90 days, in seconds; none, if there are too few.
    pub answer_seconds: Option<i64>,
}

impl SellerCard {
    /// As somebody sees it who isn't signed in: nothing by which this seller is known, if they choose so.
    pub fn for_visitors(self) -> Self {
        match self.hides_from_visitors {
            true => SellerCard {
                shop_name: String::new(),
                place: String::new(),
                about: String::new(),
                about_line: String::new(),
                photo_key: None,
                ..self
            },
            false => self,
        }
    }

    pub fn is_anonymous(&self) -> bool {
        self.shop_name.is_empty()
    }

    /// How soon they usually answer, rounded up to what holds; nothing, where that says nothing.
    pub fn usually_answers_within(&self) -> Option<&'static str> {
        const HOUR: i64 = 60 * 60;
        const DAY: i64 = 24 * HOUR;
        let seconds = self.answer_seconds?;
        let bounds = [(HOUR, "an hour"), (4 * HOUR, "a few hours"), (DAY, "a day"), (3 * DAY, "a few days")];
        bounds.into_iter().find(|(most, _)| seconds <= *most).map(|(_, words)| words)
    }
}

/// Whose account is to be deleted now.
#[derive(Clone, Copy, Debug)]
pub struct Leaver {
    pub account_id: i64,
    pub seller_id: Option<i64>,
}

/// A copy of somebody's data, as they see it.
#[derive(Clone, Copy, Debug)]
pub struct ExportState {
    pub good_until: time::OffsetDateTime,
    pub is_ready: bool,
    pub bytes: i64,
}

/// Somebody who runs the place.
#[derive(Clone, Debug)]
pub struct AdminAccount {
    pub email: String,
    pub name: String,
    pub is_suspended: bool,
    pub has_second_factor: bool,
}

/// What an account has.
#[derive(Clone, Copy, Debug)]
pub struct SecondFactors {
    pub has_app: bool,
    pub passkeys: i64,
}

impl SecondFactors {
    pub fn count(self) -> i64 {
        self.passkeys + i64::from(self.has_app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L4, case 9.
    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for weak in [
            "1234567890",
            "          ",
            "aaaaaaaaaa",
            "abababababab",
            "abcdefghijkl",
            "password123",
            "Password123",
        ] {
            assert!(Password::parse(weak).is_err(), "{weak}");
        }
        assert!(Password::parse_for("ana@example.com", "ana@example.com").is_err());
        assert!(Password::parse_for("bicycle in the rain", "ana@example.com").is_ok());
        let (composed, decomposed) = ("Café-Müller 12345", "Cafe\u{301}-Mu\u{308}ller 12345");
        assert_eq!(
            Password::parse(composed).unwrap().reveal(),
            Password::parse(decomposed).unwrap().reveal()
        );
    }

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        assert_eq!(Name::parse("An\u{ad}a\u{200f}", "Haggle").unwrap().as_str(), "Ana");
        assert_eq!(Name::parse("ماجد\u{200c}ها", "Haggle").unwrap().as_str(), "ماجد\u{200c}ها");
        assert!(Name::parse("ad\u{200b}min", "Haggle").is_err());
    }
}
