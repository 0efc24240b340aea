//! HTTP/1.1 server: one task per connection, graceful shutdown by draining.
//!
//! Does what `axum::serve` does, and bounds what a stranger can hold (M4): connections in all and of one address, the time
//! until a request's head is here (slowloris), and the time in which nothing of an answer is taken. An upgraded
//! connection (a WebSocket) keeps its place and its write deadline, and is no longer waited for at the stop.

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

use super::connection::{Connection, Connections, ReadPace};

/// From the end of a response, or the start of the connection, to the end of the next request's
/// head. Behind proxies it is longer than they keep idle connections for reuse, which is mostly 60 s.
const PROXY_HEADER_TIMEOUT: Duration = Duration::from_secs(75);
const HEADER_TIMEOUT: Duration = Duration::from_secs(45);

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    pub all: usize,
    /// Of one address; behind trusted proxies everybody comes from theirs, and there is none.
    pub each: Option<usize>,
    pub header_timeout: Duration,
    /// A connection that takes nothing of what is written to it for so long is closed.
    pub write_timeout: Duration,
}

impl ConnectionLimits {
    /// As many as there are file descriptors, with a reserve for files and the database; a house or an office behind one
    /// address has 2,000.
    pub fn new(trusted_proxies: usize) -> Self {
        let descriptors = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(1024, |(soft, _)| soft);
        let all = usize::try_from(descriptors.min(1_000_000)).unwrap_or(1024);
        ConnectionLimits {
            all: all.saturating_sub(256).max(64),
            each: (trusted_proxies == 0).then_some(2_000),
            header_timeout: if trusted_proxies > 0 { PROXY_HEADER_TIMEOUT } else { HEADER_TIMEOUT },
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// Accepts connections until `stop` resolves, then drains: returns when every request that had
/// begun is answered.
pub async fn serve(
    mut listener: impl Listener<Addr = SocketAddr>,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let (open, stopping) = (TaskTracker::new(), CancellationToken::new());
    let connections = Connections::default();
    let mut stop = pin!(stop);
    loop {
        let (io, addr) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        // Whoever gets no place is closed at once, without a thread, a task or a byte.
        let Some(place) = connections.place(addr.ip().to_canonical(), limits.all, limits.each) else {
            continue;
        };
        let pace = ReadPace::default();
        let io = Connection::new(io, place, pace.clone(), limits.write_timeout);
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(addr));
            request.extensions_mut().insert(pace.clone());
            request.map(Body::new)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
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
        let limits = ConnectionLimits { header_timeout, each: Some(3), ..ConnectionLimits::new(0) };
        let served = tokio::spawn(serve(listener, router, limits, async { _ = stopped.await }));
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

    /// M4.
    #[tokio::test]
    async fn one_address_has_so_many_connections_and_gets_their_places_back() {
        let (addr, _stop, _served) = start(HEADER_TIMEOUT).await;
        let mut open = Vec::new();
        for _ in 0..3 {
            let mut connection = TcpStream::connect(addr).await.expect("a connection");
            ask(&mut connection).await;
            open.push(connection);
        }
        let mut fourth = TcpStream::connect(addr).await.expect("a connection");
        // Closed at once, in whichever way the system says so.
        assert!(matches!(timeout(HANG_GUARD, fourth.read(&mut [0])).await.expect("an end"), Ok(0) | Err(_)));
        open.pop();
        let again = async {
            loop {
                let mut connection = TcpStream::connect(addr).await.expect("a connection");
                if connection.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.is_ok()
                    && connection.read(&mut [0; 12]).await.is_ok_and(|read| read > 0)
                {
                    return;
                }
            }
        };
        timeout(HANG_GUARD, again).await.expect("its place is free again");
    }

    /// M4.
    #[tokio::test]
    async fn whoever_never_reads_is_let_go() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        // More than the system keeps for a connection.
        let router = Router::new().route("/", get(async || vec![0; 64 * 1024 * 1024]));
        let limits =
            ConnectionLimits { write_timeout: Duration::from_millis(100), ..ConnectionLimits::new(0) };
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, router, limits, async { _ = stopped.await }));
        let mut deaf = TcpStream::connect(addr).await.expect("a connection");
        deaf.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("it is heard");
        // Its answer begins, and it is never read on; the stop waits for answers.
        deaf.peek(&mut [0]).await.expect("an answer");
        stop.send(()).expect("it listens");
        timeout(HANG_GUARD, served).await.expect("it was let go").expect("no panic");
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
