//! Sockets of programs (`/api/v1/ws/…`): the same rooms and inboxes, opened by a token instead of a session.
//!
//! A program that can set no header says its token in the first frame, `{"type":"auth","token":"…"}`, within
//! [`AUTH_TIMEOUT`]; until then the socket counts for its network. What follows is as on any socket.

use std::time::Duration;

use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::{
    accounts::CurrentUser,
    chat::{
        access::RoomMember,
        domain::room_key::RoomKey,
        sockets::{
            inbox,
            parts::SocketParts,
            room,
            ws_io::{ACCESS_ENDED, Close, NOT_FOUND, SERVICE_RESTART, TOO_FAST, TOO_MANY, close_gracefully},
        },
    },
    web::{Error, Result, connection::ReadPace},
};

/// For the first frame.
const AUTH_TIMEOUT: Duration = Duration::from_secs(5);

/// What a socket is about.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    Room(RoomKey),
    Inbox,
}

/// The first frame of a program that can set no header.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum AuthFrame {
    Auth { token: String },
}

/// Whom a token stands for, if it may do this.
pub type Authenticate = Box<dyn FnOnce(String) -> BoxFuture<'static, Result<Option<CurrentUser>>> + Send>;

/// For somebody whose header has said who they are. A room that isn't theirs is refused before the upgrade.
pub async fn upgrade(
    parts: SocketParts,
    user: CurrentUser,
    subject: Subject,
    pace: ReadPace,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let opened = match subject {
        Subject::Room(room) => {
            let member = RoomMember::find(&parts.db, room, &user).await?;
            Opened::Room(Box::new(member.ok_or(Error::NotFound)?))
        }
        Subject::Inbox => Opened::Inbox(Box::new(user)),
    };
    let permit = parts.quota.acquire(opened.user().account_id).ok_or(TOO_MANY)?;
    pace.bound();
    Ok(sized(subject, upgrade).on_upgrade(move |mut socket| {
        Box::pin(async move {
            let _permit = permit;
            opened.run(&parts, &mut socket).await;
        })
    }))
}

/// For whoever says it in the first frame. `network`: for whom the socket counts until then, below zero.
pub async fn upgrade_unknown(
    parts: SocketParts,
    network: i64,
    subject: Subject,
    authenticate: Authenticate,
    pace: ReadPace,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let waiting = parts.quota.acquire(network).ok_or(TOO_MANY)?;
    pace.bound();
    Ok(sized(subject, upgrade).on_upgrade(move |mut socket| {
        Box::pin(async move {
            let opened =
                match timeout(AUTH_TIMEOUT, introduce(&parts, subject, authenticate, &mut socket)).await {
                    Ok(Ok(opened)) => opened,
                    Ok(Err(close)) => return close_gracefully(&mut socket, close).await,
                    Err(_) => return close_gracefully(&mut socket, ACCESS_ENDED).await,
                };
            drop(waiting);
            match parts.quota.acquire(opened.user().account_id) {
                Some(_permit) => opened.run(&parts, &mut socket).await,
                None => close_gracefully(&mut socket, TOO_FAST).await,
            }
        })
    }))
}

fn sized(subject: Subject, upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    match subject {
        Subject::Room(_) => room::sized(upgrade),
        Subject::Inbox => inbox::sized(upgrade),
    }
}

enum Opened {
    Room(Box<RoomMember>),
    Inbox(Box<CurrentUser>),
}

impl Opened {
    fn user(&self) -> &CurrentUser {
        match self {
            Opened::Room(member) => &member.user,
            Opened::Inbox(user) => user,
        }
    }

    async fn run(&self, parts: &SocketParts, socket: &mut WebSocket) {
        match self {
            Opened::Room(member) => room::run(parts, member, socket).await,
            Opened::Inbox(user) => inbox::run(parts, user, socket).await,
        }
    }
}

async fn introduce(
    parts: &SocketParts,
    subject: Subject,
    authenticate: Authenticate,
    socket: &mut WebSocket,
) -> Result<Opened, Close> {
    let frame = match socket.recv().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).map_err(|_| ACCESS_ENDED)?,
        _ => return Err(ACCESS_ENDED),
    };
    let AuthFrame::Auth { token } = frame;
    let user = authenticate(token).await.map_err(|_| SERVICE_RESTART)?.ok_or(ACCESS_ENDED)?;
    match subject {
        Subject::Inbox => Ok(Opened::Inbox(Box::new(user))),
        Subject::Room(room) => {
            let member = RoomMember::find(&parts.db, room, &user).await.map_err(|_| SERVICE_RESTART)?;
            Ok(Opened::Room(Box::new(member.ok_or(NOT_FOUND)?)))
        }
    }
}
