//! `/ws/{room}`: the room's WebSocket. The mission's `ChatConsumer`.
//!
//! One task a socket. It passes on what the room is told, in `seq` order and without gaps (or says
//! `resync`), enqueues what the client sends, and ends when access ends, the client falls silent,
//! reads too slowly or sends too fast, or the program stops.
//!
//! Most sockets are idle, and an idle one costs what its task's future takes: what is awaited only now
//! and then, and needs much room for it, is boxed; what is handed over by value is there twice, so it is lent.

use std::pin::Pin;

use axum::{
    extract::{
        Extension, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    chat::{
        access::RoomMember,
        domain::outcome::{SendError, SendOutcome},
        live::{event::Topic, frames::ServerFrame, rooms::RoomSubscription},
        sockets::{
            limits::FrameLimit,
            parts::SocketParts,
            ws_io::{
                ACCESS_ENDED, Close, DISCONNECTED, READ_BUFFER_BYTES, SERVICE_RESTART, TOO_MANY,
                access_ended, close_gracefully, query_or_close, send,
            },
        },
        store,
    },
    web::{Result, connection::ReadPace, forgery::SameOrigin},
};

/// A frame of the contract is at most 32 KiB.
pub(super) const MAX_FRAME: usize = 32 * 1024;
/// Frames for a client that are ready at the same time go out in one piece of about this size.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// One that is too big is read to its end up to here: closing on what is still coming would reset the
/// connection, and the client would never hear why.
const MAX_READ: usize = 8 * MAX_FRAME;

pub async fn upgrade(
    State(parts): State<SocketParts>,
    member: RoomMember,
    _: SameOrigin,
    Extension(pace): Extension<ReadPace>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    pace.bound();
    let permit = parts.quota.acquire(member.user.account_id).ok_or(TOO_MANY)?;
    let owned = Box::new((parts, member, permit));
    Ok(sized(upgrade).on_upgrade(move |mut socket| {
        Box::pin(async move {
            let (parts, member, _permit) = &*owned;
            run(parts, member, &mut socket).await;
        })
    }))
}

/// Buffers and bounds of a room's socket.
pub fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
}

/// Until it closes.
pub async fn run(parts: &SocketParts, member: &RoomMember, socket: &mut WebSocket) {
    let close = match Box::pin(RoomSocket::open(parts, member, socket)).await {
        Ok(mut open) => open.run().await,
        Err(close) => close,
    };
    Box::pin(close_gracefully(socket, close)).await;
}

pub(super) struct RoomSocket<'a> {
    pub parts: &'a SocketParts,
    pub member: &'a RoomMember,
    pub socket: &'a mut WebSocket,
    pub subscription: RoomSubscription,
    /// The last entry this socket has had, or could have asked for.
    pub last_seq: i64,
    /// What is waited for besides the room and the client: looked at when it is there, not whenever the task
    /// runs.
    pub events: FuturesUnordered<Pin<Box<dyn Future<Output = Event> + Send + 'a>>>,
    /// A read mark is on its way to its row: one at a time, and the newest that came meanwhile.
    pub is_marking: bool,
    pub next_mark: Option<i64>,
    /// How far a visible page has shown the room.
    pub shown_seq: i64,
    pub frames: FrameLimit,
    pub typed_at: Option<Instant>,
    /// The last sign of the client.
    pub last_received: Instant,
}

pub(super) enum Event {
    /// What became of a draft that was enqueued.
    SendFinished(Uuid, Result<SendOutcome, SendError>),
    Marked(sqlx::Result<()>),
    MarkedShown(sqlx::Result<()>),
    /// The time for the next ping.
    PingDue,
    /// Access ended, or the program stops.
    MustClose(Close),
}

