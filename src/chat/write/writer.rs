//! Optimistic concurrency with a locked fallback: makes rows of batches, and caches how it left its rooms.

use std::{slice, time::Duration};

use sqlx::{PgConnection, PgPool};
use tokio::time::{Instant, timeout_at};

use crate::{
    chat::{
        domain::{
            batch::RoomStates,
            outcome::{SendError, SendOutcome},
        },
        live::rooms::Rooms,
        store,
        write::{
            connection::WriterConnection,
            plan::{self, Lookups},
            request::WriteRequest,
        },
    },
    db::ErrorClass,
    products::{self, ProductSummary},
    safety::{self, NewRoomQuota},
};

/// A sender hears that the database is gone within five seconds.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(4);
/// Less time than this is no time to begin with another entry.
const MIN_BUDGET: Duration = Duration::from_millis(500);
/// Rooms that a writer caches, at about 150 bytes each.
const MAX_CACHED_ROOMS: usize = 8192;

pub struct BatchWriter {
    /// What this node has delivered: a room that stands further there was written to by another node.
    published: Rooms,
    connection: WriterConnection,
    new_rooms: NewRoomQuota,
    /// How this writer left its rooms. Another node may have written to them since.
    rooms: RoomStates,
}

/// A batch, and what each of its messages came to.
#[derive(Default)]
pub struct BatchResult {
    pub batch: Vec<WriteRequest>,
    pub outcomes: Vec<Result<SendOutcome, SendError>>,
    /// Those that the talk turned to.
    pub products: Vec<ProductSummary>,
    /// The database is gone.
    pub connection_lost: bool,
}

/// What a transaction came to.
struct CommitResult {
    outcomes: Vec<Result<SendOutcome, SendError>>,
    products: Vec<ProductSummary>,
}

impl BatchWriter {
    pub fn new(db: &PgPool, published: &Rooms, new_rooms: NewRoomQuota) -> Self {
        BatchWriter {
            published: published.clone(),
            connection: WriterConnection::new(db),
            new_rooms,
            rooms: RoomStates::new(),
        }
    }

    /// Writes a batch; if the database refuses it, one by one, so that a bad entry fails alone.
    pub async fn write(&mut self, batch: Vec<WriteRequest>) -> BatchResult {
        let mut done = BatchResult::default();
        let (until, mut lookup) = (Instant::now() + COMMIT_TIMEOUT, LookupPlan::default());
        match self.commit(&batch, until, &mut lookup).await {
            Err(error) if is_answered(&error) && batch.len() > 1 => {
                tracing::warn!(%error, messages = batch.len(), "batch rejected, retrying entries one by one");
                for (n, request) in batch.iter().enumerate() {
                    if until.saturating_duration_since(Instant::now()) < MIN_BUDGET {
                        // It is there, only slow: nobody has to look what became of these.
                        done.fail(batch.len() - n, SendError::Unavailable);
                        break;
                    }
                    let written = self.commit(slice::from_ref(request), until, &mut lookup).await;
                    done.add(1, written);
                    if done.connection_lost {
                        done.fail(batch.len() - n - 1, SendError::Unavailable);
                        break;
                    }
                }
            }
            written => done.add(batch.len(), written),
        }
        done.batch = batch;
        done
    }

    async fn commit(
        &mut self,
        batch: &[WriteRequest],
        until: Instant,
        lookup: &mut LookupPlan,
    ) -> sqlx::Result<CommitResult> {
        let written = timeout_at(until, self.try_commit(batch, lookup)).await;
        let written = written.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        if let Err(error) = &written {
            self.rooms.clear();
            // A statement that is at fault may be a prepared one that no longer fits the schema.
            if !is_answered(error) || ErrorClass::of(error) == ErrorClass::Internal {
                self.connection.discard();
            }
        }
        written
    }

