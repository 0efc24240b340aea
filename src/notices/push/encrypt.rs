//! Encryption for web push: RFC 8291 over RFC 8188's `aes128gcm`. Only the browser that subscribed can read it.

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf::{self, HKDF_SHA256, KeyType, Prk},
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};

/// Texts are padded to a multiple of it, so that their length says little about them.
const STEP: usize = 512;
/// A push service takes 4,096 bytes; this much is left beside the header, the delimiter and the tag.
pub const MAX_TEXT: usize = 3_993;
/// Of the one record that there is.
const RECORD_SIZE: u32 = 4_096;

/// What a browser gave with its subscription.
#[derive(Clone, Debug)]
pub struct SubscriptionKeys {
    /// Its public key, an uncompressed point of P-256.
    pub p256dh: [u8; 65],
    pub auth: [u8; 16],
}

#[derive(Debug, thiserror::Error)]
pub enum EncryptError {
    #[error("the text has {0} bytes, more than a push may have")]
    TooLong(usize),
    #[error("the subscription's key is no point of its curve")]
    Key,
}

impl From<ring::error::Unspecified> for EncryptError {
    fn from(_: ring::error::Unspecified) -> Self {
        EncryptError::Key
    }
}

/// The body of a push, with a key and a salt of its own.
pub fn encrypt(keys: &SubscriptionKeys, text: &[u8]) -> Result<Vec<u8>, EncryptError> {
    if text.len() > MAX_TEXT {
        return Err(EncryptError::TooLong(text.len()));
    }
    let random = SystemRandom::new();
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let public = private.compute_public_key()?;
    let padding = (text.len().next_multiple_of(STEP)).min(MAX_TEXT) - text.len();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.p256dh);
    agree_ephemeral(private, &theirs, |secret| seal(keys, secret, public.as_ref(), &salt, text, padding))?
}

/// Everything but the agreement on `secret`, so that the RFC's example can be computed.
fn seal(
    keys: &SubscriptionKeys,
    secret: &[u8],
    public: &[u8],
    salt: &[u8; 16],
    text: &[u8],
    padding: usize,
) -> Result<Vec<u8>, EncryptError> {
    let mixed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &keys.auth), secret);
    let mixed = Prk::new_less_safe(HKDF_SHA256, mixed.as_ref());
    let input: [u8; 32] = expand(&mixed, &[b"WebPush: info\0", &keys.p256dh, public])?;
    let derived = hkdf::Salt::new(HKDF_SHA256, salt).extract(&input);
    let key: [u8; 16] = expand(&derived, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&derived, &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(RECORD_SIZE as usize);
    record.extend(text);
    record.push(2); // the delimiter of the last record
    record.resize(record.len() + padding, 0);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;

    let mut body = Vec::with_capacity(RECORD_SIZE as usize);
    body.extend(salt);
    body.extend(RECORD_SIZE.to_be_bytes());
    body.push(public.len() as u8);
    body.extend(public);
    body.extend(record);
    Ok(body)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> Result<[u8; N], EncryptError> {
    let mut bytes = [0; N];
    key.expand(info, Length(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn keys() -> SubscriptionKeys {
        SubscriptionKeys {
            p256dh: bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            )
            .try_into()
            .unwrap(),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        }
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_rfcs_example_comes_out() {
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let public =
            bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let body = seal(&keys(), &secret, &public, &salt, b"When I grow up, I want to be a watermelon", 0);
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(body.unwrap()), expected);
    }

    #[test]
    fn lengths_say_little_and_have_a_limit() {
        let length = |text: usize| encrypt(&keys(), &vec![b'x'; text]).map(|body| body.len());
        // Beside the text: 86 bytes of header, a delimiter, a tag of 16.
        for (text, padded) in [(1, 512), (512, 512), (513, 1024), (3_900, MAX_TEXT), (MAX_TEXT, MAX_TEXT)] {
            assert_eq!(length(text).unwrap(), padded + 103, "{text}");
        }
        assert_eq!(MAX_TEXT + 103, 4_096);
        assert!(matches!(length(MAX_TEXT + 1), Err(EncryptError::TooLong(_))));
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let nonsense = SubscriptionKeys { p256dh: [4; 65], ..keys() };
        assert!(matches!(encrypt(&nonsense, b"x"), Err(EncryptError::Key)));
    }
}
