//! Layers around a router as a whole.
//!
//! `Router::layer` puts the layer around each route by itself, and each layer clones what it holds for a request: the
//! handler's state would be cloned once for each layer, for each layer. A router around a router clones a pointer.
//! What has to know the route that was found (`MatchedPath`) stays inside, with `Router::layer`.

use std::convert::Infallible;

use axum::{Router, extract::Request, response::IntoResponse};
use tower::{Layer, Service};

pub trait Around {
    /// The layer goes around everything so far, fallbacks too.
    fn around<L>(self, layer: L) -> Router
    where
        L: Layer<Router>,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static;
}

impl Around for Router {
    fn around<L>(self, layer: L) -> Router
    where
        L: Layer<Router>,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Router::new().fallback_service(layer.layer(self))
    }
}
