//! `/ws/inbox`: a person's own socket, also an admin's, who has a bell and no conversations. It greets with how much
//! waits in all, and then says which rooms changed, and when notices did, so that the badge and the bell are right on
//! every page.
//!
//! Events are coalesced over about 100 ms, and all inboxes of a node ask with one statement (`unread_counts.rs`). A
//! stale node greets its inboxes again, with jitter and at most once a minute, and closes none of them.

use std::{collections::HashMap, pin::pin, time::Duration};

use axum::{
    extract::{
        Extension, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{
    accounts::CurrentUser,
    chat::{
        domain::room_key::RoomKey,
        live::{
            event::{InboxEvent, Topic},
            frames::ServerFrame,
            inboxes::InboxSubscription,
        },
        sockets::{
            parts::SocketParts,
            pending_rooms::PendingRooms,
            ws_io::{
                ACCESS_ENDED, Close, DISCONNECTED, READ_BUFFER_BYTES, SERVICE_RESTART, TOO_BIG, TOO_FAST,
                TOO_MANY, access_ended, close_gracefully, is_too_big, query_or_close, send,
            },
        },
        store,
    },
    notices,
    web::{Result, connection::ReadPace, forgery::SameOrigin, with_task_timeout},
};

/// Nothing is expected from the client.
const MAX_FRAME: usize = 1024;

pub async fn upgrade(
    State(parts): State<SocketParts>,
    user: CurrentUser,
    _: SameOrigin,
    Extension(pace): Extension<ReadPace>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    pace.bound();
    let permit = parts.quota.acquire(user.account_id).ok_or(TOO_MANY)?;
    // Before the page hears that it is connected, and asks what it may have missed.
    let subscription = subscribe(&parts, &user).await;
    let owned = Box::new((parts, user, permit));
    Ok(sized(upgrade).on_upgrade(move |mut socket| {
        Box::pin(async move {
            let (parts, user, _permit) = &*owned;
            let close = event_loop(parts, user, subscription, &mut socket).await;
            Box::pin(close_gracefully(&mut socket, close)).await;
        })
    }))
}

async fn subscribe(parts: &SocketParts, user: &CurrentUser) -> InboxSubscription {
    let subscription = parts.inboxes.subscribe(user.account_id);
    parts.subscriptions.subscribe(Topic::Inbox(user.account_id)).await;
    subscription
}

/// Buffers and bounds of an inbox's socket.
pub fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
}

/// Until it closes.
pub async fn run(parts: &SocketParts, user: &CurrentUser, socket: &mut WebSocket) {
    let subscription = subscribe(parts, user).await;
    let close = event_loop(parts, user, subscription, socket).await;
    Box::pin(close_gracefully(socket, close)).await;
}

async fn event_loop(
    parts: &SocketParts,
    user: &CurrentUser,
    mut subscription: InboxSubscription,
    socket: &mut WebSocket,
) -> Close {
    let mut watched = parts.access.subscribe(user);
    let mut bell = parts.bell.subscribe(user.account_id);
    match Box::pin(query_or_close(user.still_signed_in(&parts.db))).await {
        Ok(true) => {}
        Ok(false) => return ACCESS_ENDED,
        Err(close) => return close,
    }
    let total = match Box::pin(query_or_close(store::inbox::unread_total(&parts.db, user.account_id))).await {
        Ok(total) => total,
        Err(close) => return close,
    };
    let notices = match Box::pin(query_or_close(notices::unread(&parts.db, user.account_id))).await {
        Ok(notices) => notices,
        Err(close) => return close,
    };
    if let Err(close) = send_hello(parts, socket, total, notices).await {
        return close;
    }
    let mut pending = PendingRooms::new(total);
    let mut access_ended = pin!(access_ended(&mut watched));
    let frames = parts.frame_limits.frame_limit(user.account_id);
    let mut closing = pin!(parts.shutdown.requested_with_jitter());
    let mut ping = interval(parts.keep_alive.ping);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_received = Instant::now();
    loop {
        let due_at = pending.due_at();
        let step = tokio::select! {
            event = subscription.recv() => collect(parts, &mut pending, event),
            () = bell.changed() => Box::pin(send_notices(parts, user, socket)).await,
            () = sleep_until(due_at.unwrap_or(last_received)), if due_at.is_some() => {
                Box::pin(send_pending(parts, user, socket, &mut pending)).await
            }
            message = socket.recv() => {
                last_received = Instant::now();
                match message {
                    None | Some(Ok(Message::Close(_))) => Err(DISCONNECTED),
                    Some(Err(error)) => Err(if is_too_big(&error) { TOO_BIG } else { DISCONNECTED }),
                    Some(Ok(_)) if !frames.allow() => Err(TOO_FAST),
                    Some(Ok(_)) => Ok(()),
                }
            }
            close = &mut access_ended => Err(close),
            () = &mut closing => Err(SERVICE_RESTART),
            _ = ping.tick() => match last_received.elapsed() {
                silent if silent > parts.keep_alive.idle_timeout => Err(DISCONNECTED),
                _ => send(socket, Message::Ping(Default::default()), parts.keep_alive).await,
            },
        };
        if let Err(close) = step {
            return close;
        }
    }
}

fn collect(
    parts: &SocketParts,
    pending: &mut PendingRooms,
    event: Result<InboxEvent, RecvError>,
) -> Result<(), Close> {
    let now = Instant::now();
    match event {
        Ok(event) => pending.add(now, parts.unread_counts.next_tick(now), event),
        // More rooms changed than could be kept: the page asks for all of them.
        Err(RecvError::Lagged(_)) => pending.greet_again(now, Duration::ZERO),
        Err(RecvError::Closed) => return Err(SERVICE_RESTART),
    }
    Ok(())
}

/// Sends what is due. A database that is slow or away closes no socket: it is asked again later.
async fn send_pending(
    parts: &SocketParts,
    user: &CurrentUser,
    socket: &mut WebSocket,
    pending: &mut PendingRooms,
) -> Result<(), Close> {
    if pending.is_greeting_due(Instant::now()) {
        let asked = async {
            let total = store::inbox::unread_total(&parts.db, user.account_id).await?;
            Ok((total, notices::unread(&parts.db, user.account_id).await?))
        };
        match with_task_timeout(asked).await {
            Ok((total, notices)) => {
                pending.greeted(Instant::now(), total);
                send_hello(parts, socket, total, notices).await?;
            }
            Err(error) => {
                tracing::warn!(%error, "inbox greeting failed, retrying");
                pending.retry(Instant::now());
                return Ok(());
            }
        }
    }
    let asked: Vec<RoomKey> = pending.asked.iter().copied().collect();
    let (unread, total) = if asked.is_empty() {
        (HashMap::new(), None)
    } else {
        match parts.unread_counts.get(user.account_id, asked).await {
            Some(unread) => (unread.rooms, Some(unread.total)),
            None => {
                pending.retry(Instant::now());
                return Ok(());
            }
        }
    };
    let (counts, total) = pending.flush(unread, total);
    for (room, unread) in counts {
        send(socket, Message::Text(ServerFrame::Inbox { room, unread, total }.text()), parts.keep_alive)
            .await?;
    }
    Ok(())
}

/// How many notices wait. A database that is slow or away closes no socket: the next change tells.
async fn send_notices(parts: &SocketParts, user: &CurrentUser, socket: &mut WebSocket) -> Result<(), Close> {
    match with_task_timeout(notices::unread(&parts.db, user.account_id)).await {
        Ok(unread) => {
            send(socket, Message::Text(ServerFrame::Notices { unread }.text()), parts.keep_alive).await
        }
        Err(error) => {
            tracing::warn!(%error, "unread notices not counted");
            Ok(())
        }
    }
}

/// What the page says may be older.
async fn send_hello(
    parts: &SocketParts,
    socket: &mut WebSocket,
    total: i64,
    notices: i64,
) -> Result<(), Close> {
    send(socket, Message::Text(ServerFrame::InboxHello { total, notices }.text()), parts.keep_alive).await
}
