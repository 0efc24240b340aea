//! The one way to write, whatever the transport.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::oneshot;

use crate::{
    chat::{
        Hub, Journal, MessageLimits,
        access::RoomMember,
        domain::{
            entry::Entry,
            outcome::{MessageDraft, SendError, SendOutcome},
            participants::Participants,
            room_key::RoomKey,
        },
        entries::EntryView,
        hub::EntryText,
        store, views,
        wire::{EntryFrame, ServerFrame},
    },
    products::ProductSummary,
};

/// What is still to come of a draft that was handed in.
pub type PendingSend = oneshot::Receiver<Result<SendOutcome, SendError>>;

/// Hands a draft in, in the sender's order, and doesn't wait until it is stored. Waits while the
/// journal is full.
pub async fn hand_in(
    journal: &Journal,
    limits: &MessageLimits,
    member: &RoomMember,
    draft: MessageDraft,
) -> Result<PendingSend, SendError> {
    if !limits.allow(member.user.account_id) {
        return Err(SendError::RateLimited);
    }
    journal.submit(member, draft).await
}

/// Hands a draft in and waits until it is stored; refuses at once while the journal is full.
pub async fn say(
    journal: &Journal,
    limits: &MessageLimits,
    member: &RoomMember,
    draft: MessageDraft,
) -> Result<SendOutcome, SendError> {
    if !limits.allow(member.user.account_id) {
        return Err(SendError::RateLimited);
    }
    journal.try_submit(member, draft)?.await.unwrap_or(Err(SendError::Unavailable))
}

/// The entry as programs get it.
pub fn frame<'a>(entry: &'a Entry, people: &Participants, products: &[ProductSummary]) -> EntryFrame<'a> {
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
pub fn entry_text(
    entry: Arc<Entry>,
    people: Arc<Participants>,
    products: Arc<[ProductSummary]>,
) -> EntryText {
    EntryText::new(Box::new(move || ServerFrame::Message(frame(&entry, &people, &products)).text()))
}

/// Tells everybody in the room, and both inboxes, of an entry that has been stored.
pub fn tell(
    hub: &Hub,
    room: RoomKey,
    people: &Arc<Participants>,
    said: &SendOutcome,
    products: &Arc<[ProductSummary]>,
) {
    let (SendOutcome::Stored(entry) | SendOutcome::Duplicate(entry)) = said;
    let text = entry_text(entry.clone(), people.clone(), products.clone());
    let accounts = [people.buyer_account, people.seller_account];
    match said {
        SendOutcome::Stored(_) => hub.entry(room, entry.seq, text, accounts),
        SendOutcome::Duplicate(_) => hub.entry_again(room, entry.seq, text, accounts),
    }
}

/// Moves the reader's mark up to `seq`, never down and never past the last entry.
pub async fn read(db: &PgPool, hub: &Hub, member: &RoomMember, seq: i64) -> sqlx::Result<()> {
    if let Some(seq) = store::read_marks::mark_read(db, member.room, member.side, seq).await? {
        hub.read(member.room, member.side, seq, member.user.account_id);
    }
    Ok(())
}
