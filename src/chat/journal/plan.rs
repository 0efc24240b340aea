//! Numbering a batch, in memory, while its rooms are locked.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use time::OffsetDateTime;

use crate::{
    chat::{
        domain::{
            batch::{NewEntry, RoomState, RoomStates, RoomUpdate, StoredEntries},
            entry::{Entry, ProductSnapshot},
            outcome::{SendError, SendOutcome},
            room_key::RoomKey,
            room_photo::RoomPhoto,
            side::Side,
        },
        journal::Write,
    },
    products::ProductSummary,
};

/// What has been looked up for a batch.
#[derive(Default)]
pub struct Found {
    /// Messages that are stored already.
    pub repeats: StoredEntries,
    pub products: Vec<ProductSummary>,
    /// Hidden products that these rooms have talked about before, and may go on talking about.
    pub spoken_of: HashSet<(RoomKey, i64)>,
}

/// What becomes of a message.
enum Outcome {
    /// The `n`th insert, or a repeat of it.
    New(usize),
    Same(usize),
    Known(Arc<Entry>),
    Refused(SendError),
}

pub struct Planned<'a> {
    outcomes: Vec<Outcome>,
    pub inserts: Vec<NewEntry>,
    pub changes: HashMap<RoomKey, RoomUpdate<'a>>,
}

/// Gives every new message the next number of its room, in the batch's order.
pub fn plan<'a>(rooms: &RoomStates, batch: &'a [Write], found: &Found) -> Planned<'a> {
    let mut planned = Planned {
        outcomes: Vec::with_capacity(batch.len()),
        inserts: Vec::with_capacity(batch.len()),
        changes: HashMap::with_capacity(rooms.len()),
    };
    let mut placed = HashMap::with_capacity(batch.len());
    for write in batch {
        let key = (write.room, write.side, write.draft.client_id);
        let outcome = if let Some(entry) = found.repeats.get(&key) {
            repeat(entry, write).map_or_else(Outcome::Refused, |()| Outcome::Known(entry.clone()))
        } else if let Some(&n) = placed.get(&key) {
            let first: &NewEntry = &planned.inserts[n];
            repeat(&first.entry, write).map_or_else(Outcome::Refused, |()| Outcome::Same(n))
        } else {
            match planned.append(rooms, write, found) {
                Ok(n) => {
                    placed.insert(key, n);
                    Outcome::New(n)
                }
                Err(refusal) => Outcome::Refused(refusal),
            }
        };
        planned.outcomes.push(outcome);
    }
    planned
}

/// Whether a message with the number of a stored one is that one.
fn repeat(entry: &Entry, write: &Write) -> Result<(), SendError> {
    let digest = |photo: &Option<RoomPhoto>| photo.as_ref().map(|photo| photo.digest.clone());
    let same = entry.body == write.draft.body.as_str()
        && entry.product_id == write.draft.product_id
        && digest(&entry.photo) == digest(&write.draft.photo);
    if same { Ok(()) } else { Err(SendError::ClientIdReused) }
}

/// The product that the talk turns to with this message: none if it names none, or goes on about the last.
fn turns_to<'a>(
    room: &RoomState,
    write: &Write,
    found: &'a Found,
) -> Result<Option<&'a ProductSummary>, SendError> {
    let Some(id) = write.draft.product_id.filter(|id| Some(*id) != room.last_product_id) else {
        return Ok(None);
    };
    let product = found.products.iter().find(|product| product.id == id).ok_or(SendError::BadProduct)?;
    let allowed = product.seller_id == write.room.seller_id
        && (product.is_visible() || found.spoken_of.contains(&(write.room, id)));
    if allowed { Ok(Some(product)) } else { Err(SendError::BadProduct) }
}

impl<'a> Planned<'a> {
    fn append(&mut self, rooms: &RoomStates, write: &'a Write, found: &Found) -> Result<usize, SendError> {
        let before = rooms.get(&write.room).ok_or(SendError::Unavailable)?;
        let room = self.changes.get(&write.room).map_or(before, |change| &change.room);
        let product = turns_to(room, write, found)?;
        let body = write.draft.body.as_str();
        let change = self.changes.entry(write.room).or_insert_with(|| RoomUpdate {
            expected_seq: before.last_seq,
            room: before.clone(),
            from: write.side,
            body,
        });
        (change.from, change.body) = (write.side, body);
        let room = &mut change.room;
        room.last_seq += 1;
        let total = match write.side {
            Side::Buyer => &mut room.buyer_total,
            Side::Seller => &mut room.seller_total,
        };
        *total += 1;
        let ordinal = *total;
        room.last_product_id = product.map(|product| product.id).or(room.last_product_id);
        let entry = Entry {
            seq: room.last_seq,
            from: write.side,
            client_id: write.draft.client_id,
            body: body.to_owned(),
            photo: write.draft.photo.clone(),
            product_id: write.draft.product_id,
            starts: product.map(|product| ProductSnapshot {
                product_id: product.id,
                title: product.title.clone(),
                price: product.price,
                photo: product.cover.clone(),
            }),
            sent_at: room.last_at,
        };
        self.inserts.push(NewEntry { room_id: room.id, ordinal, entry });
        Ok(self.inserts.len() - 1)
    }

    /// It is written, at this time: how the rooms stand now, and what each message came to.
    pub fn written(self, now: OffsetDateTime) -> (RoomStates, Vec<Result<SendOutcome, SendError>>) {
        let Planned { outcomes, mut inserts, changes } = self;
        for insert in &mut inserts {
            insert.entry.sent_at = insert.entry.sent_at.max(now);
        }
        let entries: Vec<Arc<Entry>> = inserts.into_iter().map(|insert| Arc::new(insert.entry)).collect();
        let said = |outcome| match outcome {
            Outcome::New(n) => Ok(SendOutcome::Stored(entries[n].clone())),
            Outcome::Same(n) => Ok(SendOutcome::Duplicate(entries[n].clone())),
            Outcome::Known(entry) => Ok(SendOutcome::Duplicate(entry)),
            Outcome::Refused(refusal) => Err(refusal),
        };
        let outcomes = outcomes.into_iter().map(said).collect();
        let rooms = changes.into_iter().map(|(key, RoomUpdate { mut room, .. })| {
            room.last_at = room.last_at.max(now);
            (key, room)
        });
        (rooms.collect(), outcomes)
    }
}
