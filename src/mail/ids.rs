//! Message-IDs of letters: the same for the same letter at every try, and such that what comes back shows to whom it went.
//!
//! Stateless token: `<what.mac@domain>`, where `mac` is an HMAC over `what` and the address.

use std::fmt::Write as _;

use ring::hmac;
use sha2::{Digest as _, Sha256};

/// Bytes of each half.
const BYTES: usize = 16;

#[derive(Clone, Debug)]
pub struct LetterIds(hmac::Key);

impl LetterIds {
    /// What their key is derived for.
    pub const PURPOSE: &str = "mail: ids of letters";

    /// All nodes have the same key, or one doesn't know the others' letters.
    pub fn new(key: [u8; 32]) -> Self {
        LetterIds(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    pub(super) fn message_id(&self, text: &str, to: &str, domain: &str) -> String {
        let what = hashed(text);
        let mac = hex(hmac::sign(&self.0, &signed(&what, to)).as_ref());
        format!("<{what}.{mac}@{domain}>")
    }

    /// Whether it is of a letter of ours to this address.
    pub(super) fn is_to(&self, id: &str, to: &str) -> bool {
        let local = id.trim().trim_start_matches('<').split('@').next().unwrap_or_default();
        let Some((what, mac)) = local.split_once('.') else { return false };
        hex(hmac::sign(&self.0, &signed(what, to)).as_ref()) == mac
    }
}

/// An id for what isn't a letter: a thread.
pub(super) fn thread_id(text: &str, domain: &str) -> String {
    format!("<{}@{domain}>", hashed(text))
}

fn signed(what: &str, to: &str) -> Vec<u8> {
    format!("{what} {}", to.to_lowercase()).into_bytes()
}

/// It says nothing about the text.
fn hashed(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(BYTES).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
