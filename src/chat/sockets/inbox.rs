//! `/ws/inbox`: a person's own socket. It says how much waits in all, and then which room has news, so that
//! the badge is right on every page.

use std::{collections::BTreeSet, pin::pin};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use tokio::{
    sync::broadcast::error::{RecvError, TryRecvError},
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    accounts::CurrentUser,
    chat::{
        domain::{room_key::RoomKey, side::Side},
        live::{
            event::{InboxEvent, Topic},
            frames::ServerFrame,
            inboxes::InboxSubscription,
        },
        sockets::{
            parts::SocketParts,
            ws_io::{
                ACCESS_ENDED, Close, DISCONNECTED, READ_BUFFER_BYTES, SERVICE_RESTART, TOO_BIG, TOO_FAST,
                TOO_MANY, access_ended, close_gracefully, is_too_big, query_or_close, send,
            },
        },
        store,
    },
    web::{Error, Result, forgery::SameOrigin},
};

/// Nothing is expected from the client.
const MAX_FRAME: usize = 1024;

pub async fn upgrade(
    State(parts): State<SocketParts>,
    user: CurrentUser,
    _: SameOrigin,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    if user.buyer_id.is_none() {
        return Err(Error::NotFound);
    }
    let permit = parts.quota.acquire(user.account_id).ok_or(TOO_MANY)?;
    // Before the page hears that it is connected, and asks what it may have missed.
    let subscription = parts.inboxes.subscribe(user.account_id);
    parts.subscriptions.subscribe(Topic::Inbox(user.account_id)).await;
    let owned = Box::new((parts, user, permit));
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |mut socket| {
            Box::pin(async move {
                let (parts, user, _permit) = &*owned;
                let close = event_loop(parts, user, subscription, &mut socket).await;
                Box::pin(close_gracefully(&mut socket, close)).await;
            })
        }))
}

async fn event_loop(
    parts: &SocketParts,
    user: &CurrentUser,
    mut subscription: InboxSubscription,
    socket: &mut WebSocket,
) -> Close {
    let mut watched = parts.access.subscribe(user);
    match Box::pin(query_or_close(user.still_signed_in(&parts.db))).await {
        Ok(true) => {}
        Ok(false) => return ACCESS_ENDED,
        Err(close) => return close,
    }
    if let Err(close) = Box::pin(send_hello(parts, user, socket)).await {
        return close;
    }
    let mut access_ended = pin!(access_ended(&mut watched));
    let frames = parts.frame_limits.frame_limit(user.account_id);
    let mut closing = pin!(parts.shutdown.requested_with_jitter());
    let mut ping = interval(parts.keep_alive.ping);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_received = Instant::now();
    loop {
        let step = tokio::select! {
            first = subscription.events.recv() => match changed_rooms(&mut subscription, first) {
                Some(rooms) => Box::pin(send_rooms(parts, user, socket, rooms)).await,
                None => Err(SERVICE_RESTART),
            },
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
                _ => send(socket, Message::Ping(Default::default())).await,
            },
        };
        if let Err(close) = step {
            return close;
        }
    }
}

/// What the page says may be older.
async fn send_hello(parts: &SocketParts, user: &CurrentUser, socket: &mut WebSocket) -> Result<(), Close> {
    let total = query_or_close(store::inbox::unread_total(&parts.db, user.account_id)).await?;
    send(socket, Message::Text(ServerFrame::InboxHello { total }.text())).await
}

/// The rooms with news, each once; `None` if some were missed, and the page has to ask again.
fn changed_rooms(
    subscription: &mut InboxSubscription,
    first: Result<InboxEvent, RecvError>,
) -> Option<BTreeSet<RoomKey>> {
    let mut rooms = BTreeSet::new();
    let mut event = first.ok()?;
    loop {
        match event {
            InboxEvent::RoomChanged(room) => rooms.insert(room),
            InboxEvent::Resync => return None,
        };
        event = match subscription.events.try_recv() {
            Ok(event) => event,
            Err(TryRecvError::Empty) => return Some(rooms),
            Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return None,
        };
    }
}

async fn send_rooms(
    parts: &SocketParts,
    user: &CurrentUser,
    socket: &mut WebSocket,
    rooms: BTreeSet<RoomKey>,
) -> Result<(), Close> {
    for room in rooms {
        let side = if user.buyer_id == Some(room.buyer_id) { Side::Buyer } else { Side::Seller };
        let (unread, total) = query_or_close(async {
            tokio::try_join!(
                store::inbox::unread_in(&parts.db, room, side),
                store::inbox::unread_total(&parts.db, user.account_id)
            )
        })
        .await?;
        send(socket, Message::Text(ServerFrame::Inbox { room, unread, total }.text())).await?;
    }
    Ok(())
}
