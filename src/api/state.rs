//! What the endpoints share: the features' own States.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{limits::ApiLimits, token_cache::TokenCache};
use crate::{
    accounts::{self, AccessEvents, Gate, SignInLimits},
    catalog::{self, BrowseLimits},
    chat, notices, products,
    web::{LiveMarketplace, client_addr::TrustedProxies},
    webhooks,
};

/// What is kept in memory between requests.
#[derive(Clone)]
pub struct Memory {
    pub tokens: TokenCache,
    pub limits: ApiLimits,
}

impl Memory {
    pub fn new(
        db: &PgPool,
        access: &AccessEvents,
        guesses: &SignInLimits,
        trusted_proxies: TrustedProxies,
    ) -> Self {
        Memory {
            tokens: TokenCache::new(db.clone(), access.clone(), guesses.clone(), trusted_proxies),
            limits: ApiLimits::new(trusted_proxies),
        }
    }

    /// Forgets whoever asked nothing for a while; run now and then.
    pub fn sweep(&self) {
        self.tokens.sweep();
        self.limits.sweep();
    }
}

/// The document, which is made from what names this.
#[derive(Clone, Copy)]
pub struct DocumentJson(pub fn() -> &'static str);

/// Handlers take the part they need, or all of it, which costs nothing: it is one pointer.
#[derive(Clone)]
pub struct State(Arc<Parts>);

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

pub struct Parts {
    pub document: DocumentJson,
    pub db: PgPool,
    pub tokens: TokenCache,
    pub limits: ApiLimits,
    pub trusted_proxies: TrustedProxies,
    pub marketplace: LiveMarketplace,
    pub gate: Gate,
    pub access: AccessEvents,
    pub browse_limits: BrowseLimits,
    pub accounts: accounts::State,
    pub products: products::State,
    pub catalog: catalog::State,
    pub notices: notices::State,
    pub webhooks: webhooks::State,
    pub chat: chat::State,
}

macro_rules! parts {
    ($($part:ident: $type:ty,)+) => {
        $(impl FromRef<State> for $type {
            fn from_ref(state: &State) -> Self {
                state.$part.clone()
            }
        })+
    };
}

parts! {
    document: DocumentJson,
    db: PgPool,
    tokens: TokenCache,
    trusted_proxies: TrustedProxies,
    marketplace: LiveMarketplace,
    access: AccessEvents,
    browse_limits: BrowseLimits,
    accounts: accounts::State,
    products: products::State,
    catalog: catalog::State,
    notices: notices::State,
    webhooks: webhooks::State,
    chat: chat::State,
}

/// What the API takes from the program around it.
pub struct Dependencies {
    pub document: DocumentJson,
    pub memory: Memory,
    pub marketplace: LiveMarketplace,
    pub gate: Gate,
    pub accounts: accounts::State,
    pub products: products::State,
    pub catalog: catalog::State,
    pub notices: notices::State,
    pub webhooks: webhooks::State,
    pub chat: chat::State,
}

impl From<Dependencies> for State {
    fn from(with: Dependencies) -> Self {
        let accounts = with.accounts;
        State(Arc::new(Parts {
            document: with.document,
            db: accounts.db.clone(),
            tokens: with.memory.tokens,
            limits: with.memory.limits,
            trusted_proxies: accounts.trusted_proxies,
            marketplace: with.marketplace,
            gate: with.gate,
            access: accounts.access.clone(),
            browse_limits: with.catalog.limits.clone(),
            accounts,
            products: with.products,
            catalog: with.catalog,
            notices: with.notices,
            webhooks: with.webhooks,
            chat: with.chat,
        }))
    }
}