impl<'a> RoomSocket<'a> {
    /// Listens first and looks second, so that nothing can fall in between; then says hello.
    async fn open(
        parts: &'a SocketParts,
        member: &'a RoomMember,
        socket: &'a mut WebSocket,
    ) -> Result<Box<Self>, Close> {
        let subscription = parts.rooms.join(member.room, member.side);
        let mut watch = parts.access.subscribe(&member.user);
        parts.subscriptions.subscribe(Topic::Room(member.room)).await;
        if !query_or_close(member.user.still_signed_in(&parts.db)).await? {
            return Err(ACCESS_ENDED);
        }
        let position = query_or_close(store::rooms::position(&parts.db, member.room)).await?;
        subscription.start_at(position);
        if !parts.outlet.is_single_node() {
            for (node, side) in query_or_close(store::presences::presences(&parts.db, member.room)).await? {
                parts.rooms.apply_presence(member.room, side, node, true);
            }
        }
        let online = parts.rooms.is_online(member.room, member.side.other());
        let hello = ServerFrame::Hello {
            last_seq: position.last_seq,
            read: position.read_for(member.side),
            online,
            rev: position.rev,
        };
        send(socket, Message::Text(hello.text()), parts.keep_alive).await?;
        let open = RoomSocket {
            parts,
            member,
            socket,
            subscription,
            last_seq: position.last_seq,
            events: FuturesUnordered::new(),
            is_marking: false,
            next_mark: None,
            shown_seq: 0,
            frames: parts.frame_limits.frame_limit(member.user.account_id),
            typed_at: None,
            last_received: Instant::now(),
        };
        open.events.push(Box::pin(async move { Event::MustClose(access_ended(&mut watch).await) }));
        open.events.push(Box::pin(async {
            parts.shutdown.requested_with_jitter().await;
            Event::MustClose(SERVICE_RESTART)
        }));
        open.schedule_ping();
        Ok(Box::new(open))
    }

    fn schedule_ping(&self) {
        let ping = sleep(self.parts.keep_alive.ping);
        self.events.push(Box::pin(async {
            ping.await;
            Event::PingDue
        }));
    }

    async fn run(&mut self) -> Close {
        let close = self.event_loop().await;
        // What was read before the page was left is read.
        while self.is_marking
            && let Some(event) = self.events.next().await
        {
            if let Event::Marked(marked) = event {
                self.marked(marked);
            }
        }
        close
    }

    async fn event_loop(&mut self) -> Close {
        loop {
            let step = tokio::select! {
                // More is taken in when what there is to tell is out: who writes fast and reads slowly is slowed
                // down, instead of falling behind on what it wrote itself.
                biased;
                Some(event) = self.events.next() => self.on_event(event).await,
                event = self.subscription.events.recv() => Box::pin(self.forward(event)).await,
                message = self.socket.recv() => {
                    self.last_received = Instant::now();
                    Box::pin(self.on_message(message)).await
                }
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    pub(super) async fn on_event(&mut self, event: Event) -> Result<(), Close> {
        match event {
            // It comes by the room's channel, to its sender as to everybody.
            Event::SendFinished(_, Ok(SendOutcome::Stored(_))) => Ok(()),
            Event::SendFinished(client_id, answer) => Box::pin(self.answer(client_id, answer)).await,
            Event::Marked(marked) => {
                self.marked(marked);
                Ok(())
            }
            Event::MarkedShown(marked) => {
                self.marked_shown(marked);
                Ok(())
            }
            Event::PingDue => Box::pin(self.ping()).await,
            Event::MustClose(close) => Err(close),
        }
    }

    async fn ping(&mut self) -> Result<(), Close> {
        if self.last_received.elapsed() > self.parts.keep_alive.idle_timeout {
            // In a room that never falls silent nothing is read; a sign of life may lie there.
            match self.socket.recv().now_or_never() {
                None => return Err(DISCONNECTED),
                Some(message) => {
                    self.last_received = Instant::now();
                    Box::pin(self.on_message(message)).await?;
                }
            }
        }
        self.schedule_ping();
        send(self.socket, Message::Ping(Default::default()), self.parts.keep_alive).await
    }
}
