//! `/ws/{room}`: the room's WebSocket. The mission's `ChatConsumer`.
//!
//! One task a socket. It passes on what the room is told, in `seq` order and without holes (or says
//! `resync`), hands in what the client sends, and ends when access ends, the client falls silent,
//! reads too slowly or sends too fast, or the program stops.
//!
//! Most sockets are idle, and an idle one costs what its task's future takes: what is awaited only now
//! and then, and needs much room for it, is boxed; what is handed over by value is there twice, so it is lent.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::broadcast::error::{RecvError, TryRecvError},
    time::{Instant, sleep},
};
use uuid::Uuid;

use crate::{
    app::AppState,
    chat::{
        access::RoomMember,
        closing::{
            ACCESS_ENDED, BUFFER, COME_BACK, Close, GONE, TOO_BIG, TOO_FAST, TOO_MANY, access_ended, asked,
            feed, flush, is_too_big, say_goodbye, send,
        },
        domain::{
            body::Body,
            outcome::{MessageDraft, SendError, SendOutcome},
        },
        hub::{Listener, Told, Topic},
        limits::FrameLimit,
        service, store,
        wire::{ClientFrame, ServerFrame},
    },
    web::{Result, forgery::SameOrigin},
};

/// A frame of the contract is at most 32 KiB.
const MAX_FRAME: usize = 32 * 1024;
/// Frames for a client that are ready at the same time go out in one piece of about this size, and so many of
/// them before anything else is looked at.
const TOGETHER: usize = 4 * 1024;
const AT_ONCE: usize = 16;
/// One that is too big is read to its end up to here: closing on what is still coming would reset the
/// connection, and the client would never hear why.
const MAX_READ: usize = 8 * MAX_FRAME;
const TYPING: Duration = Duration::from_secs(2);

pub(super) async fn upgrade(
    State(state): State<AppState>,
    member: RoomMember,
    _: SameOrigin,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let tab = state.hub.open_tab(member.user.account_id).ok_or(TOO_MANY)?;
    let owned = Box::new((state, member, tab));
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(TOGETHER)
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
        .on_upgrade(move |mut socket| {
            Box::pin(async move {
                let (state, member, _tab) = &*owned;
                run(state, member, &mut socket).await;
            })
        }))
}

async fn run(state: &AppState, member: &RoomMember, socket: &mut WebSocket) {
    let close = match Box::pin(RoomSocket::open(state, member, socket)).await {
        Ok(mut open) => open.run().await,
        Err(close) => close,
    };
    Box::pin(say_goodbye(socket, close)).await;
}

struct RoomSocket<'a> {
    state: &'a AppState,
    member: &'a RoomMember,
    socket: &'a mut WebSocket,
    listener: Listener,
    /// The last entry this socket has had, or could have asked for.
    last_seq: i64,
    /// What is waited for besides the room and the client: looked at when it is there, not whenever the task
    /// runs.
    events: FuturesUnordered<Pin<Box<dyn Future<Output = Event> + Send + 'a>>>,
    /// A read mark is on its way to its row: one at a time, and the newest that came meanwhile.
    is_marking: bool,
    to_mark: Option<i64>,
    frames: FrameLimit,
    typed_at: Option<Instant>,
    /// The last sign of the client.
    heard: Instant,
}

enum Event {
    /// What became of a draft that was handed in.
    Answered(Uuid, Result<SendOutcome, SendError>),
    Marked(Result<(), Close>),
    /// The time for the next ping.
    Beat,
    /// Access ended, or the program stops.
    Ends(Close),
}

