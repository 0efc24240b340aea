//! Password hashing: argon2id on the blocking pool, behind a queue (`hash_queue.rs`) that lets two at a time, so that
//! many sign-ins at once take 38 MiB and not all memory.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use unicode_normalization::UnicodeNormalization as _;

use super::{
    hash_queue::{HashQueue, Lane},
    model::Password,
};
use crate::accounts::sentences;
use crate::web::{Error, Result};

/// A PHC string, ready to be stored.
#[derive(Clone)]
pub struct Hash(String);

impl Hash {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

static HASH_QUEUE: LazyLock<HashQueue> = LazyLock::new(HashQueue::default);

const BUSY: Error = Error::TooMany(sentences::VERY_MANY_PEOPLE_ARE_SIGNING_IN_JUST_NOW);

/// An unknown email is checked against this, so that it takes the time of a wrong password (no
/// enumeration by timing). Made with the parameters of [`hash`].
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$6Ht5Tl+bE2548P47z/uYAA$fwaeCcrTMxBnTWqqol8sTZZsqmfVUfXJ6sGJifKS4Lw";

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

async fn bounded<T: Send + 'static>(lane: Lane, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = HASH_QUEUE.acquire(lane).await.map_err(|_| BUSY)?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|error| Error::Internal(error.into()))
}

/// For whoever reads the metrics.
pub fn record_gauges() {
    HASH_QUEUE.record_gauges();
}

/// For a command: nobody else waits.
pub async fn hash(password: &Password) -> Result<Hash> {
    hash_in(Lane::Known(0), password).await
}

pub(super) async fn hash_in(lane: Lane, password: &Password) -> Result<Hash> {
    let text = password.reveal().to_owned();
    let hashed = bounded(lane, move || hash_now(&text)).await?;
    hashed.map(Hash).map_err(|error| Error::Internal(anyhow::anyhow!("argon2: {error}")))
}

/// Whether `attempt` is the password of `stored`. Without one the answer is no, after the same
/// time.
pub(super) async fn verify(lane: Lane, attempt: &str, stored: Option<String>) -> Result<bool> {
    let composed: String = attempt.nfc().collect();
    // What was hashed before passwords were normalised is as it was typed.
    let as_typed = (composed != attempt).then(|| attempt.to_owned());
    bounded(lane, move || {
        let known = stored.is_some();
        let matches = PasswordHash::new(stored.as_deref().unwrap_or(DUMMY_HASH)).is_ok_and(|hash| {
            let fits = |text: &String| Argon2::default().verify_password(text.as_bytes(), &hash).is_ok();
            fits(&composed) || as_typed.as_ref().is_some_and(fits)
        });
        known && matches
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dummy_hash_costs_what_a_real_one_does() {
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(DUMMY_HASH), parameters(&hash_now("a password").unwrap()));
    }
}
