//! Heuristic screening of first messages: what is often said by those who want somebody's money, as reasons to be
//! careful for whoever reads it. Pure: from a text to warnings, each with a code. It never blocks or changes anything.
//!
//! ```text
//! text ─┬→ links.rs   outside links, names that look like this marketplace's
//!       ├→ phone.rs   telephone numbers, which prices and article numbers aren't
//!       └→ words.rs   other messengers, payments that can't be taken back, codes and couriers
//! ```
//!
//! Invariant: a word that honest people use as well (a bank, a parcel service) warns only beside a link, a number or an
//! address. `tests/it/safety/first_messages/` has messages of both kinds, and the rates that hold.

mod links;
mod phone;
mod text_hash;
mod words;

pub use text_hash::text_hash;

use crate::web::look_alike::skeleton;

/// Entries at the beginning of a room that are screened: who says what they are after does it there.
pub const FIRST_MESSAGES: i64 = 10;

/// What a message gives reason to be careful about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It leads out of the marketplace, to this domain.
    Link(String),
    /// This domain looks like the marketplace's, or like another's with letters of another script.
    LookAlike(String),
    /// It wants to go on in another program.
    Messenger,
    Phone,
    Email,
    /// Money or goods ahead, in a way that can't be taken back; card numbers, codes, couriers.
    Payment,
}

impl Warning {
    /// Stable, for programs and statistics.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::Link(_) => "link",
            Warning::LookAlike(_) => "look_alike",
            Warning::Messenger => "messenger",
            Warning::Phone => "phone",
            Warning::Email => "email",
            Warning::Payment => "payment",
        }
    }

    /// The host to be shown large; empty where there is none.
    pub fn host(&self) -> &str {
        match self {
            Warning::Link(host) | Warning::LookAlike(host) => host,
            _ => "",
        }
    }
}

/// The marketplace's own names, which others pretend to be.
#[derive(Clone, Debug)]
pub struct OwnNames {
    /// As in the address bar, without a port.
    host: String,
    /// What may not be imitated: the marketplace's name, and the name in its host.
    names: Vec<String>,
}

impl OwnNames {
    /// `origin`: `https://market.example:8443`.
    pub fn new(name: &str, origin: &str) -> Self {
        let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let names = [skeleton(name), skeleton(links::own_label(&host))];
        let names = names.into_iter().filter(|name| name.chars().count() >= 4).collect();
        OwnNames { host, names }
    }
}

/// Bytes of a message that are looked at: a message of any language has its point before that.
const MAX_SCREENED: usize = 4000;

/// Each kind of warning once, links first.
pub fn warnings(text: &str, own: &OwnNames) -> Vec<Warning> {
    let text = &text[..text.floor_char_boundary(MAX_SCREENED)];
    let plain = words::plain(text);
    let mut warnings = links::warnings(text, &own.host, &own.names);
    let has_phone = phone::has_number(text, &plain);
    let has_messenger = words::names_messenger(&plain);
    let has_email = words::has_email(text);
    let leads_out = !warnings.is_empty() || has_phone || has_messenger || has_email;
    for (is_there, warning) in [
        (words::speaks_of_payment(&plain, leads_out) || words::has_iban(text), Warning::Payment),
        (has_messenger, Warning::Messenger),
        (has_phone, Warning::Phone),
        (has_email, Warning::Email),
    ] {
        if is_there {
            warnings.push(warning);
        }
    }
    warnings
}
