//! Tokens as texts: a prefix that says what it is, and random bytes. Only the SHA-256 is stored.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Of an app, for an hour.
pub(in crate::accounts) const ACCESS: &str = "hg_at_";
/// Of a script, for as long as its owner said.
pub(in crate::accounts) const PERSONAL: &str = "hg_pat_";
/// Gets an app its next access token.
pub(in crate::accounts) const REFRESH: &str = "hg_rt_";

pub(in crate::accounts) fn random<const N: usize>(prefix: &str) -> String {
    write(prefix, &rand::random::<[u8; N]>())
}

pub(in crate::accounts) fn write(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The bytes of a token of this kind; nothing for what can't be one, before any database is asked.
pub(in crate::accounts) fn read<const N: usize>(prefix: &str, text: &str) -> Option<[u8; N]> {
    let encoded = text.strip_prefix(prefix).filter(|encoded| encoded.len() <= N * 4 / 3 + 1)?;
    URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()
}

pub(in crate::accounts) fn hash(text: &str) -> Vec<u8> {
    hash_bytes(text.as_bytes())
}

pub(in crate::accounts) fn hash_bytes(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_token_is_read_as_one() {
        let token = random::<32>(ACCESS);
        assert!(token.len() == 49 && read::<32>(ACCESS, &token).is_some());
        assert!(read::<32>(PERSONAL, &token).is_none());
        let long = "A".repeat(1 << 20);
        for wrong in
            ["", "hg_at_", "hg_at_AAAA", &token[..48], &format!("{token}A"), &format!("hg_at_{long}")]
        {
            assert!(read::<32>(ACCESS, wrong).is_none(), "{}", wrong.len());
        }
        let spaced = token.replace(&token[20..21], " ");
        assert!(read::<32>(ACCESS, &spaced).is_none());
    }
}
