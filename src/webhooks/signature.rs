//! Signatures of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, time and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;

use crate::accounts::SealingKey;

/// What a receiver verifies with.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Derived, not stored: whoever has the database alone can't sign.
    pub(super) fn of(key: &SealingKey, webhook_id: i64, version: i32) -> Self {
        Secret(key.derive(&format!("webhook {webhook_id} {version}")))
    }

    /// As its owner is shown it, once.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        sign(&self.0, id, timestamp, body)
    }
}

fn sign(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signed = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the reference libraries (standard-webhooks).
    #[test]
    fn a_signature_is_the_one_that_the_reference_libraries_make() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
