//! `/ws/inbox`: a person's own socket. It says which room has news and how much waits in all, so
//! that the badge is right on every page.

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

use super::{
    RoomKey, Side,
    hub::{InboxListener, Topic},
    socket::{
        ACCESS_ENDED, BUFFER, COME_BACK, Close, GONE, PING, SILENCE, TOO_BIG, TOO_FAST, TOO_MANY,
        access_ended, is_too_big, say_goodbye, send,
    },
    store,
    wire::ServerFrame,
};
use crate::{
    accounts::CurrentUser,
    app::AppState,
    web::{Error, Result, forgery::SameOrigin},
};

/// Nothing is expected from the client.
const MAX_FRAME: usize = 1024;

pub(super) async fn upgrade(
    State(state): State<AppState>,
    user: CurrentUser,
    _: SameOrigin,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    if user.buyer_id.is_none() {
        return Err(Error::NotFound);
    }
    let tab = state.hub.open_tab(user.account_id).ok_or(TOO_MANY)?;
    // Before the page hears that it is connected, and asks what it may have missed.
    let listener = state.hub.watch_inbox(user.account_id);
    state.hub.tune(Topic::Inbox(user.account_id)).await;
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |socket| {
            Box::pin(async move {
                run(state, user, listener, socket).await;
                drop(tab);
            })
        }))
}

async fn run(state: AppState, user: CurrentUser, listener: InboxListener, mut socket: WebSocket) {
    let close = watch(&state, &user, listener, &mut socket).await;
    say_goodbye(socket, close).await;
}

async fn watch(
    state: &AppState,
    user: &CurrentUser,
    mut listener: InboxListener,
    socket: &mut WebSocket,
) -> Close {
    let mut events = state.access.subscribe();
    match Box::pin(user.still_signed_in(&state.db)).await {
        Ok(true) => {}
        Ok(false) => return ACCESS_ENDED,
        Err(_) => return COME_BACK,
    }
    let mut access_ended = pin!(access_ended(state, user, &mut events));
    let frames = state.message_limits.frames();
    let mut closing = pin!(state.hub.closing_here());
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let step = tokio::select! {
            room = listener.rooms.recv() => match news(&mut listener, room) {
                Some(rooms) => Box::pin(tell(state, user, socket, rooms)).await,
                None => Err(COME_BACK),
            },
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    None | Some(Ok(Message::Close(_))) => Err(GONE),
                    Some(Err(error)) => Err(if is_too_big(&error) { TOO_BIG } else { GONE }),
                    Some(Ok(_)) if frames.check().is_err() => Err(TOO_FAST),
                    Some(Ok(_)) => Ok(()),
                }
            }
            () = &mut access_ended => Err(ACCESS_ENDED),
            () = &mut closing => Err(COME_BACK),
            _ = ping.tick() => match heard.elapsed() {
                silent if silent > SILENCE => Err(GONE),
                _ => send(socket, Message::Ping(Default::default())).await,
            },
        };
        if let Err(close) = step {
            return close;
        }
    }
}

/// The rooms with news, each once; `None` if some were missed, and the page has to ask again.
fn news(listener: &mut InboxListener, first: Result<RoomKey, RecvError>) -> Option<BTreeSet<RoomKey>> {
    let mut rooms = BTreeSet::from([first.ok()?]);
    loop {
        match listener.rooms.try_recv() {
            Ok(room) => rooms.insert(room),
            Err(TryRecvError::Empty) => return Some(rooms),
            Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return None,
        };
    }
}

async fn tell(
    state: &AppState,
    user: &CurrentUser,
    socket: &mut WebSocket,
    rooms: BTreeSet<RoomKey>,
) -> Result<(), Close> {
    for room in rooms {
        let side = if user.buyer_id == Some(room.buyer_id) { Side::Buyer } else { Side::Seller };
        let counted = tokio::try_join!(
            store::unread_in(&state.db, room, side),
            store::unread_total(&state.db, user.buyer_id, user.seller_id)
        );
        let (unread, total) = counted.map_err(|_| COME_BACK)?;
        send(socket, Message::Text(ServerFrame::Inbox { room, unread, total }.text())).await?;
    }
    Ok(())
}
