//! Session store in PostgreSQL, for tower-sessions.
//!
//! The cookie's id is hashed at rest, the account is a column (so that all of somebody's sessions
//! end with one statement), and `save` is an UPDATE: a session that was ended stays ended, even if
//! a request that began before is still writing to it.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use time::OffsetDateTime;
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{session_lookup::SessionLookup, store::session_rows};

/// The key in a session's data that says whose it is.
pub const ACCOUNT_ID: &str = "account_id";
/// The key of what was read together with the session, and is never stored: a `SessionAccount`.
pub(super) const ACCOUNT: &str = "account";
/// The key that says which sign-in of that account it was.
pub const EPOCH: &str = "epoch";
/// The keys that say of the browser what its owner is told; see `browser.rs`.
pub const DEVICE: &str = "device";
pub const NETWORK: &str = "network";
/// The key that says in which hour (since 1970) it was last used.
pub const SEEN_HOUR: &str = "seen_hour";
/// The key that says that whoever is signed in runs the place.
pub const IS_ADMIN: &str = "is_admin";
/// The key of what a passkey's answer is compared with; see `passkeys/challenge.rs`.
pub(super) const PASSKEY_CHALLENGE: &str = "passkey_challenge";
pub const COOKIE: &str = "haggle";
/// Its name where the public address is https: browsers take it from this host alone, over https (L5).
const SECURE_COOKIE: &str = "__Host-haggle";
/// How long a session lasts after it was last written to.
const LIFETIME: time::Duration = time::Duration::days(30);
/// The same of a visitor's that holds a passkey's challenge and nothing else: strangers make many.
const CHALLENGE_LIFETIME: time::Duration = time::Duration::minutes(5);
/// The same of somebody who runs the place (L4).
const ADMIN_LIFETIME: time::Duration = time::Duration::hours(12);

/// The layer that loads a request's session and saves it when it was changed.
pub fn layer(db: PgPool, secure: bool) -> SessionManagerLayer<PgSessions> {
    SessionManagerLayer::new(PgSessions { lookup: SessionLookup::new(db.clone()), db })
        .with_name(if secure { SECURE_COOKIE } else { COOKIE })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(LIFETIME))
}

/// What stands in `sessions.id_hash` for a cookie's id.
pub fn id_hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

/// Deletes expired sessions; run periodically.
pub async fn sweep_sessions(db: &PgPool) -> sqlx::Result<u64> {
    session_rows::delete_expired(db).await
}

#[derive(Clone, Debug)]
pub struct PgSessions {
    db: PgPool,
    lookup: SessionLookup,
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn expires_at(record: &Record) -> OffsetDateTime {
    if !record.data.is_empty() && record.data.keys().all(|key| key == PASSKEY_CHALLENGE) {
        return record.expiry_date.min(OffsetDateTime::now_utc() + CHALLENGE_LIFETIME);
    }
    match record.data.get(IS_ADMIN).and_then(serde_json::Value::as_bool) {
        Some(true) => record.expiry_date.min(OffsetDateTime::now_utc() + ADMIN_LIFETIME),
        _ => record.expiry_date,
    }
}

/// What is kept of it.
fn stored(record: &Record) -> Result<Value> {
    let kept: HashMap<_, _> = record.data.iter().filter(|(key, _)| *key != ACCOUNT).collect();
    serde_json::to_value(kept).map_err(backend)
}

fn account_id(record: &Record) -> Option<i64> {
    record.data.get(ACCOUNT_ID)?.as_i64()
}

#[async_trait]
impl SessionStore for PgSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = stored(record)?;
        session_rows::insert(&self.db, id_hash(&record.id), account_id(record), data, expires_at(record))
            .await
            .map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = stored(record)?;
        session_rows::update(&self.db, id_hash(&record.id), account_id(record), data, expires_at(record))
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = self.lookup.find(id_hash(id)).await.map_err(Error::Backend)?;
        row.map(|row| {
            let mut data: HashMap<String, Value> = serde_json::from_value(row.data).map_err(backend)?;
            if let Some(account) = row.account {
                data.insert(ACCOUNT.to_owned(), serde_json::to_value(account).map_err(backend)?);
            }
            Ok(Record { id: *id, data, expiry_date: row.expires_at })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        session_rows::delete(&self.db, id_hash(id)).await.map_err(backend)
    }
}
