//! WebSocket I/O shared by room and inbox sockets. Every send has a time-out; a close frame carries the
//! reason, and the peer gets 2 s to read it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt as _;
use tokio::time::timeout;

use crate::chat::sentences;
use crate::{
    accounts::{AccessSignal, AccessSubscription},
    chat::{domain::outcome::SendError, live::frames::ServerFrame},
    web::{Error, Result, with_task_timeout},
};

/// Small: ten thousand idle sockets are mostly buffers, and most frames are shorter.
pub const READ_BUFFER_BYTES: usize = 512;
/// How long a closing socket is given to hear that it is.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Pings and time-outs, so that a socket whose peer is gone or doesn't read is found and closed. Other values than the
/// default are for tests.
#[derive(Clone, Copy, Debug)]
pub struct KeepAlive {
    pub ping: Duration,
    /// After so long without a sign the socket is closed, when the next ping is due.
    pub idle_timeout: Duration,
    /// How long one frame may take to get out.
    pub send_timeout: Duration,
}

impl Default for KeepAlive {
    /// Two pings without an answer; seen when the third is due.
    fn default() -> Self {
        KeepAlive {
            ping: Duration::from_secs(25),
            idle_timeout: Duration::from_secs(60),
            send_timeout: Duration::from_secs(10),
        }
    }
}

/// Answered before the upgrade.
pub const TOO_MANY: Error = Error::TooMany(sentences::YOU_HAVE_TOO_MANY_WINDOWS_OPEN_HERE);

/// Why a socket is closed, in the contract's codes.
pub struct Close(pub u16, pub &'static str);

pub const TOO_BIG: Close = Close(1009, "too big");
pub const SERVICE_RESTART: Close = Close(1012, "come back");
pub const ACCESS_ENDED: Close = Close(4401, "access ended");
/// To a program that has said who it is after the upgrade.
pub const NOT_FOUND: Close = Close(4404, "not found");
pub const TOO_SLOW: Close = Close(4408, "too slow");
pub const TOO_FAST: Close = Close(4429, "too fast");
/// The connection is gone; there is nobody to tell.
pub const DISCONNECTED: Close = Close(1006, "");

/// Says why, and hears the client out for a moment: closing on what it is still sending would reset
/// the connection, and the reason with it.
pub async fn close_gracefully(socket: &mut WebSocket, Close(code, reason): Close) {
    if code == DISCONNECTED.0 {
        return;
    }
    let frame = CloseFrame { code, reason: reason.into() };
    let why = match code {
        _ if code == TOO_BIG.0 => Some(SendError::FrameTooBig),
        _ if code == TOO_FAST.0 => Some(SendError::RateLimited),
        _ => None,
    };
    let goodbye = async {
        if let Some(why) = why {
            let _ = socket.send(Message::Text(ServerFrame::rejected(None, why).text())).await;
        }
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
}

/// What the database says; if it is away or silent, the client is to come back.
pub async fn query_or_close<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, Close> {
    with_task_timeout(answer).await.map_err(|_| SERVICE_RESTART)
}

/// Sends one frame, or gives up on a client that doesn't read.
pub async fn send(socket: &mut WebSocket, message: Message, keep_alive: KeepAlive) -> Result<(), Close> {
    with_send_timeout(socket.send(message), keep_alive).await
}

/// The same for one after which more may come: it is out after [`flush`].
pub async fn feed(socket: &mut WebSocket, message: Message, keep_alive: KeepAlive) -> Result<(), Close> {
    with_send_timeout(socket.feed(message), keep_alive).await
}

pub async fn flush(socket: &mut WebSocket, keep_alive: KeepAlive) -> Result<(), Close> {
    with_send_timeout(socket.flush(), keep_alive).await
}

async fn with_send_timeout(
    out: impl Future<Output = Result<(), axum::Error>>,
    keep_alive: KeepAlive,
) -> Result<(), Close> {
    match timeout(keep_alive.send_timeout, out).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(DISCONNECTED),
        Err(_) => Err(TOO_SLOW),
    }
}

/// Resolves when this person may not be here any longer, or isn't who they were when they came.
pub async fn access_ended(watch: &mut AccessSubscription) -> Close {
    match watch.next_signal().await {
        AccessSignal::Ended => ACCESS_ENDED,
        AccessSignal::Changed => SERVICE_RESTART,
    }
}

/// Whether a frame was larger than is read, by the error's type.
pub fn is_too_big(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<tungstenite::Error>());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}
