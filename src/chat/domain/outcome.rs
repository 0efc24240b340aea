//! A message on its way in, and what became of it.

use std::sync::Arc;

use uuid::Uuid;

use super::{body::BodyError, content::Content, entry::Entry};
use crate::chat::sentences;
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
    #[error("{}", sentences::THIS_FRAME_CANT_BE_UNDERSTOOD)]
    BadFrame,
    #[error("{}", sentences::A_FRAME_CAN_HAVE_AT_MOST_32_KIB)]
    FrameTooBig,
    #[error("{}", sentences::WRITE_SOMETHING_FIRST)]
    Empty,
    #[error("{}", sentences::A_MESSAGE_CAN_HAVE_AT_MOST_4_000_CHARACTERS)]
    TooLong,
    #[error("{}", sentences::THAT_PRODUCT_CANT_BE_SPOKEN_OF_HERE)]
    BadProduct,
    #[error("{}", sentences::ANOTHER_MESSAGE_WAS_SENT_UNDER_THIS_NUMBER_ALREADY)]
    ClientIdReused,
    #[error("{}", sentences::YOU_BLOCKED_THIS_PERSON)]
    Blocked,
    /// This person has begun as many conversations as they may in a day.
    #[error("{0}")]
    TooManyNewRooms(NewRoomsUsedUp),
    #[error("{}", sentences::THAT_WAS_VERY_FAST)]
    RateLimited,
    #[error("{}", sentences::PLEASE_CONFIRM_YOUR_ADDRESS_FIRST)]
    AddressNotConfirmed,
    #[error("{0}")]
    Photo(photos::PhotoRejected),
    #[error("{}", sentences::THOSE_WERE_VERY_MANY_PICTURES)]
    TooManyPhotos,
    #[error("{0}")]
    PhotoQuota(QuotaReached),
    /// The database refuses it, and would again.
    #[error("{}", sentences::THIS_MESSAGE_CANT_BE_STORED_AS_IT_IS)]
    Rejected,
    #[error("{}", sentences::THE_MESSAGE_COULD_NOT_BE_STORED_JUST_NOW)]
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
