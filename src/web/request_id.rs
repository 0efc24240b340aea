//! The request's id: in the log's span, in the answer's `X-Request-Id`, and on the page of an error that is ours.
//!
//! A proxy's own id is taken where proxies are trusted, so that its log and ours can be laid side by side; a stranger's
//! never is.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};

use super::client_addr::TrustedProxies;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Without letters that are mistaken for others (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Fifty bits: short enough to be read out, and long enough for a log.
const LENGTH: usize = 10;
const MAX_FOREIGN: usize = 64;

#[derive(Clone, Copy)]
pub struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let random = rand::random::<u64>();
        let id: String = (0..LENGTH)
            .map(|n| char::from(ALPHABET[(random >> (5 * n)) as usize % ALPHABET.len()]))
            .collect();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// The layers, to be added in this order: around the log, the last one outermost.
pub fn layers() -> (PropagateRequestIdLayer, SetRequestIdLayer<RandomId>) {
    (PropagateRequestIdLayer::new(HEADER), SetRequestIdLayer::new(HEADER, RandomId))
}

/// The layer around these, for `from_fn_with_state`.
pub async fn forget_strangers(
    State(TrustedProxies(proxies)): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_good = request.headers().get(HEADER).is_some_and(|id| proxies > 0 && is_plain(id.as_bytes()));
    if !is_good {
        request.headers_mut().remove(HEADER);
    }
    next.run(request).await
}

/// As ids are written; nothing that could be more than one in a log.
fn is_plain(id: &[u8]) -> bool {
    let is_plain = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    (1..=MAX_FOREIGN).contains(&id.len()) && id.iter().all(is_plain)
}

/// What stands in the log for this request.
pub fn of<B>(request: &axum::http::Request<B>) -> &str {
    in_extensions(request.extensions()).unwrap_or_default()
}

pub fn in_extensions(extensions: &axum::http::Extensions) -> Option<&str> {
    extensions.get::<RequestId>()?.header_value().to_str().ok()
}
