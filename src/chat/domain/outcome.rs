//! A message on its way in, and what became of it.

use std::sync::Arc;

use uuid::Uuid;

use super::{body::BodyError, content::Content, entry::Entry};
use crate::{
    products::{QuotaReached, photos},
    safety::NewRoomsUsedUp,
};

/// A message that could be stored.
#[derive(Clone, Debug)]
pub struct MessageDraft {
    /// Made by the sender's program: the same id twice is the same message.
    pub client_id: Uuid,
    pub content: Content,
    pub product_id: Option<i64>,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub enum SendOutcome {
    /// Stored now, and told to everybody in the room.
    Stored(Arc<Entry>),
    /// It was stored before; nobody else is told again.
    Duplicate(Arc<Entry>),
}

impl SendOutcome {
    pub fn entry(&self) -> &Entry {
        match self {
            SendOutcome::Stored(entry) | SendOutcome::Duplicate(entry) => entry,
        }
    }
}

/// Why a draft wasn't stored; the sentence is for whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
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
    #[error("You blocked this person. To write to them, undo it first.")]
    Blocked,
    /// This person has begun as many conversations as they may in a day.
    #[error("{0}")]
    TooManyNewRooms(NewRoomsUsedUp),
    #[error("That was very fast. Wait a moment, then send it again.")]
    RateLimited,
    #[error("Please confirm your address first: a letter is on its way to you. Your words stay here.")]
    AddressNotConfirmed,
    #[error("{0}")]
    Photo(photos::PhotoRejected),
    #[error("Those were very many pictures. Please wait some minutes, then send the rest.")]
    TooManyPhotos,
    #[error("{0}")]
    PhotoQuota(QuotaReached),
    /// The database refuses it, and would again.
    #[error("This message can't be stored as it is. Change it, then send it again.")]
    Rejected,
    #[error("The message could not be stored just now. Please send it again.")]
    Unavailable,
}

impl SendError {
    /// The contract's name for it.
    pub fn code(self) -> &'static str {
        match self {
            // Nothing that passes by itself: clients keep the words for their writer.
            SendError::BadFrame | SendError::Rejected => "bad_frame",
            SendError::Empty => "empty",
            SendError::TooLong | SendError::FrameTooBig => "too_long",
            SendError::BadProduct => "bad_product",
            SendError::ClientIdReused => "client_id_reused",
            SendError::Blocked => "blocked",
            SendError::TooManyNewRooms(_) => "too_many_rooms",
            SendError::Photo(_) | SendError::PhotoQuota(_) => "bad_photo",
            // It passes, though not by itself: the words stay with their writer.
            SendError::AddressNotConfirmed => "bad_frame",
            SendError::RateLimited | SendError::TooManyPhotos => "rate_limited",
            SendError::Unavailable => "unavailable",
        }
    }
}

impl From<BodyError> for SendError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Empty => SendError::Empty,
            BodyError::TooLong => SendError::TooLong,
            BodyError::Nul => SendError::BadFrame,
        }
    }
}