impl<'a> RoomSocket<'a> {
    /// Listens first and looks second, so that nothing can fall in between; then says hello.
    async fn open(
        state: &'a AppState,
        member: &'a RoomMember,
        socket: &'a mut WebSocket,
    ) -> Result<Box<Self>, Close> {
        let listener = state.hub.join(member.room, member.side);
        let mut watch = state.access.subscribe(&member.user);
        state.hub.tune(Topic::Room(member.room)).await;
        if !asked(member.user.still_signed_in(&state.db)).await? {
            return Err(ACCESS_ENDED);
        }
        let status = asked(store::rooms::position(&state.db, member.room)).await?;
        listener.begin(status.last_seq, status.read);
        if !state.hub.is_alone() {
            for (node, side) in asked(store::presences::presences(&state.db, member.room)).await? {
                state.hub.hear_of_presence(member.room, side, node, true);
            }
        }
        let online = state.hub.online(member.room, member.side.other());
        let hello = ServerFrame::Hello { last_seq: status.last_seq, read: status.read, online };
        send(socket, Message::Text(hello.text())).await?;
        let open = RoomSocket {
            state,
            member,
            socket,
            listener,
            last_seq: status.last_seq,
            events: FuturesUnordered::new(),
            is_marking: false,
            to_mark: None,
            frames: state.message_limits.frames(member.user.account_id),
            typed_at: None,
            heard: Instant::now(),
        };
        open.events.push(Box::pin(async move { Event::Ends(access_ended(&mut watch).await) }));
        open.events.push(Box::pin(async {
            state.hub.closing_here().await;
            Event::Ends(COME_BACK)
        }));
        open.wait_for_beat();
        Ok(Box::new(open))
    }

    fn wait_for_beat(&self) {
        let beat = sleep(self.state.heartbeat.ping);
        self.events.push(Box::pin(async {
            beat.await;
            Event::Beat
        }));
    }

    async fn run(&mut self) -> Close {
        let close = self.talk().await;
        // What was read before the page was left is read.
        while self.is_marking
            && let Some(event) = self.events.next().await
        {
            if let Event::Marked(marked) = event
                && self.marked(marked).is_err()
            {
                break;
            }
        }
        close
    }

