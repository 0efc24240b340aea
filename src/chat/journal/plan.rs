//! Numbering a batch, in memory, while its rooms are locked.

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;
use uuid::Uuid;

use super::Write;
use crate::{
    chat::{
        RoomKey, Side,
        entries::{Entry, Snapshot},
        photos::RoomPhoto,
        service::{Refusal, Said},
    },
    products::ProductSummary,
};

/// A locked room: what stands in its row, and after [`plan`] what shall stand there.
#[derive(Clone, Debug)]
pub struct LockedRoom {
    pub id: i64,
    pub last_seq: i64,
    pub buyer_total: i64,
    pub seller_total: i64,
    pub last_product_id: Option<i64>,
    /// The database's clock under the room's lock, never before the last entry's.
    pub now: OffsetDateTime,
    pub last: Option<(Side, String)>,
}

pub type LockedRooms = HashMap<RoomKey, LockedRoom>;
/// A message by its room, its side and its sender's id for it.
pub type Known = HashMap<(RoomKey, Side, Uuid), Entry>;

/// A row to be inserted.
pub struct Insert {
    pub room_id: i64,
    pub ordinal: i64,
    pub entry: Entry,
}

pub struct Planned {
    pub outcomes: Vec<Result<Said, Refusal>>,
    pub inserts: Vec<Insert>,
}

/// Gives every new message the next number of its room, in the batch's order.
///
/// `known`: repeats found in the database. `spoken_of`: hidden products that these rooms have
/// talked about before, and may go on talking about.
pub fn plan(
    rooms: &mut LockedRooms,
    batch: &[Write],
    known: &Known,
    products: &[ProductSummary],
    spoken_of: &HashSet<(RoomKey, i64)>,
) -> Planned {
    let mut planned = Planned { outcomes: Vec::with_capacity(batch.len()), inserts: Vec::new() };
    let mut placed = Known::new();
    for write in batch {
        let key = (write.room, write.side, write.draft.client_id);
        if let Some(entry) = known.get(&key).or_else(|| placed.get(&key)) {
            planned.outcomes.push(repeat(entry, write));
            continue;
        }
        let Some(room) = rooms.get_mut(&write.room) else {
            planned.outcomes.push(Err(Refusal::Unavailable));
            continue;
        };
        let about = write.draft.product_id.map(|id| products.iter().find(|product| product.id == id));
        let product = match about {
            None => None,
            Some(Some(product))
                if product.seller_id == write.room.seller_id
                    && (product.is_visible() || spoken_of.contains(&(write.room, product.id))) =>
            {
                Some(product)
            }
            Some(_) => {
                planned.outcomes.push(Err(Refusal::BadProduct));
                continue;
            }
        };
        let insert = room.append(write, product);
        placed.insert(key, insert.entry.clone());
        planned.outcomes.push(Ok(Said::Stored(insert.entry.clone())));
        planned.inserts.push(insert);
    }
    planned
}

fn repeat(entry: &Entry, write: &Write) -> Result<Said, Refusal> {
    let digest = |photo: &Option<RoomPhoto>| photo.as_ref().map(|photo| photo.digest.clone());
    let same = entry.body == write.draft.body.as_str()
        && entry.product_id == write.draft.product_id
        && digest(&entry.photo) == digest(&write.draft.photo);
    if same { Ok(Said::Repeated(entry.clone())) } else { Err(Refusal::ClientIdReused) }
}

impl LockedRoom {
    fn append(&mut self, write: &Write, product: Option<&ProductSummary>) -> Insert {
        self.last_seq += 1;
        let total = match write.side {
            Side::Buyer => &mut self.buyer_total,
            Side::Seller => &mut self.seller_total,
        };
        *total += 1;
        let ordinal = *total;
        let starts =
            product.filter(|product| Some(product.id) != self.last_product_id).map(|product| Snapshot {
                product_id: product.id,
                title: product.title.clone(),
                price: product.price,
                photo: product.cover.clone(),
            });
        self.last_product_id = product.map(|product| product.id).or(self.last_product_id);
        self.last = Some((write.side, write.draft.body.as_str().chars().take(200).collect()));
        let entry = Entry {
            seq: self.last_seq,
            from: write.side,
            client_id: write.draft.client_id,
            body: write.draft.body.as_str().to_owned(),
            photo: write.draft.photo.clone(),
            product_id: write.draft.product_id,
            starts,
            sent_at: self.now,
        };
        Insert { room_id: self.id, ordinal, entry }
    }
}
