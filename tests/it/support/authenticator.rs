//! An authenticator in software (WebAuthn, level 2): makes passkeys and answers for them, as a phone behind a browser does.
//! Attestation is `none`, keys are ES256.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// With its browser, which is at an origin.
#[derive(Clone)]
pub struct Authenticator {
    pub origin: &'static str,
    /// Whether it asks for a fingerprint.
    pub verifies: bool,
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: Vec<u8>,
    signing: SigningKey,
    user_handle: String,
    count: u32,
}

impl Authenticator {
    pub fn at(origin: &'static str) -> Self {
        Authenticator { origin, verifies: true, keys: Vec::new() }
    }

    /// How often its newest key says it was used, the next time.
    pub fn set_count(&mut self, count: u32) {
        self.keys.last_mut().expect("a key").count = count;
    }

    /// `navigator.credentials.create`
    pub fn create(&mut self, question: &Value) -> String {
        let asked = &question["publicKey"];
        let id: [u8; 16] = rand::random();
        let signing = SigningKey::from_slice(&rand::random::<[u8; 32]>()).expect("a key");
        let point = signing.verifying_key().to_encoded_point(false);
        let mut data = self.data(&asked["rp"]["id"], HAS_CREDENTIAL, 0);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(id);
        // COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().expect("x"));
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().expect("y"));
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(data.len() as u8);
        object.extend(&data);
        let user_handle = asked["user"]["id"].as_str().expect("a user").to_owned();
        self.keys.push(Key { id: id.to_vec(), signing, user_handle, count: 0 });
        let response = json!({
            "clientDataJSON": BASE64.encode(self.client_data("webauthn.create", asked)),
            "attestationObject": BASE64.encode(object),
        });
        answer(&id, response)
    }

    /// `navigator.credentials.get`, by its newest key.
    pub fn get(&mut self, question: &Value) -> String {
        let asked = &question["publicKey"];
        let key = self.keys.last().expect("a key").clone();
        let data = self.data(&asked["rpId"], 0, key.count);
        let client_data = self.client_data("webauthn.get", asked);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature: Signature = key.signing.sign(&signed);
        let response = json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.to_der()),
            "userHandle": key.user_handle,
        });
        answer(&key.id, response)
    }

    fn data(&self, rp_id: &Value, more: u8, count: u32) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(rp_id.as_str().expect("an id")).to_vec();
        data.push(USER_PRESENT | verified | more);
        data.extend(count.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }
}

fn answer(id: &[u8], response: Value) -> String {
    let id = BASE64.encode(id);
    json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} }).to_string()
}
