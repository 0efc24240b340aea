//! The one way to write, whatever the transport.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    Body, Hub, Journal, MessageLimits, RoomKey,
    body::BodyError,
    entries::{Entry, EntryView},
    hub::EntryText,
    photos::RoomPhoto,
    seat::{People, Seat},
    store, views,
    wire::{EntryFrame, ServerFrame},
};
use crate::products::{ProductSummary, photos};

/// A message that could be stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Made by the sender's program: the same id twice is the same message.
    pub client_id: Uuid,
    pub body: Body,
    pub product_id: Option<i64>,
    pub photo: Option<RoomPhoto>,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub enum Said {
    /// Stored now, and told to everybody in the room.
    Stored(Arc<Entry>),
    /// It was stored before; nobody else is told again.
    Repeated(Arc<Entry>),
}

impl Said {
    pub fn entry(&self) -> &Entry {
        match self {
            Said::Stored(entry) | Said::Repeated(entry) => entry,
        }
    }
}

/// Why a draft wasn't stored; the sentence is for whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("This frame can't be understood.")]
    BadFrame,
    #[error("A frame can have at most 32 KiB.")]
    FrameTooBig,
    #[error("Write something first.")]
    Empty,
    #[error("A message can have at most 4,000 characters.")]
    TooLong,
    #[error("That product can't be spoken of here. Sent again, your message goes without it.")]
    BadProduct,
    #[error("Another message was sent under this number already.")]
    ClientIdReused,
    #[error("That was very fast. Wait a moment, then send it again.")]
    RateLimited,
    #[error("{0}")]
    Photo(photos::Refused),
    #[error("Those were very many pictures. Please wait some minutes, then send the rest.")]
    TooManyPhotos,
    /// The database refuses it, and would again.
    #[error("This message can't be stored as it is. Change it, then send it again.")]
    Unstorable,
    #[error("The message could not be stored just now. Please send it again.")]
    Unavailable,
}

impl Refusal {
    /// The contract's name for it.
    pub fn code(self) -> &'static str {
        match self {
            // Nothing that passes by itself: clients keep the words for their writer.
            Refusal::BadFrame | Refusal::Unstorable => "bad_frame",
            Refusal::Empty => "empty",
            Refusal::TooLong | Refusal::FrameTooBig => "too_long",
            Refusal::BadProduct => "bad_product",
            Refusal::ClientIdReused => "client_id_reused",
            Refusal::Photo(_) => "bad_photo",
            Refusal::RateLimited | Refusal::TooManyPhotos => "rate_limited",
            Refusal::Unavailable => "unavailable",
        }
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Empty => Refusal::Empty,
            BodyError::TooLong => Refusal::TooLong,
            BodyError::Nul => Refusal::BadFrame,
        }
    }
}

/// What is still to come of a draft that was handed in.
pub type Pending = oneshot::Receiver<Result<Said, Refusal>>;

/// Hands a draft in, in the sender's order, and doesn't wait until it is stored. Waits while the
/// journal is full.
pub async fn hand_in(
    journal: &Journal,
    limits: &MessageLimits,
    seat: &Seat,
    draft: Draft,
) -> Result<Pending, Refusal> {
    if !limits.allow(seat.user.account_id) {
        return Err(Refusal::RateLimited);
    }
    journal.submit(seat, draft).await
}

/// Hands a draft in and waits until it is stored; refuses at once while the journal is full.
pub async fn say(
    journal: &Journal,
    limits: &MessageLimits,
    seat: &Seat,
    draft: Draft,
) -> Result<Said, Refusal> {
    if !limits.allow(seat.user.account_id) {
        return Err(Refusal::RateLimited);
    }
    journal.try_submit(seat, draft)?.await.unwrap_or(Err(Refusal::Unavailable))
}

/// The entry as programs get it.
pub fn frame<'a>(entry: &'a Entry, people: &People, products: &[ProductSummary]) -> EntryFrame<'a> {
    EntryFrame {
        seq: entry.seq,
        kind: entry.kind(),
        from: entry.from,
        client_id: entry.client_id,
        body: &entry.body,
        product_id: entry.product_id,
        sent_at: entry.sent_at,
        html: views::entry_html(&EntryView::new(entry, people, products)),
    }
}

/// The entry as sockets get it.
pub fn entry_text(entry: Arc<Entry>, people: Arc<People>, products: Arc<[ProductSummary]>) -> EntryText {
    EntryText::new(Box::new(move || ServerFrame::Message(frame(&entry, &people, &products)).text()))
}

/// Tells everybody in the room, and both inboxes, of an entry that has been stored.
pub fn tell(hub: &Hub, room: RoomKey, people: &Arc<People>, said: &Said, products: &Arc<[ProductSummary]>) {
    let (Said::Stored(entry) | Said::Repeated(entry)) = said;
    let text = entry_text(entry.clone(), people.clone(), products.clone());
    let accounts = [people.buyer_account, people.seller_account];
    match said {
        Said::Stored(_) => hub.entry(room, entry.seq, text, accounts),
        Said::Repeated(_) => hub.entry_again(room, entry.seq, text, accounts),
    }
}

/// Moves the reader's mark up to `seq`, never down and never past the last entry.
pub async fn read(db: &PgPool, hub: &Hub, seat: &Seat, seq: i64) -> sqlx::Result<()> {
    if let Some(seq) = store::mark_read(db, seat.room, seat.side, seq).await? {
        hub.read(seat.room, seat.side, seq, seat.user.account_id);
    }
    Ok(())
}
