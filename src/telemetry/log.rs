//! The log: one line a request, to standard error. `RUST_LOG` says how much.

use axum::http::Request;
use tracing::Span;
use tracing_subscriber::EnvFilter;

pub fn init() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,haggle=info,tower_sessions_core=error"));
    // A second call (tests) changes nothing.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// A request's span: its id, method and path, never the query (it may hold a search) or anything typed. Of the highest
/// level, so that however little is logged, what is says of which request it is.
pub fn request_span<B>(request: &Request<B>, id: &str) -> Span {
    tracing::error_span!("request", id, method = %request.method(), path = request.uri().path())
}
