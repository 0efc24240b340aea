//! SimHash (Charikar): a hash whose bits are voted for by every triple of words, so that near texts have near hashes.

use sha2::{Digest as _, Sha256};

/// With fewer words two people write the same by chance.
const FEWEST_WORDS: usize = 8;

/// Digits don't count: prices and numbers are what such texts differ in.
pub fn text_hash(text: &str) -> Option<i64> {
    let plain = super::words::plain(text);
    let words: Vec<&str> =
        plain.split_whitespace().filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit())).collect();
    if words.len() < FEWEST_WORDS {
        return None;
    }
    let mut votes = [0_i32; 64];
    for triple in words.windows(3) {
        let digest = Sha256::digest(triple.join(" "));
        let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let hash =
        votes.iter().enumerate().filter(|(_, vote)| **vote > 0).fold(0_u64, |hash, (bit, _)| hash | 1 << bit);
    Some(hash.cast_signed())
}
