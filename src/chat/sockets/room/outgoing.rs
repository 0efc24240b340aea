//! What goes out on a room's socket: up to 16 events in one write, `resync` after a gap or a lag, and answers
//! that concern only this sender.

use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes};
use metrics::counter;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use uuid::Uuid;

use crate::{
    chat::{
        domain::outcome::{SendError, SendOutcome},
        live::{
            event::{OtherFrame, RoomEvent},
            frames::{EntryFrame, ServerFrame},
            render::entry_frame,
        },
        sockets::{
            room::socket::RoomSocket,
            ws_io::{Close, SERVICE_RESTART, feed, flush, query_or_close, send},
        },
        store,
    },
    products,
    telemetry::names::RESYNCS,
};

/// So many events go out before anything else is looked at.
const MAX_EVENTS_PER_WRITE: usize = 16;

impl RoomSocket<'_> {
    /// What is ready by now goes out together; not so much that its end would have to wait for long.
    pub(super) async fn forward(&mut self, event: Result<Arc<RoomEvent>, RecvError>) -> Result<(), Close> {
        self.queue(event).await?;
        for _ in 1..MAX_EVENTS_PER_WRITE {
            let event = match self.subscription.events.try_recv() {
                Ok(event) => Ok(event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => Err(RecvError::Closed),
            };
            self.queue(event).await?;
        }
        flush(self.socket, self.parts.keep_alive).await
    }

    async fn queue(&mut self, event: Result<Arc<RoomEvent>, RecvError>) -> Result<(), Close> {
        match event.as_deref() {
            Ok(RoomEvent::Entry(entry)) if entry.seq <= self.last_seq => Ok(()),
            Ok(RoomEvent::Entry(entry)) => {
                let gap = entry.seq > self.last_seq + 1;
                self.last_seq = entry.seq;
                // Whoever resyncs asks for everything after what they have: this entry too.
                let frame = match &entry.other {
                    _ if gap => return self.resync().await,
                    _ if entry.from == self.member.side => Utf8Bytes::clone(&entry.frame),
                    OtherFrame::Same => Utf8Bytes::clone(&entry.frame),
                    OtherFrame::Screened(frame) => Utf8Bytes::clone(frame),
                    OtherFrame::Withheld => ServerFrame::Message(EntryFrame::withheld(entry.seq)).text(),
                };
                self.feed(frame).await
            }
            // What the client hasn't had yet it gets as it is now.
            Ok(RoomEvent::Changed { seq, .. }) if *seq > self.last_seq => Ok(()),
            Ok(RoomEvent::Changed { withheld_from, .. }) if *withheld_from == Some(self.member.side) => {
                Ok(())
            }
            Ok(RoomEvent::Changed { frame, .. }) => self.feed(frame.clone()).await,
            Ok(RoomEvent::Rewound { last_seq }) => {
                self.last_seq = *last_seq;
                self.resync().await
            }
            Ok(RoomEvent::Typing { by, .. }) if *by == self.member.side => Ok(()),
            Ok(RoomEvent::State { to: Some(side), .. }) if *side != self.member.side => Ok(()),
            Ok(RoomEvent::Typing { frame, .. } | RoomEvent::State { frame, .. }) => {
                self.feed(frame.clone()).await
            }
            Err(RecvError::Lagged(_)) => {
                // Whatever is still in the channel is older than what the client will ask for now.
                self.subscription.events = self.subscription.events.resubscribe();
                let position =
                    query_or_close(store::rooms::position(&self.parts.db, self.member.room)).await?;
                self.last_seq = position.last_seq;
                self.resync().await?;
                // The one thing that can't be asked for afterwards.
                let who = self.member.side.other();
                let online = self.parts.rooms.is_online(self.member.room, who);
                self.feed(ServerFrame::Presence { who, online }.text()).await
            }
            Err(RecvError::Closed) => Err(SERVICE_RESTART),
        }
    }

    async fn resync(&mut self) -> Result<(), Close> {
        counter!(RESYNCS).increment(1);
        self.feed(ServerFrame::Resync.text()).await
    }

    async fn feed(&mut self, frame: Utf8Bytes) -> Result<(), Close> {
        feed(self.socket, Message::Text(frame), self.parts.keep_alive).await
    }

    async fn send(&mut self, frame: Utf8Bytes) -> Result<(), Close> {
        send(self.socket, Message::Text(frame), self.parts.keep_alive).await
    }

    /// What the room isn't told: a duplicate, a rejection.
    pub(super) async fn answer(
        &mut self,
        client_id: Uuid,
        answer: Result<SendOutcome, SendError>,
    ) -> Result<(), Close> {
        match answer {
            // It is still to come by the room's channel, in its place.
            Ok(outcome) if outcome.entry().seq > self.last_seq => Ok(()),
            Ok(outcome) => {
                let entry = outcome.entry();
                let products = match entry.product_id {
                    Some(id) => {
                        query_or_close(products::summaries(&self.parts.db, &[id])).await.unwrap_or_default()
                    }
                    None => Vec::new(),
                };
                let frame =
                    ServerFrame::Message(entry_frame(entry, &self.member.participants, &products)).text();
                self.send(frame).await
            }
            Err(error) => self.reject(Some(client_id), error).await,
        }
    }

    pub(super) async fn reject(&mut self, client_id: Option<Uuid>, error: SendError) -> Result<(), Close> {
        self.send(ServerFrame::rejected(client_id, error).text()).await
    }
}
