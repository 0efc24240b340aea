//! One message on its way to the rows, with the way back to its sender.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::chat::{
    access::RoomMember,
    domain::{
        outcome::{MessageDraft, SendError, SendOutcome},
        participants::Participants,
        room_key::RoomKey,
        side::Side,
    },
};

/// What a message takes up beside its body, with all that is kept for its sender.
const PER_MESSAGE_OVERHEAD: usize = 1024;

/// What is still to come of a draft that was enqueued.
pub type PendingSend = oneshot::Receiver<Result<SendOutcome, SendError>>;

/// One message on its way in.
pub struct WriteRequest {
    pub room: RoomKey,
    pub side: Side,
    pub participants: Arc<Participants>,
    pub draft: MessageDraft,
    pub answer: oneshot::Sender<Result<SendOutcome, SendError>>,
    pub _pending: TaskTrackerToken,
    pub permit: Option<OwnedSemaphorePermit>,
}

impl WriteRequest {
    pub fn new(member: &RoomMember, draft: MessageDraft, pending: TaskTrackerToken) -> (Self, PendingSend) {
        let (answer, answered) = oneshot::channel();
        let request = WriteRequest {
            room: member.room,
            side: member.side,
            participants: member.participants.clone(),
            draft,
            answer,
            _pending: pending,
            permit: None,
        };
        (request, answered)
    }

    /// How much of the queue it takes.
    pub fn bytes(&self) -> u32 {
        u32::try_from(PER_MESSAGE_OVERHEAD + self.draft.content.body().len()).unwrap_or(u32::MAX)
    }
}
