//! What the sockets of rooms and inboxes have in common: a frame gets out in time, and who is sent away hears why.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt as _;
use tokio::time::timeout;

use crate::{
    accounts::{AccessSignal, AccessSubscription},
    chat::{domain::outcome::SendError, wire::ServerFrame},
    web::{Error, Result, with_task_timeout},
};

/// Small: ten thousand idle sockets are mostly buffers, and most frames are shorter.
pub const BUFFER: usize = 512;
/// How long one frame may take to get out.
const SLOW: Duration = Duration::from_secs(10);
/// How long a closing socket is given to hear that it is.
const GOODBYE: Duration = Duration::from_secs(2);

/// How sockets find out that nobody is at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    pub ping: Duration,
    /// After so long without a sign the socket is closed, when the next ping is due.
    pub silence: Duration,
}

impl Default for Heartbeat {
    /// Two pings without an answer; seen when the third is due.
    fn default() -> Self {
        Heartbeat { ping: Duration::from_secs(25), silence: Duration::from_secs(60) }
    }
}

/// Refused before the upgrade.
pub const TOO_MANY: Error = Error::TooMany("You have too many windows open here. Please close some.");

/// Why a socket is closed, in the contract's codes.
pub struct Close(pub u16, pub &'static str);

pub const TOO_BIG: Close = Close(1009, "too big");
pub const COME_BACK: Close = Close(1012, "come back");
pub const ACCESS_ENDED: Close = Close(4401, "access ended");
pub const TOO_SLOW: Close = Close(4408, "too slow");
pub const TOO_FAST: Close = Close(4429, "too fast");
/// The connection is gone; there is nobody to tell.
pub const GONE: Close = Close(1006, "");

/// Says why, and hears the client out for a moment: closing on what it is still sending would reset
/// the connection, and the reason with it.
pub async fn say_goodbye(socket: &mut WebSocket, Close(code, reason): Close) {
    if code == GONE.0 {
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
            let _ = socket.send(Message::Text(ServerFrame::refused(None, why).text())).await;
        }
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(GOODBYE, goodbye).await;
}

/// What the database says; if it is away or silent, the client is to come back.
pub async fn asked<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, Close> {
    with_task_timeout(answer).await.map_err(|_| COME_BACK)
}

/// Sends one frame, or gives up on a client that doesn't read.
pub async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Close> {
    in_one_go(socket.send(message)).await
}

/// The same for one after which more may come: it is out after [`flush`].
pub async fn feed(socket: &mut WebSocket, message: Message) -> Result<(), Close> {
    in_one_go(socket.feed(message)).await
}

pub async fn flush(socket: &mut WebSocket) -> Result<(), Close> {
    in_one_go(socket.flush()).await
}

async fn in_one_go(out: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Close> {
    match timeout(SLOW, out).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(GONE),
        Err(_) => Err(TOO_SLOW),
    }
}

/// Resolves when this person may not be here any longer, or isn't who they were when they came.
pub async fn access_ended(watch: &mut AccessSubscription) -> Close {
    match watch.next_signal().await {
        AccessSignal::Ended => ACCESS_ENDED,
        AccessSignal::Changed => COME_BACK,
    }
}

pub fn is_too_big(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("too long") || error.to_string().contains("too big") {
            return true;
        }
        cause = error.source();
    }
    false
}
