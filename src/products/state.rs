//! What the handlers share; each takes the part it needs.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{
    browse_cache::BrowseCache,
    catalogue::Catalogue,
    events::ProductEvents,
    limits::{BrowseLimits, PhotoLimits},
    media::KnownPhotos,
    photos::Uploads,
    quota::ProductQuota,
    view_counter::ViewCounter,
};
use crate::{
    accounts::AccessEvents,
    web::{ShellSource, client_addr::TrustedProxies},
};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub events: ProductEvents,
    pub uploads: Uploads,
    pub photo_limits: PhotoLimits,
    pub known_photos: KnownPhotos,
    pub view_counter: ViewCounter,
    pub quota: ProductQuota,
    pub browse_limits: BrowseLimits,
    pub catalogue: Catalogue,
    pub browse_cache: BrowseCache,
    pub trusted_proxies: TrustedProxies,
    pub shell: ShellSource,
}
