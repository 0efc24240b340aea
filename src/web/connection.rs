//! A bounded resource: an accepted connection with its place among those that there may be, and a deadline for whoever
//! doesn't read what is written. A WebSocket keeps both after its upgrade.

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_io_timeout::TimeoutWriter;

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
            return None;
        }
        open.insert(ip, count + 1);
        Some(Place { connections: self.clone(), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(self.ip) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The bytes of one connection.
pub struct Connection<Io> {
    io: Pin<Box<TimeoutWriter<Io>>>,
    _place: Place,
}

impl<Io: AsyncRead + AsyncWrite> Connection<Io> {
    /// Fails when nothing of what is written was taken for `write_timeout`.
    pub fn new(io: Io, place: Place, write_timeout: Duration) -> Self {
        let mut io = TimeoutWriter::new(io);
        io.set_timeout(Some(write_timeout));
        Connection { io: Box::pin(io), _place: place }
    }
}

impl<Io: AsyncRead + AsyncWrite> AsyncRead for Connection<Io> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io.as_mut().poll_read(cx, buf)
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
