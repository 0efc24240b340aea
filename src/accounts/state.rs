//! Shared state of the handlers; each takes the part it needs (`FromRef`).

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{
    access::AccessEvents, limits::SignInLimits, oauth::AppRedirects, passkeys::RelyingParty,
    sealing::SealingKey,
};
use crate::{
    mail::Mailer,
    web::{ShellSource, client_addr::TrustedProxies, forgery::PublicOrigin},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConfirmationPolicy {
    Demanded,
    #[default]
    NotDemanded,
}

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub sign_in_limits: SignInLimits,
    pub trusted_proxies: TrustedProxies,
    pub public_origin: PublicOrigin,
    pub mailer: Mailer,
    /// Whether whoever registers has to confirm their address before they write or sell: where letters reach people.
    pub confirmation: ConfirmationPolicy,
    /// Of second factors' secrets at rest.
    pub sealing_key: SealingKey,
    pub relying_party: RelyingParty,
    /// Where the marketplace's own app may have people sent.
    pub app_redirects: AppRedirects,
    pub shell: ShellSource,
}
