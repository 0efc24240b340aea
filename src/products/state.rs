//! What the handlers share; each takes the part it needs.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{
    catalogue::Catalogue, events::ProductEvents, limits::PhotoLimits, media::KnownPhotos, photos::Uploads,
    product::ProductFragment, quota::ProductQuota, versioned_cache::VersionedCache,
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
    pub catalogue: Catalogue,
    pub product_cache: VersionedCache<ProductFragment>,
    pub trusted_proxies: TrustedProxies,
    pub shell: ShellSource,
}