    async fn try_commit(
        &mut self,
        batch: &[WriteRequest],
        lookup: &mut LookupPlan,
    ) -> sqlx::Result<CommitResult> {
        if self.is_cached(batch) {
            match self.write_optimistic(batch).await {
                Ok(written) => return Ok(written),
                Err(error) if has_code(&error, store::insert::VERSION_CONFLICT) => {}
                Err(error) => lookup.escalate(&error, &mut self.connection),
            }
        }
        loop {
            match self.write_locked(batch, *lookup).await {
                Err(error)
                    if is_unique_violation(&error) && !lookup.for_duplicates
                        || is_lock_timeout(&error) && !lookup.past_locks =>
                {
                    lookup.escalate(&error, &mut self.connection);
                }
                written => return written,
            }
        }
    }

    /// Whether nothing has to be asked for this batch: as far as this node knows its rooms stand as they were
    /// left, nobody writes to somebody they have blocked, and the talk turns to no other product.
    fn is_cached(&self, batch: &[WriteRequest]) -> bool {
        batch.iter().all(|request| {
            self.rooms.get(&request.room).is_some_and(|room| {
                request.draft.product_id.is_none_or(|id| Some(id) == room.topic(request.side))
                    // What is only refused changes no row, so nothing would say that the block is gone.
                    && !room.blocks.has_blocked(request.side)
                    // Whoever begins a conversation has a budget.
                    && room.last_seq > 0
                    && self.published.last_delivered(request.room).is_none_or(|told| told <= room.last_seq)
            })
        })
    }

    /// Goes on where the rooms were left.
    async fn write_optimistic(&mut self, batch: &[WriteRequest]) -> sqlx::Result<CommitResult> {
        let plan = plan::plan(&self.rooms, batch, &Lookups::default());
        let now =
            store::insert::write(self.connection.open().await?, &plan.entries, plan.rooms_after.values())
                .await?;
        let (rooms, outcomes) = plan.into_outcomes(now);
        self.rooms.extend(rooms);
        Ok(CommitResult { outcomes, products: Vec::new() })
    }

    /// Locks the rooms and reads what the plan needs first.
    async fn write_locked(
        &mut self,
        batch: &[WriteRequest],
        lookup: LookupPlan,
    ) -> sqlx::Result<CommitResult> {
        let new_rooms = self.new_rooms;
        let tx = self.connection.begin().await?;
        let found_and_written = async {
            let rooms =
                store::lock::lock_rooms(tx, batch.iter().map(|request| request.room), lookup.past_locks)
                    .await?;
            // A duplicate of something said before a block is answered as such, not refused.
            let is_refused = |request: &WriteRequest| {
                rooms.get(&request.room).is_some_and(|room| room.blocks.has_blocked(request.side))
            };
            let for_duplicates = lookup.for_duplicates || batch.iter().any(is_refused);
            let mut found = look_up(tx, &rooms, batch, for_duplicates).await?;
            look_up_openings(tx, &rooms, batch, &mut found, new_rooms).await?;
            let plan = plan::plan(&rooms, batch, &found);
            let now = store::insert::write(tx, &plan.entries, plan.rooms_after.values()).await?;
            safety::record_openings(tx, &plan.openings).await?;
            let (changed, outcomes) = plan.into_outcomes(now);
            Ok((rooms, changed, CommitResult { outcomes, products: found.products }))
        };
        match found_and_written.await {
            Ok((rooms, changed, written)) => {
                self.connection.commit().await?;
                if self.rooms.len() > MAX_CACHED_ROOMS {
                    self.rooms.clear();
                }
                self.rooms.extend(rooms);
                self.rooms.extend(changed);
                Ok(written)
            }
            Err(error) => {
                if is_answered(&error) || is_lock_timeout(&error) {
                    self.connection.rollback().await;
                }
                Err(error)
            }
        }
    }
}

/// What to look up, beside the rooms, before writing.
#[derive(Clone, Copy, Default)]
struct LookupPlan {
    /// Something of it may be stored already. Most messages are new: this is looked at when there is reason to.
    for_duplicates: bool,
    /// Rooms that somebody else has locked are left out, and their messages refused; the others don't wait.
    past_locks: bool,
}

