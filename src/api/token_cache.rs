//! Who a token stands for, kept in memory for a moment (a cache with invalidation): a request by token asks the database
//! no more than a frame of an open socket does.
//!
//! Each entry subscribes to its grant's [`AccessEvents`], as a socket does, and is dropped at the first signal: an ended
//! token opens nothing as soon as its sockets close. Beside that an entry lives for [`TTL`].

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::extract::FromRef;
use dashmap::DashMap;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use crate::{
    accounts::{
        AccessEvents, AccessSubscription, SignInLimits,
        tokens::{self, TokenAccess},
    },
    chat::{RoomKey, RoomMember},
    web::{Result, client_addr::TrustedProxies},
};

/// Where a signal is lost, an ended token is found out this late.
const TTL: Duration = Duration::from_secs(60);
/// Of a kilobyte each.
const MAX_TOKENS: usize = 20_000;
/// Remembered for one token.
const MAX_ROOMS: usize = 32;

/// A token that was looked up, while it is good.
pub struct KnownToken {
    pub access: TokenAccess,
    signals: Mutex<AccessSubscription>,
    until: Instant,
    /// Rooms that were proved to be this person's.
    rooms: Mutex<HashMap<RoomKey, RoomMember>>,
}

impl KnownToken {
    fn is_good(&self) -> bool {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        self.until > Instant::now() && !signals.has_signal()
    }

    /// This person's place in a room, as a socket that was opened a moment ago has it; none where they have none.
    pub async fn member(&self, db: &PgPool, room: RoomKey) -> Result<Option<RoomMember>> {
        let rooms = || self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = rooms().get(&room) {
            return Ok(Some(member.clone()));
        }
        let found = RoomMember::find(db, room, &self.access.user).await?;
        if let Some(member) = &found {
            let mut rooms = rooms();
            if rooms.len() >= MAX_ROOMS {
                rooms.clear();
            }
            rooms.insert(room, member.clone());
        }
        Ok(found)
    }
}

impl FromRef<TokenCache> for TrustedProxies {
    fn from_ref(cache: &TokenCache) -> Self {
        cache.trusted_proxies
    }
}

#[derive(Clone)]
pub struct TokenCache {
    db: PgPool,
    events: AccessEvents,
    guesses: SignInLimits,
    trusted_proxies: TrustedProxies,
    entries: Arc<DashMap<[u8; 32], Arc<KnownToken>>>,
}

impl TokenCache {
    pub fn new(
        db: PgPool,
        events: AccessEvents,
        guesses: SignInLimits,
        trusted_proxies: TrustedProxies,
    ) -> Self {
        TokenCache { db, events, guesses, trusted_proxies, entries: Arc::default() }
    }

    /// None for a token that opens nothing (any longer); those cost the network something, so that nobody guesses without
    /// end, or keeps the database busy with it.
    pub async fn authenticate(&self, token: &str, addr: IpAddr) -> Result<Option<Arc<KnownToken>>> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        if let Some(entry) = self.entries.get(&hash)
            && entry.is_good()
        {
            return Ok(Some(entry.clone()));
        }
        self.entries.remove(&hash);
        let taken = self.guesses.take_token(addr)?;
        let known = self.look_up(token, hash).await;
        if !matches!(known, Ok(None)) {
            taken.give_back();
        }
        known
    }

    async fn look_up(&self, token: &str, hash: [u8; 32]) -> Result<Option<Arc<KnownToken>>> {
        let Some(access) = tokens::authenticate(&self.db, token).await? else { return Ok(None) };
        let signals = self.events.subscribe(&access.user);
        // It may have ended before anybody listened.
        if !access.user.still_signed_in(&self.db).await? {
            return Ok(None);
        }
        let left = (access.expires_at - time::OffsetDateTime::now_utc()).max(time::Duration::ZERO);
        let until = Instant::now() + TTL.min(left.unsigned_abs());
        let (signals, rooms) = (Mutex::new(signals), Mutex::default());
        let known = Arc::new(KnownToken { access, signals, until, rooms });
        if self.entries.len() >= MAX_TOKENS {
            self.sweep();
        }
        if self.entries.len() < MAX_TOKENS {
            self.entries.insert(hash, known.clone());
        }
        Ok(Some(known))
    }

    /// Forgets what is no longer good; run now and then.
    pub fn sweep(&self) {
        self.entries.retain(|_, entry| entry.is_good());
    }
}
