//! The client's address, for rate limits: the connection's, or behind trusted proxies the one that
//! they report in `X-Forwarded-For`.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Once,
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
        if proxies == 0 && !forwarded.is_empty() {
            warn_once();
        }
        let told = (proxies > 0)
            .then(|| forwarded.len().checked_sub(proxies).and_then(|at| address(forwarded[at])))
            .flatten();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(ClientAddr(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()))
    }
}

/// An address as proxies write it: alone or with a port, IPv6 with brackets or without (case 21).
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|addr| addr.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(in_brackets)
}

/// Behind a proxy that isn't trusted everybody has one address, and shares what one may do (L2).
fn warn_once() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            "a request came with X-Forwarded-For and HAGGLE_TRUSTED_PROXIES is 0: if there is a proxy in front, everybody \
             counts as one client; set it to the number of proxies"
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        for (text, expected) in [
            ("203.0.113.3", Some("203.0.113.3")),
            ("203.0.113.3:1111", Some("203.0.113.3")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(address(text), expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }
}
