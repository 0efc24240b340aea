//! Proof Key for Code Exchange (RFC 7636), S256 only: who comes with the code is who asked for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a verifier, as it is sent.
pub(super) fn is_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok()
}

pub(super) fn is_answered(challenge: &str, verifier: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_verifier_answers_its_challenge() {
        let (challenge, verifier) =
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert!(is_challenge(challenge) && is_answered(challenge, verifier));
        assert!(!is_answered(challenge, challenge) && !is_answered(challenge, ""));
        let short = "x".repeat(42);
        assert!(!is_answered(&URL_SAFE_NO_PAD.encode(Sha256::digest(&short)), &short));
        for wrong in ["", verifier.trim_end_matches('k'), &format!("{challenge}="), &"+".repeat(43)] {
            assert!(!is_challenge(wrong), "{wrong}");
        }
    }
}
