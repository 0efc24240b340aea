//! What webhooks share.

use axum::extract::FromRef;
use sqlx::PgPool;

use crate::{accounts::SealingKey, notices::AllowedNetworks};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    /// Secrets are derived from it.
    pub sealing_key: SealingKey,
    /// Private networks that may be called all the same.
    pub allowed: AllowedNetworks,
}
