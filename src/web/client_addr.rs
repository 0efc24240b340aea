//! The client's address, for rate limits: the connection's, or behind trusted proxies the one that
//! they report in `X-Forwarded-For`.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::request::Parts,
};

/// How many proxies in front may be trusted (`HAGGLE_TRUSTED_PROXIES`).
#[derive(Clone, Copy, Debug)]
pub struct TrustedProxies(pub usize);

/// The client's address: the connection's, or with n trusted proxies the n-th from the right in
/// `X-Forwarded-For`. Entries further left are the client's own
/// and can be forged.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddr(pub IpAddr);

impl<S> FromRequestParts<S> for ClientAddr
where
    S: Send + Sync,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let TrustedProxies(proxies) = TrustedProxies::from_ref(state);
        let forwarded: Vec<&str> = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let told = (proxies > 0)
            .then(|| forwarded.len().checked_sub(proxies).and_then(|at| forwarded[at].parse().ok()))
            .flatten();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(ClientAddr(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()))
    }
}
