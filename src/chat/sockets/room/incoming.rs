//! What comes in on a room's socket: sends, read marks, typing.

use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::StreamExt as _;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    chat::{
        domain::{
            body::Body,
            content::Content,
            outcome::{MessageDraft, SendError},
        },
        live::frames::ClientFrame,
        sockets::{
            room::socket::{Event, MAX_FRAME, RoomSocket},
            ws_io::{Close, DISCONNECTED, TOO_BIG, TOO_FAST, is_too_big},
        },
        store,
        write::{PendingSend, read_marks::mark_read},
    },
    web::with_task_timeout,
};

const TYPING_THROTTLE: Duration = Duration::from_secs(2);

impl<'a> RoomSocket<'a> {
    pub(super) async fn on_message(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Close> {
        match message {
            None | Some(Ok(Message::Close(_))) => Err(DISCONNECTED),
            Some(Err(error)) => Err(if is_too_big(&error) { TOO_BIG } else { DISCONNECTED }),
            Some(Ok(_)) if !self.frames.allow() => Err(TOO_FAST),
            Some(Ok(Message::Text(text))) if text.len() > MAX_FRAME => Err(TOO_BIG),
            Some(Ok(Message::Binary(bytes))) if bytes.len() > MAX_FRAME => Err(TOO_BIG),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => self.reject(None, SendError::BadFrame).await,
            Some(Ok(Message::Text(text))) => match ClientFrame::parse(&text) {
                Some(frame) => self.handle_frame(frame).await,
                None => self.reject(client_id(&text), SendError::BadFrame).await,
            },
        }
    }

    async fn handle_frame(&mut self, frame: ClientFrame) -> Result<(), Close> {
        match frame {
            ClientFrame::Send { client_id, body, product_id } => {
                self.send_message(client_id, &body, product_id).await
            }
            ClientFrame::Read { seq } => {
                self.mark_read(seq);
                Ok(())
            }
            ClientFrame::Shown { seq } => {
                self.mark_shown(seq);
                Ok(())
            }
            ClientFrame::Typing => {
                let now = Instant::now();
                if self.typed_at.is_none_or(|at| now - at >= TYPING_THROTTLE) {
                    self.typed_at = Some(now);
                    self.parts.rooms.typing(self.member.room, self.member.side);
                }
                Ok(())
            }
            ClientFrame::Unknown => Ok(()),
        }
    }

    async fn send_message(
        &mut self,
        client_id: Uuid,
        body: &str,
        product_id: Option<i64>,
    ) -> Result<(), Close> {
        let enqueued = match Body::parse(body) {
            Err(error) => Err(error.into()),
            Ok(body) => {
                let draft = MessageDraft { client_id, content: Content::text(body), product_id };
                self.enqueue(draft).await?
            }
        };
        match enqueued {
            Ok(pending) => {
                self.events.push(Box::pin(async move {
                    Event::SendFinished(client_id, pending.await.unwrap_or(Err(SendError::Unavailable)))
                }));
                Ok(())
            }
            Err(error) => self.reject(Some(client_id), error).await,
        }
    }

    /// Waits while the queue is full (back-pressure). Whatever else the socket waits for is seen meanwhile:
    /// access that ends closes it.
    async fn enqueue(&mut self, draft: MessageDraft) -> Result<Result<PendingSend, SendError>, Close> {
        let RoomSocket { parts, member, .. } = *self;
        let mut enqueued = Box::pin(parts.writer.enqueue(member, draft));
        loop {
            tokio::select! {
                biased;
                result = &mut enqueued => return Ok(result),
                Some(event) = self.events.next() => self.on_event(event).await?,
            }
        }
    }

    /// Beside everything else, so that a slow database keeps nobody from hearing.
    fn mark_read(&mut self, seq: i64) {
        if self.parts.rooms.has_read(self.member.room, self.member.side, seq) {
            return;
        }
        if self.is_marking {
            self.next_mark = self.next_mark.max(Some(seq));
            return;
        }
        self.is_marking = true;
        let RoomSocket { parts, member, .. } = *self;
        self.events.push(Box::pin(async move {
            Event::Marked(with_task_timeout(mark_read(&parts.db, &parts.publisher, member, seq)).await)
        }));
    }

    /// Beside everything else, too; once for each entry at most.
    fn mark_shown(&mut self, seq: i64) {
        let seq = seq.min(self.last_seq);
        if seq <= self.shown_seq {
            return;
        }
        self.shown_seq = seq;
        let RoomSocket { parts, member, .. } = *self;
        self.events.push(Box::pin(async move {
            let marked = store::read_marks::mark_shown(&parts.db, member.room, member.side, seq);
            Event::MarkedShown(with_task_timeout(marked).await)
        }));
    }

    /// One that is lost costs a push of something that could be seen.
    pub(super) fn marked_shown(&self, marked: sqlx::Result<()>) {
        if let Err(error) = marked {
            tracing::debug!(%error, room = %self.member.room, "shown mark not stored");
        }
    }

    /// A mark that couldn't be stored is lost, and the socket isn't closed for it: the next one moves past it.
    pub(super) fn marked(&mut self, marked: sqlx::Result<()>) {
        self.is_marking = false;
        if let Err(error) = marked {
            tracing::warn!(%error, room = %self.member.room, "read mark not stored");
        }
        if let Some(seq) = self.next_mark.take() {
            self.mark_read(seq);
        }
    }
}

/// The id of a frame that is otherwise broken, so that its sender knows which bubble it was.
fn client_id(text: &str) -> Option<Uuid> {
    serde_json::from_str::<serde_json::Value>(text).ok()?.get("client_id")?.as_str()?.parse().ok()
}
