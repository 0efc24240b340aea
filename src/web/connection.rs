//! A bounded resource: an accepted connection with its place among those that there may be, and a deadline for whoever
//! doesn't read what is written. A WebSocket keeps both after its upgrade, and gets a [`ReadPace`].

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use metrics::{counter, gauge};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};
use tokio_io_timeout::TimeoutWriter;

use crate::telemetry::names::{CONNECTIONS, CONNECTIONS_REFUSED};

/// The open connections by address.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection's place; given back when dropped.
pub struct Place {
    connections: Connections,
    ip: IpAddr,
}

impl Connections {
    /// None, if this address has all it may have, or everybody together has.
    pub fn place(&self, ip: IpAddr, all: usize, each: Option<usize>) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.get(&ip).copied().unwrap_or(0);
        if each.is_some_and(|each| count >= each) || open.values().sum::<usize>() >= all {
            counter!(CONNECTIONS_REFUSED).increment(1);
            return None;
        }
        open.insert(ip, count + 1);
        gauge!(CONNECTIONS).increment(1);
        Some(Place { connections: self.clone(), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        gauge!(CONNECTIONS).decrement(1);
        let mut open = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(self.ip) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Back-pressure: how fast a connection is read, in each request's extensions. A form comes as fast as it can. Of a
/// WebSocket each frame costs time, also one that ends no message and that nobody above counts (L10).
#[derive(Clone, Default)]
pub struct ReadPace {
    is_bounded: Arc<AtomicBool>,
}

impl ReadPace {
    /// Bytes a second: some thousand messages. Of frames without content it is the fiftieth part of a core.
    const RATE: u32 = 1024 * 1024;
    const BURST: f64 = 4.0 * 1024.0 * 1024.0;

    pub fn bound(&self) {
        self.is_bounded.store(true, Relaxed);
    }
}

/// A token bucket.
struct Bucket {
    /// Bytes; below nothing after a read that took more.
    left: f64,
    filled: Instant,
    refill: Option<Pin<Box<Sleep>>>,
}

impl Bucket {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let more = (now - self.filled).as_secs_f64() * f64::from(ReadPace::RATE);
        (self.left, self.filled) = ((self.left + more).min(ReadPace::BURST), now);
        if self.left <= 0.0 {
            // A tenth of a second's worth at a time.
            let wait = Duration::from_secs_f64(0.1 - self.left / f64::from(ReadPace::RATE));
            ready!(self.refill.get_or_insert_with(|| Box::pin(sleep(wait))).as_mut().poll(cx));
        }
        self.refill = None;
        Poll::Ready(())
    }
}

/// The bytes of one connection.
pub struct Connection<Io> {
    io: Pin<Box<TimeoutWriter<Io>>>,
    pace: ReadPace,
    bucket: Bucket,
    _place: Place,
}

impl<Io: AsyncRead + AsyncWrite> Connection<Io> {
    /// Fails when nothing of what is written was taken for `write_timeout`.
    pub fn new(io: Io, place: Place, pace: ReadPace, write_timeout: Duration) -> Self {
        let mut io = TimeoutWriter::new(io);
        io.set_timeout(Some(write_timeout));
        let bucket = Bucket { left: ReadPace::BURST, filled: Instant::now(), refill: None };
        Connection { io: Box::pin(io), pace, bucket, _place: place }
    }
}

impl<Io: AsyncRead + AsyncWrite> AsyncRead for Connection<Io> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.pace.is_bounded.load(Relaxed) {
            return this.io.as_mut().poll_read(cx, buf);
        }
        ready!(this.bucket.poll_ready(cx));
        let before = buf.filled().len();
        let read = this.io.as_mut().poll_read(cx, buf);
        this.bucket.left -= (buf.filled().len() - before) as f64;
        read
    }
}

impl<Io: AsyncRead + AsyncWrite> AsyncWrite for Connection<Io> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().io.as_mut().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().io.as_mut().poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io.as_mut().poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_bounded_connection_is_not_read_beyond_its_burst() {
        let (mut client, server) = tokio::io::duplex(64 * 1024 * 1024);
        client.write_all(&vec![0; 32 * 1024 * 1024]).await.unwrap();
        let place = Connections::default().place([127, 0, 0, 1].into(), 1, None).unwrap();
        let pace = ReadPace::default();
        let mut connection = Connection::new(server, place, pace.clone(), Duration::from_secs(60));
        let mut piece = vec![0; 1024 * 1024];
        for _ in 0..8 {
            assert!(connection.read(&mut piece).now_or_never().is_some(), "a form comes as fast as it can");
        }
        pace.bound();
        let mut read = 0;
        while let Some(bytes) = connection.read(&mut piece).now_or_never() {
            read += bytes.unwrap();
        }
        assert!(read >= ReadPace::BURST as usize, "{read}");
        assert!(read < 24 * 1024 * 1024, "there is more, and nobody reads it: {read}");
        assert!(connection.read(&mut piece).await.is_ok(), "it goes on later");
    }
}
