//! HTTP/1.1 server: one task per connection, graceful shutdown by draining.
//!
//! Does what `axum::serve` does, and closes a connection whose request head doesn't arrive in time
//! (slowloris). An upgraded connection (a WebSocket) is no longer tracked here.

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// From the end of a response, or the start of the connection, to the end of the next request's
/// head. Longer than proxies keep idle connections for reuse, which is mostly 60 s.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// Accepts connections until `stop` resolves, then drains: returns when every request that had
/// begun is answered.
pub async fn serve(
    mut listener: impl Listener<Addr = SocketAddr>,
    router: Router,
    header_timeout: Duration,
    stop: impl Future<Output = ()>,
) {
    let (open, stopping) = (TaskTracker::new(), CancellationToken::new());
    let mut stop = pin!(stop);
    loop {
        let (io, addr) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(addr));
            request.map(Body::new)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .serve_connection(TokioIo::new(io), TowerToHyperService::new(service))
            .with_upgrades();
        let stopping = stopping.clone();
        open.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::trace!(%error, "connection failed");
            }
        });
    }
    drop(listener);
    stopping.cancel();
    open.close();
    open.wait().await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
        sync::oneshot,
        time::timeout,
    };

    use super::*;

    /// Only what never comes takes so long.
    const HANG_GUARD: Duration = Duration::from_secs(30);

    /// A server whose heads may take so long, and what stops it.
    async fn start(
        header_timeout: Duration,
    ) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/", get(async |ConnectInfo(from): ConnectInfo<SocketAddr>| from.to_string()));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, router, header_timeout, async { _ = stopped.await }));
        (addr, stop, served)
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_not_waited_for() {
        let (addr, _stop, _served) = start(Duration::from_millis(200)).await;
        let mut slow = TcpStream::connect(addr).await.expect("a connection");
        slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nSlow: ").await.expect("it is heard");
        let closed = async { while slow.write_all(b"x").await.is_ok() {} };
        timeout(HANG_GUARD, closed).await.expect("the slow one is closed");
    }

    #[tokio::test]
    async fn a_quiet_connection_is_used_again_and_ends_at_the_stop() {
        let (addr, stop, served) = start(HEADER_TIMEOUT).await;
        let mut quiet = TcpStream::connect(addr).await.expect("a connection");
        ask(&mut quiet).await;
        ask(&mut quiet).await;
        stop.send(()).expect("it listens");
        timeout(HANG_GUARD, served).await.expect("it stops in good order").expect("no panic");
        assert_eq!(quiet.read(&mut [0]).await.expect("an end"), 0);
    }

    async fn ask(connection: &mut TcpStream) {
        connection.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("it is heard");
        let mut answer = Vec::new();
        let from = connection.local_addr().expect("an address").to_string();
        while !String::from_utf8_lossy(&answer).ends_with(&from) {
            assert_ne!(connection.read_buf(&mut answer).await.expect("an answer"), 0);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
}
