//! Numbering a batch, in memory: pure, and so tested without a database.

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
        },
        write::request::WriteRequest,
    },
    products::ProductSummary,
    safety::{NewRoomQuota, Opened, Opening},
};

/// What has been looked up for a batch.
#[derive(Default)]
pub struct Lookups {
    /// Messages that are stored already.
    pub duplicates: StoredEntries,
    pub products: Vec<ProductSummary>,
    /// Hidden products that these rooms have talked about before, and may go on talking about.
    pub discussed_before: HashSet<(RoomKey, i64)>,
    /// What those have begun so far who begin a conversation.
    pub opened: HashMap<i64, Opened>,
    pub quota: NewRoomQuota,
    /// The database's time, when that was asked.
    pub now: Option<OffsetDateTime>,
}

/// What becomes of a message.
enum PlannedOutcome {
    /// The `n`th new entry, or a duplicate of it.
    New(usize),
    DuplicateInBatch(usize),
    DuplicateStored(Arc<Entry>),
    Failed(SendError),
}

pub struct BatchPlan<'a> {
    outcomes: Vec<PlannedOutcome>,
    pub entries: Vec<NewEntry>,
    pub rooms_after: HashMap<RoomKey, RoomUpdate<'a>>,
    /// Conversations that begin with it.
    pub openings: Vec<Opening>,
}

/// Gives every new message the next number of its room, in the batch's order.
pub fn plan<'a>(rooms: &RoomStates, batch: &'a [WriteRequest], lookups: &Lookups) -> BatchPlan<'a> {
    let mut batch_plan = BatchPlan {
        outcomes: Vec::with_capacity(batch.len()),
        entries: Vec::with_capacity(batch.len()),
        rooms_after: HashMap::with_capacity(rooms.len()),
        openings: Vec::new(),
    };
    let mut placed = HashMap::with_capacity(batch.len());
    for request in batch {
        let key = (request.room, request.side, request.draft.client_id);
        let outcome = if let Some(entry) = lookups.duplicates.get(&key) {
            is_same_message(entry, request)
                .map_or_else(PlannedOutcome::Failed, |()| PlannedOutcome::DuplicateStored(entry.clone()))
        } else if let Some(&n) = placed.get(&key) {
            let first: &NewEntry = &batch_plan.entries[n];
            is_same_message(&first.entry, request)
                .map_or_else(PlannedOutcome::Failed, |()| PlannedOutcome::DuplicateInBatch(n))
        } else {
            match batch_plan.plan_entry(rooms, request, lookups) {
                Ok(n) => {
                    placed.insert(key, n);
                    PlannedOutcome::New(n)
                }
                Err(error) => PlannedOutcome::Failed(error),
            }
        };
        batch_plan.outcomes.push(outcome);
    }
    batch_plan
}

/// Whether a message with the `client_id` of a stored one is that one (idempotency).
fn is_same_message(entry: &Entry, request: &WriteRequest) -> Result<(), SendError> {
    let draft = &request.draft;
    let is_same = entry.content.is_same(&draft.content) && entry.product_id == draft.product_id;
    if is_same { Ok(()) } else { Err(SendError::ClientIdReused) }
}

/// The product that this message introduces: none if it names none, or goes on about the last one.
fn new_topic<'a>(
    room: &RoomState,
    request: &WriteRequest,
    lookups: &'a Lookups,
) -> Result<Option<&'a ProductSummary>, SendError> {
    let Some(id) = request.draft.product_id.filter(|id| Some(*id) != room.topic(request.side)) else {
        return Ok(None);
    };
    let product = lookups.products.iter().find(|product| product.id == id).ok_or(SendError::BadProduct)?;
    let allowed = product.seller_id == request.room.seller_id
        && (product.is_visible() || lookups.discussed_before.contains(&(request.room, id)));
    if allowed { Ok(Some(product)) } else { Err(SendError::BadProduct) }
}

impl<'a> BatchPlan<'a> {
    fn plan_entry(
        &mut self,
        rooms: &RoomStates,
        request: &'a WriteRequest,
        lookups: &Lookups,
    ) -> Result<usize, SendError> {
        let before = rooms.get(&request.room).ok_or(SendError::Unavailable)?;
        let room = self.rooms_after.get(&request.room).map_or(before, |update| &update.room);
        if room.blocks.has_blocked(request.side) {
            return Err(SendError::Blocked);
        }
        let withheld = room.blocks.is_blocked(request.side);
        let product = new_topic(room, request, lookups)?;
        let body = request.draft.content.body();
        if let Some(opening) = self.opening(room, request, lookups)? {
            self.openings.push(opening);
        }
        let update = self.rooms_after.entry(request.room).or_insert_with(|| RoomUpdate {
            expected_seq: before.last_seq,
            room: before.clone(),
            from: request.side,
            body,
        });
        (update.from, update.body) = (request.side, body);
        let room = &mut update.room;
        let (seq, ordinal) = room.append(request.side);
        if let Some(product) = product {
            *if withheld { &mut room.withheld_product_id } else { &mut room.last_product_id } =
                Some(product.id);
        }
        let entry = Entry {
            seq,
            from: request.side,
            client_id: request.draft.client_id,
            content: request.draft.content.clone(),
            product_id: request.draft.product_id,
            introduces: product.map(|product| ProductSnapshot {
                product_id: product.id,
                title: product.title.clone(),
                price: product.price,
                photo: product.cover.clone(),
            }),
            sent_at: room.last_at,
            withheld,
        };
        self.entries.push(NewEntry { room_id: room.id, ordinal, entry });
        Ok(self.entries.len() - 1)
    }

    /// The conversation that this message begins, if its writer may begin one more.
    fn opening(
        &self,
        room: &RoomState,
        request: &WriteRequest,
        lookups: &Lookups,
    ) -> Result<Option<Opening>, SendError> {
        if room.last_seq > 0 {
            return Ok(None);
        }
        let account_id = request.participants.account(request.side);
        let opened = lookups.opened.get(&account_id).zip(lookups.now).ok_or(SendError::Unavailable)?;
        let begun = self.openings.iter().filter(|opening| opening.account_id == account_id).count() as i64;
        lookups.quota.check(opened.0, begun, opened.1).map_err(SendError::TooManyNewRooms)?;
        let author = request.participants.name(request.side).to_owned();
        let text = request.draft.content.body().to_owned();
        Ok(Some(Opening { account_id, room_id: room.id, author, text }))
    }

    /// It was committed at this time: how the rooms stand now, and what each message came to.
    pub fn into_outcomes(self, now: OffsetDateTime) -> (RoomStates, Vec<Result<SendOutcome, SendError>>) {
        let BatchPlan { outcomes, mut entries, rooms_after, .. } = self;
        for new in &mut entries {
            new.entry.sent_at = new.entry.sent_at.max(now);
        }
        let entries: Vec<Arc<Entry>> = entries.into_iter().map(|new| Arc::new(new.entry)).collect();
        let outcome = |planned| match planned {
            PlannedOutcome::New(n) => Ok(SendOutcome::Stored(entries[n].clone())),
            PlannedOutcome::DuplicateInBatch(n) => Ok(SendOutcome::Duplicate(entries[n].clone())),
            PlannedOutcome::DuplicateStored(entry) => Ok(SendOutcome::Duplicate(entry)),
            PlannedOutcome::Failed(error) => Err(error),
        };
        let outcomes = outcomes.into_iter().map(outcome).collect();
        let rooms = rooms_after.into_iter().map(|(key, RoomUpdate { mut room, .. })| {
            room.last_at = room.last_at.max(now);
            (key, room)
        });
        (rooms.collect(), outcomes)
    }
}
