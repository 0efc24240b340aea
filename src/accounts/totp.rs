//! Time-based one-time passwords (RFC 6238): HMAC-SHA-1, 6 digits, 30 s, as every authenticator app has them.

use ring::hmac;

/// 160 bits, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
/// Clocks may differ by one step.
const WINDOW: i64 = 1;

/// Which step of 30 s this is.
pub fn step_at(unix_seconds: i64) -> i64 {
    unix_seconds.div_euclid(STEP_SECONDS)
}

/// The code of a step (RFC 4226, 5.3).
pub fn code(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let four = [bytes[offset] & 0x7f, bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]];
    u32::from_be_bytes(four) % 1_000_000
}

/// The step whose code this is, of those around now that came after `last_step`.
pub fn matching_step(secret: &[u8], attempt: u32, now_step: i64, last_step: i64) -> Option<i64> {
    // All of them are tried, whichever fits.
    let fits: Vec<i64> =
        (now_step - WINDOW..=now_step + WINDOW).filter(|&step| code(secret, step) == attempt).collect();
    fits.into_iter().find(|&step| step > last_step)
}

/// For an app, as text: RFC 4648 without padding.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(five);
        for at in 0..(chunk.len() * 8).div_ceil(5) {
            text.push(char::from(ALPHABET[(bits >> (35 - 5 * at) & 31) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, the last six digits of each.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(SECRET, step_at(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_works_once_and_half_a_minute_around_its_time() {
        let of = |step| code(SECRET, step);
        for (step, fits) in [(97, None), (99, Some(99)), (100, Some(100)), (101, Some(101)), (103, None)] {
            assert_eq!(matching_step(SECRET, of(step), 100, 0), fits, "{step}");
        }
        assert_eq!(matching_step(SECRET, of(100), 100, 100), None, "it was used");
        assert_eq!(matching_step(SECRET, of(99), 100, 100), None, "older than one that was used");
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(&[0; SECRET_BYTES]).len(), 32);
    }
}
