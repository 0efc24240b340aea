//! VAPID (RFC 8292): push services know us by our own key, and need no account or third party for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// A token may be valid for a day; this leaves room for clocks that differ.
const LIFETIME: Duration = Duration::hours(12);

pub struct VapidKey {
    pair: EcdsaKeyPair,
}

#[derive(Debug, thiserror::Error)]
#[error("the key for push can't be used: {0}")]
pub struct VapidError(String);

impl VapidKey {
    /// A new one, as PKCS#8.
    pub fn generate() -> Result<Vec<u8>, VapidError> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(pkcs8.map_err(|error| VapidError(error.to_string()))?.as_ref().to_vec())
    }

    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, VapidError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new());
        Ok(VapidKey { pair: pair.map_err(|error| VapidError(error.to_string()))? })
    }

    /// As browsers take it: base64url of the uncompressed point.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key())
    }

    /// The `Authorization` for a push service. `audience`: its origin; `subject`: where its operators reach us.
    pub fn authorization(
        &self,
        audience: &str,
        subject: &str,
        now: OffsetDateTime,
    ) -> Result<String, VapidError> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let expires = (now + LIFETIME).unix_timestamp();
        let claims = part(json!({ "aud": audience, "exp": expires, "sub": subject }));
        let signed = format!("{head}.{claims}");
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.map_err(|error| VapidError(error.to_string()))?);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn what_is_signed_can_be_checked_with_the_key_that_stands_beside_it() {
        let key = VapidKey::from_pkcs8(&VapidKey::generate().unwrap()).unwrap();
        let now = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let header = key.authorization("https://push.example", "mailto:a@market.example", now).unwrap();
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(public));
        verifier.verify(signed.as_bytes(), &bytes(signature)).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["exp"], 1_790_000_000 + 12 * 60 * 60);
        assert_eq!(claims["sub"], "mailto:a@market.example");
    }
}
