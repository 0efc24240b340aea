//! Security headers of every response. The content security policy (CSP) allows nothing inline.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The policy of a page whose form is answered by a redirect to this source, which is checked already.
pub fn policy_with_form_action(source: &str) -> HeaderValue {
    let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {source}"));
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY))
}

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: it would turn the Origin of our own forms into `null`.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // A page names a person; a shared cache may not keep it. `no-cache` still allows going back
    // at once.
    (header::CACHE_CONTROL, "private, no-cache"),
];

/// Two years of https only, where the public address is https (L5).
const HSTS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");

/// The headers of every response; none replaces one that a handler has set.
pub async fn secure(State(is_https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS.into_iter().chain(is_https.then_some(HSTS)) {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Pages about one person that nobody minds waiting for are kept nowhere. Conversations are: going back to them is
/// instant, and signing out asks the browser to forget them.
pub async fn no_store(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    const PRIVATE: [&str; 13] = [
        "/account",
        "/admin",
        "/seller/",
        "/notices",
        "/settings",
        // Their addresses hold what opens something.
        "/confirm-email",
        "/change-email",
        "/undo-email",
        "/reset-password",
        "/login/",
        "/oauth/",
        "/unsubscribe/",
        "/u/",
    ];
    let is_private = PRIVATE.iter().any(|start| path.starts_with(start));
    let mut response = next.run(request).await;
    if is_private {
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-store"));
    }
    response
}

/// Each request of HTTP/1.1 says once which host it is for (RFC 9112, 3.2; I2): two that are read differently by a proxy
/// and by us are how requests are smuggled.
pub async fn one_host(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        return (StatusCode::BAD_REQUEST, "A request names one host.\n").into_response();
    }
    next.run(request).await
}
