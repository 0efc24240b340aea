//! Shared state of the handlers; each takes the part it needs (`FromRef`).

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{access::AccessEvents, limits::SignInLimits};
use crate::web::{ShellSource, client_addr::TrustedProxies, forgery::PublicOrigin};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub sign_in_limits: SignInLimits,
    pub trusted_proxies: TrustedProxies,
    pub public_origin: PublicOrigin,
    pub shell: ShellSource,
}
