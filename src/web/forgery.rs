//! Cross-site request forgery (CSRF), and cross-site WebSocket hijacking.
//!
//! [`layer`] refuses unsafe methods by `Sec-Fetch-Site` and `Origin`. It never looks at GET, so the
//! socket upgrade, which is a GET, takes [`SameOrigin`].

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, Response, header, request::Parts},
    response::IntoResponse,
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::Error;
use crate::web::sentences;

const REFUSED: &str = sentences::THIS_CAME_FROM_ANOTHER_SITE;

/// The address people type (`HAGGLE_PUBLIC_URL`), as an origin: `https://market.example`.
#[derive(Clone, Debug, Default)]
pub struct PublicOrigin(pub std::sync::Arc<str>);

impl PublicOrigin {
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether this is an https address, and the request came to another one, with no sign of a proxy that has
    /// unpacked it from https.
    pub fn is_missed_by(&self, headers: &HeaderMap) -> bool {
        let Some(authority) = self.0.strip_prefix("https://") else { return false };
        let proxied = ["x-forwarded-proto", "x-forwarded-for", "forwarded", "via"];
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| host != authority && host.strip_suffix(":443") != Some(authority))
            && !proxied.iter().any(|name| headers.contains_key(*name))
    }
}

type Refuse = fn(ProtectionError) -> Response<axum::body::Body>;

/// Addresses that need no session and no origin, because a token in them or in the form says who may: letters are stopped
/// by mail programs, and apps ask for tokens, without either (RFC 8058, RFC 6749).
pub fn is_by_token(path: &str) -> bool {
    matches!(path, "/oauth/token" | "/oauth/revoke")
        || ["/unsubscribe/", "/u/"].iter().any(|start| path.starts_with(start))
}

pub fn layer(origin: &PublicOrigin) -> anyhow::Result<CsrfLayer<Refuse>> {
    let refuse: Refuse = |_| Error::Forbidden(REFUSED).into_response();
    let layer = CsrfLayer::new().add_trusted_origin(&*origin.0)?;
    Ok(layer.with_insecure_bypass(|_, uri| is_by_token(uri.path())).with_rejection_response(refuse))
}

/// Proof that the request's `Origin` is this host or the public address, or missing (not a
/// browser).
pub struct SameOrigin(());

impl<S> FromRequestParts<S> for SameOrigin
where
    S: Send + Sync,
    PublicOrigin: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Some(origin) = parts.headers.get(header::ORIGIN) else {
            return Ok(SameOrigin(()));
        };
        let origin = origin.to_str().unwrap_or("null");
        let host = parts
            .uri
            .authority()
            .map(|a| a.as_str())
            .or_else(|| parts.headers.get(header::HOST)?.to_str().ok());
        let from_elsewhere = parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        // The whole origin, where the public address is https: a page of the same host by http isn't ours (I1).
        let same_host = origin.split_once("://").is_some_and(|(scheme, authority)| {
            Some(authority) == host
                && (scheme == "https" || !PublicOrigin::from_ref(state).is_https() || is_local(authority))
        });
        if from_elsewhere {
            return Err(Error::Forbidden(REFUSED));
        }
        if same_host || origin == &*PublicOrigin::from_ref(state).0 {
            return Ok(SameOrigin(()));
        }
        Err(Error::Forbidden(REFUSED))
    }
}

/// A machine's own address, where somebody looks at a marketplace from inside.
fn is_local(authority: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"]
        .contains(&authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}