    async fn talk(&mut self) -> Close {
        loop {
            let step = tokio::select! {
                // More is taken in when what there is to tell is out: who writes fast and reads slowly is slowed
                // down, instead of falling behind on what it wrote itself.
                biased;
                Some(event) = self.events.next() => match event {
                    // It comes by the room's channel, to its sender as to everybody.
                    Event::Answered(_, Ok(SendOutcome::Stored(_))) => Ok(()),
                    Event::Answered(client_id, answer) => Box::pin(self.answer(client_id, answer)).await,
                    Event::Marked(marked) => self.marked(marked),
                    Event::Beat => Box::pin(self.beat()).await,
                    Event::Ends(close) => Err(close),
                },
                told = self.listener.told.recv() => Box::pin(self.pass_on(told)).await,
                message = self.socket.recv() => {
                    self.heard = Instant::now();
                    Box::pin(self.hear(message)).await
                }
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    async fn beat(&mut self) -> Result<(), Close> {
        if self.heard.elapsed() > self.state.heartbeat.silence {
            return Err(GONE);
        }
        self.wait_for_beat();
        send(self.socket, Message::Ping(Default::default())).await
    }

    /// What has been told by now goes out together; not so much that its end would have to wait for long.
    async fn pass_on(&mut self, told: Result<Arc<Told>, RecvError>) -> Result<(), Close> {
        self.put_in(told).await?;
        for _ in 1..AT_ONCE {
            let told = match self.listener.told.try_recv() {
                Ok(told) => Ok(told),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => Err(RecvError::Closed),
            };
            self.put_in(told).await?;
        }
        flush(self.socket).await
    }

    async fn put_in(&mut self, told: Result<Arc<Told>, RecvError>) -> Result<(), Close> {
        match told.as_deref() {
            Ok(Told::Entry { seq, .. }) if *seq <= self.last_seq => Ok(()),
            Ok(Told::Entry { seq, text }) => {
                let hole = *seq > self.last_seq + 1;
                self.last_seq = *seq;
                // Whoever resyncs asks for everything after what they have: this entry too.
                self.feed(if hole { ServerFrame::Resync.text() } else { Utf8Bytes::clone(text) }).await
            }
            Ok(Told::Typing { by, .. }) if *by == self.member.side => Ok(()),
            Ok(Told::Typing { frame, .. } | Told::Other(frame)) => self.feed(frame.clone()).await,
            Err(RecvError::Lagged(_)) => {
                // Whatever is still in the channel is older than what the client will ask for now.
                self.listener.told = self.listener.told.resubscribe();
                let status = asked(store::rooms::position(&self.state.db, self.member.room)).await?;
                self.last_seq = status.last_seq;
                self.feed(ServerFrame::Resync.text()).await?;
                // The one thing that can't be asked for afterwards.
                let who = self.member.side.other();
                let online = self.state.hub.online(self.member.room, who);
                self.feed(ServerFrame::Presence { who, online }.text()).await
            }
            Err(RecvError::Closed) => Err(COME_BACK),
        }
    }

    async fn feed(&mut self, frame: Utf8Bytes) -> Result<(), Close> {
        feed(self.socket, Message::Text(frame)).await
    }

    async fn send(&mut self, frame: Utf8Bytes) -> Result<(), Close> {
        send(self.socket, Message::Text(frame)).await
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Close> {
        match message {
            None | Some(Ok(Message::Close(_))) => Err(GONE),
            Some(Err(error)) => Err(if is_too_big(&error) { TOO_BIG } else { GONE }),
            Some(Ok(_)) if !self.frames.allow() => Err(TOO_FAST),
            Some(Ok(Message::Text(text))) if text.len() > MAX_FRAME => Err(TOO_BIG),
            Some(Ok(Message::Binary(bytes))) if bytes.len() > MAX_FRAME => Err(TOO_BIG),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => self.refuse(None, SendError::BadFrame).await,
            Some(Ok(Message::Text(text))) => match ClientFrame::parse(&text) {
                Some(frame) => self.obey(frame).await,
                None => self.refuse(client_id(&text), SendError::BadFrame).await,
            },
        }
    }

    async fn obey(&mut self, frame: ClientFrame) -> Result<(), Close> {
        match frame {
            ClientFrame::Send { client_id, body, product_id } => self.say(client_id, &body, product_id).await,
            ClientFrame::Read { seq } => {
                self.mark(seq);
                Ok(())
            }
            ClientFrame::Typing => {
                let now = Instant::now();
                if self.typed_at.is_none_or(|at| now - at >= TYPING) {
                    self.typed_at = Some(now);
                    self.state.hub.typing(self.member.room, self.member.side);
                }
                Ok(())
            }
            ClientFrame::Unknown => Ok(()),
        }
    }

    async fn say(&mut self, client_id: Uuid, body: &str, product_id: Option<i64>) -> Result<(), Close> {
        let handed_in = match Body::parse(body) {
            Err(error) => Err(error.into()),
            Ok(body) => {
                let draft = MessageDraft { client_id, body, product_id, photo: None };
                service::hand_in(&self.state.journal, &self.state.message_limits, self.member, draft).await
            }
        };
        match handed_in {
            Ok(pending) => {
                self.events.push(Box::pin(async move {
                    Event::Answered(client_id, pending.await.unwrap_or(Err(SendError::Unavailable)))
                }));
                Ok(())
            }
            Err(refusal) => self.refuse(Some(client_id), refusal).await,
        }
    }

    /// Beside everything else, so that a slow database keeps nobody from hearing.
    fn mark(&mut self, seq: i64) {
        if self.state.hub.has_read(self.member.room, self.member.side, seq) {
            return;
        }
        if self.is_marking {
            self.to_mark = self.to_mark.max(Some(seq));
            return;
        }
        self.is_marking = true;
        let RoomSocket { state, member, .. } = *self;
        self.events.push(Box::pin(async move {
            Event::Marked(asked(service::read(&state.db, &state.hub, member, seq)).await)
        }));
    }

    fn marked(&mut self, marked: Result<(), Close>) -> Result<(), Close> {
        self.is_marking = false;
        marked?;
        if let Some(seq) = self.to_mark.take() {
            self.mark(seq);
        }
        Ok(())
    }

    /// What the room isn't told: a repeat, a refusal.
    async fn answer(&mut self, client_id: Uuid, answer: Result<SendOutcome, SendError>) -> Result<(), Close> {
        match answer {
            Ok(said) => {
                let entry = said.entry();
                let products = match entry.product_id {
                    Some(id) => {
                        asked(crate::products::summaries(&self.state.db, &[id])).await.unwrap_or_default()
                    }
                    None => Vec::new(),
                };
                let frame =
                    ServerFrame::Message(service::frame(entry, &self.member.participants, &products)).text();
                self.send(frame).await
            }
            Err(refusal) => self.refuse(Some(client_id), refusal).await,
        }
    }

    async fn refuse(&mut self, client_id: Option<Uuid>, refusal: SendError) -> Result<(), Close> {
        self.send(ServerFrame::refused(client_id, refusal).text()).await
    }
}

/// The id of a frame that is otherwise broken, so that its sender knows which bubble it was.
fn client_id(text: &str) -> Option<Uuid> {
    serde_json::from_str::<serde_json::Value>(text).ok()?.get("client_id")?.as_str()?.parse().ok()
}
