//! What the handlers share; each takes the part it needs.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{find::Found, index::SearchIndex, limits::BrowseLimits, missed::MissedSearches, views::Rendered};
use crate::{
    accounts::AccessEvents,
    products::{Catalogue, VersionedCache},
    web::{ShellSource, client_addr::TrustedProxies},
};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub limits: BrowseLimits,
    pub catalogue: Catalogue,
    pub index: SearchIndex,
    pub missed: MissedSearches,
    pub browse_cache: VersionedCache<Rendered>,
    pub list_cache: VersionedCache<Found>,
    pub trusted_proxies: TrustedProxies,
    pub shell: ShellSource,
}
