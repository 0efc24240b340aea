//! A push service on this machine, and the browsers that it is for: it checks the sender's signature (RFC 8292) and
//! decrypts (RFC 8291) with another implementation than the program's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aes_gcm::{Aes128Gcm, KeyInit as _, aead::Aead as _};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use p256::{
    PublicKey, SecretKey,
    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
    elliptic_curve::sec1::ToEncodedPoint as _,
};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

use super::Person;

#[derive(Clone)]
pub struct PushService {
    pub origin: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    browsers: HashMap<String, Browser>,
    /// What it answers to whom instead of 201, one after the other.
    answers: HashMap<String, Vec<(u16, Option<String>)>>,
    pushes: Vec<Push>,
}

#[derive(Clone)]
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
}

/// One that was taken, or refused as it was told to.
#[derive(Clone, Debug)]
pub struct Push {
    pub browser: String,
    pub payload: Value,
    pub headers: HeaderMap,
    /// Of the body.
    pub length: usize,
    /// Of VAPID.
    pub claims: Value,
    pub key: String,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let service = PushService { origin, shared: Arc::default() };
        let router = Router::new().route("/{browser}", post(take)).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    /// What a browser's `PushSubscription.toJSON()` gives.
    pub fn subscription(&self, browser: &str) -> Value {
        let mut shared = self.shared.lock().expect("a lock");
        let seed = [shared.browsers.len() as u8 + 1; 32];
        let new = Browser { secret: SecretKey::from_slice(&seed).expect("a key"), auth: [7; 16] };
        let Browser { secret, auth } = shared.browsers.entry(browser.to_owned()).or_insert(new);
        let public = secret.public_key().to_encoded_point(false);
        json!({
            "endpoint": format!("{}/{browser}", self.origin),
            "expirationTime": null,
            "keys": { "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(auth) },
        })
    }

    /// Subscribes somebody's browser, as its page does.
    pub async fn subscribe(&self, person: &Person, browser: &str) {
        person.post_json("/account/push", &self.subscription(browser)).await.expect(204);
    }

    /// The next push to this browser is answered so.
    pub fn answer(&self, browser: &str, status: u16, location_or_retry_after: Option<&str>) {
        let mut shared = self.shared.lock().expect("a lock");
        let answer = (status, location_or_retry_after.map(str::to_owned));
        shared.answers.entry(browser.to_owned()).or_default().push(answer);
    }

    /// What came since the last call.
    pub fn take(&self) -> Vec<Push> {
        std::mem::take(&mut self.shared.lock().expect("a lock").pushes)
    }
}

async fn take(
    State(service): State<PushService>,
    Path(browser): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut shared = service.shared.lock().expect("a lock");
    let Some(keys) = shared.browsers.get(&browser) else { return StatusCode::GONE.into_response() };
    let payload = serde_json::from_slice(&decrypt(keys, &body)).expect("the payload is JSON");
    let (claims, key) = verify(headers["authorization"].to_str().expect("a header"));
    let push = Push { browser: browser.clone(), payload, headers, length: body.len(), claims, key };
    shared.pushes.push(push);
    let answer = shared.answers.get_mut(&browser).filter(|answers| !answers.is_empty());
    match answer.map(|answers| answers.remove(0)) {
        None => StatusCode::CREATED.into_response(),
        Some((status, header)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            let name = if status.is_redirection() { "location" } else { "retry-after" };
            match header {
                Some(value) => (status, [(name, value)]).into_response(),
                None => status.into_response(),
            }
        }
    }
}

/// The claims, and the key they are signed with.
fn verify(authorization: &str) -> (Value, String) {
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let verifier = VerifyingKey::from_sec1_bytes(&bytes(key)).expect("a public key");
    let signature = Signature::from_slice(&bytes(signature)).expect("a signature");
    verifier.verify(signed.as_bytes(), &signature).expect("the sender's own signature");
    let claims = serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).expect("claims");
    (claims, key.to_owned())
}

/// RFC 8291 from the receiver's end.
fn decrypt(browser: &Browser, body: &[u8]) -> Vec<u8> {
    let (salt, rest) = body.split_at(16);
    let (record_size, rest) = rest.split_at(4);
    assert_eq!(record_size, 4096_u32.to_be_bytes());
    let (length, rest) = rest.split_first().unwrap();
    let (public, sealed) = rest.split_at(usize::from(*length));
    let sender = PublicKey::from_sec1_bytes(public).expect("the sender's key");
    let shared = p256::ecdh::diffie_hellman(browser.secret.to_nonzero_scalar(), sender.as_affine());
    let own = browser.secret.public_key().to_encoded_point(false);
    let info = [b"WebPush: info\0", own.as_bytes(), public].concat();
    let mut input = [0; 32];
    Hkdf::<Sha256>::new(Some(&browser.auth), shared.raw_secret_bytes()).expand(&info, &mut input).unwrap();
    let derived = Hkdf::<Sha256>::new(Some(salt), &input);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    derived.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
    derived.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
    let mut text =
        Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), sealed).expect("it was for this browser");
    while text.pop_if(|byte| *byte == 0).is_some() {}
    assert_eq!(text.pop(), Some(2), "the delimiter of the last record");
    text
}
