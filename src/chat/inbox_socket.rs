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
    app::AppState,
    chat::{
        closing::{
            ACCESS_ENDED, BUFFER, COME_BACK, Close, GONE, TOO_BIG, TOO_FAST, TOO_MANY, access_ended, asked,
            is_too_big, say_goodbye, send,
        },
        domain::{room_key::RoomKey, side::Side},
        hub::{InboxListener, InboxNews, Topic},
        store,
        wire::ServerFrame,
    },
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
    let owned = Box::new((state, user, tab));
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |mut socket| {
            Box::pin(async move {
                let (state, user, _tab) = &*owned;
                let close = watch(state, user, listener, &mut socket).await;
                Box::pin(say_goodbye(&mut socket, close)).await;
            })
        }))
}

async fn watch(
    state: &AppState,
    user: &CurrentUser,
    mut listener: InboxListener,
    socket: &mut WebSocket,
) -> Close {
    let mut watched = state.access.subscribe(user);
    match Box::pin(asked(user.still_signed_in(&state.db))).await {
        Ok(true) => {}
        Ok(false) => return ACCESS_ENDED,
        Err(close) => return close,
    }
    if let Err(close) = Box::pin(say_hello(state, user, socket)).await {
        return close;
    }
    let mut access_ended = pin!(access_ended(&mut watched));
    let frames = state.message_limits.frames(user.account_id);
    let mut closing = pin!(state.hub.closing_here());
    let mut ping = interval(state.heartbeat.ping);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let step = tokio::select! {
            first = listener.news.recv() => match rooms(&mut listener, first) {
                Some(rooms) => Box::pin(tell(state, user, socket, rooms)).await,
                None => Err(COME_BACK),
            },
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    None | Some(Ok(Message::Close(_))) => Err(GONE),
                    Some(Err(error)) => Err(if is_too_big(&error) { TOO_BIG } else { GONE }),
                    Some(Ok(_)) if !frames.allow() => Err(TOO_FAST),
                    Some(Ok(_)) => Ok(()),
                }
            }
            close = &mut access_ended => Err(close),
            () = &mut closing => Err(COME_BACK),
            _ = ping.tick() => match heard.elapsed() {
                silent if silent > state.heartbeat.silence => Err(GONE),
                _ => send(socket, Message::Ping(Default::default())).await,
            },
        };
        if let Err(close) = step {
            return close;
        }
    }
}

/// What the page says may be older.
async fn say_hello(state: &AppState, user: &CurrentUser, socket: &mut WebSocket) -> Result<(), Close> {
    let total = asked(store::inbox::unread_total(&state.db, user.account_id)).await?;
    send(socket, Message::Text(ServerFrame::InboxHello { total }.text())).await
}

/// The rooms with news, each once; `None` if some were missed, and the page has to ask again.
fn rooms(listener: &mut InboxListener, first: Result<InboxNews, RecvError>) -> Option<BTreeSet<RoomKey>> {
    let mut rooms = BTreeSet::from([first.ok()??]);
    loop {
        match listener.news.try_recv() {
            Ok(room) => rooms.insert(room?),
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
        let (unread, total) = asked(async {
            tokio::try_join!(
                store::inbox::unread_in(&state.db, room, side),
                store::inbox::unread_total(&state.db, user.account_id)
            )
        })
        .await?;
        send(socket, Message::Text(ServerFrame::Inbox { room, unread, total }.text())).await?;
    }
    Ok(())
}