impl LookupPlan {
    fn escalate(&mut self, error: &sqlx::Error, connection: &mut WriterConnection) {
        self.for_duplicates |= is_unique_violation(error);
        self.past_locks |= is_lock_timeout(error);
        if !is_answered(error) && !is_lock_timeout(error) {
            // The connection is gone, and it isn't known what with it.
            connection.discard();
            self.for_duplicates = true;
        }
    }
}

impl BatchResult {
    fn add(&mut self, messages: usize, written: sqlx::Result<CommitResult>) {
        match written {
            Ok(CommitResult { outcomes, products }) => {
                self.outcomes.extend(outcomes);
                self.products.extend(products);
            }
            Err(error) => {
                tracing::error!(%error, messages, "messages could not be stored");
                self.connection_lost = !is_answered(&error) && !is_lock_timeout(&error);
                self.fail(
                    messages,
                    match ErrorClass::of(&error) {
                        ErrorClass::Rejected => SendError::Rejected,
                        ErrorClass::Retry | ErrorClass::Internal => SendError::Unavailable,
                    },
                );
            }
        }
    }

    fn fail(&mut self, messages: usize, error: SendError) {
        self.outcomes.extend((0..messages).map(|_| Err(error)));
    }
}

/// What the plan needs to know beside the rooms.
async fn look_up(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    batch: &[WriteRequest],
    for_duplicates: bool,
) -> sqlx::Result<Lookups> {
    let duplicates = if for_duplicates {
        let messages = batch.iter().map(|request| (request.room, request.draft.client_id));
        store::duplicates::find_duplicates(tx, rooms, messages).await?
    } else {
        Default::default()
    };
    let wanted: Vec<i64> = batch.iter().filter_map(|request| request.draft.product_id).collect();
    let products = match &wanted[..] {
        [] => Vec::new(),
        wanted => products::summaries(&mut *tx, wanted).await?,
    };
    // Hidden products may be discussed further where they were discussed before.
    let hidden = |id: &i64| products.iter().any(|product| product.id == *id && !product.is_visible());
    let asked = batch
        .iter()
        .filter_map(|request| Some((request.room, request.draft.product_id.filter(hidden)?)))
        .collect();
    let discussed_before = store::duplicates::discussed_before(tx, rooms, asked).await?;
    Ok(Lookups { duplicates, products, discussed_before, ..Lookups::default() })
}

/// What those have begun so far who begin a conversation in this batch.
async fn look_up_openings(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    batch: &[WriteRequest],
    lookups: &mut Lookups,
    quota: NewRoomQuota,
) -> sqlx::Result<()> {
    let begins = |request: &&WriteRequest| rooms.get(&request.room).is_some_and(|room| room.last_seq == 0);
    let accounts: Vec<i64> =
        batch.iter().filter(begins).map(|request| request.participants.account(request.side)).collect();
    if !accounts.is_empty() {
        let (opened, now) = safety::opened(tx, accounts).await?;
        (lookups.opened, lookups.now, lookups.quota) = (opened, Some(now), quota);
    }
    Ok(())
}

/// Whether the connection goes on: the database answered, if only that it won't take this.
fn is_answered(error: &sqlx::Error) -> bool {
    match ErrorClass::of(error) {
        ErrorClass::Rejected | ErrorClass::Internal => true,
        // Deadlock and serialization: rolled back, and that is all.
        ErrorClass::Retry => has_class(error, "40") || is_lock_timeout(error),
    }
}

fn has_class(error: &sqlx::Error, class: &str) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with(class))
}

/// Whether something of it was stored before.
fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// Whether a room was locked by somebody else, and for too long.
fn is_lock_timeout(error: &sqlx::Error) -> bool {
    has_code(error, "55P03")
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|its| its == code)
}
