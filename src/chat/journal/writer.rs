//! One of the journal's writers: makes rows of batches, and remembers how it left its rooms.

use std::{slice, time::Duration};

use sqlx::{PgConnection, PgPool};
use tokio::time::{Instant, timeout_at};

use crate::{
    chat::{
        Hub,
        domain::{
            batch::RoomStates,
            outcome::{SendError, SendOutcome},
        },
        journal::{
            Write,
            line::Line,
            plan::{self, Found},
        },
        store,
    },
    products::{self, ProductSummary},
};

/// A sender hears that the database is gone within five seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// Less time than this is no time to begin with another entry.
const LAST: Duration = Duration::from_millis(500);
/// Rooms that a writer remembers, at about 150 bytes each.
const REMEMBERED: usize = 8192;

pub(super) struct Writer {
    pub hub: Hub,
    line: Line,
    /// How this writer left its rooms. Another node may have written to them since.
    rooms: RoomStates,
}

/// A batch, and what each of its messages came to.
#[derive(Default)]
pub(super) struct Done {
    pub batch: Vec<Write>,
    pub outcomes: Vec<Result<SendOutcome, SendError>>,
    /// Those that the talk turned to.
    pub products: Vec<ProductSummary>,
    /// The database is gone.
    pub is_lost: bool,
}

/// What a transaction came to.
struct Written {
    outcomes: Vec<Result<SendOutcome, SendError>>,
    products: Vec<ProductSummary>,
}

impl Writer {
    pub fn new(db: &PgPool, hub: &Hub) -> Self {
        Writer { hub: hub.clone(), line: Line::new(db), rooms: RoomStates::new() }
    }

    /// Writes a batch; if the database refuses it, one by one, so that a bad entry fails alone.
    pub async fn write(&mut self, batch: Vec<Write>) -> Done {
        let mut done = Done::default();
        let (until, mut look) = (Instant::now() + PATIENCE, Look::default());
        match self.commit(&batch, until, &mut look).await {
            Err(error) if is_refusal(&error) && batch.len() > 1 => {
                tracing::warn!(%error, messages = batch.len(), "a batch was refused; writing one by one");
                for (n, write) in batch.iter().enumerate() {
                    if until.saturating_duration_since(Instant::now()) < LAST {
                        // It is there, only slow: nobody has to look what became of these.
                        done.refuse(batch.len() - n, SendError::Unavailable);
                        break;
                    }
                    let written = self.commit(slice::from_ref(write), until, &mut look).await;
                    done.add(1, written);
                    if done.is_lost {
                        done.refuse(batch.len() - n - 1, SendError::Unavailable);
                        break;
                    }
                }
            }
            written => done.add(batch.len(), written),
        }
        done.batch = batch;
        done
    }

    async fn commit(&mut self, batch: &[Write], until: Instant, look: &mut Look) -> sqlx::Result<Written> {
        let written = timeout_at(until, self.attempt(batch, look)).await;
        let written = written.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        if let Err(error) = &written {
            self.rooms.clear();
            if !is_refusal(error) {
                self.line.hang_up();
            }
        }
        written
    }

    async fn attempt(&mut self, batch: &[Write], look: &mut Look) -> sqlx::Result<Written> {
        if self.remembers(batch) {
            match self.write_on(batch).await {
                Ok(written) => return Ok(written),
                Err(error) if has_code(&error, store::insert::VERSION_CONFLICT) => {}
                Err(error) => look.learn(&error, &mut self.line),
            }
        }
        loop {
            match self.look_and_write(batch, *look).await {
                Err(error)
                    if is_repeat(&error) && !look.for_repeats || is_locked(&error) && !look.past_locks =>
                {
                    look.learn(&error, &mut self.line);
                }
                written => return written,
            }
        }
    }

    /// Whether nothing has to be asked for this batch: as far as this node knows its rooms stand as they were
    /// left, and the talk turns to no other product.
    fn remembers(&self, batch: &[Write]) -> bool {
        batch.iter().all(|write| {
            self.rooms.get(&write.room).is_some_and(|room| {
                write.draft.product_id.is_none_or(|id| Some(id) == room.last_product_id)
                    && self.hub.last_told(write.room).is_none_or(|told| told <= room.last_seq)
            })
        })
    }

    /// Goes on where the rooms were left.
    async fn write_on(&mut self, batch: &[Write]) -> sqlx::Result<Written> {
        let planned = plan::plan(&self.rooms, batch, &Found::default());
        let now =
            store::insert::write(self.line.open().await?, &planned.inserts, planned.changes.values()).await?;
        let (rooms, outcomes) = planned.written(now);
        self.rooms.extend(rooms);
        Ok(Written { outcomes, products: Vec::new() })
    }

    /// Locks the rooms and reads what the plan needs first.
    async fn look_and_write(&mut self, batch: &[Write], look: Look) -> sqlx::Result<Written> {
        let tx = self.line.begin().await?;
        let found_and_written = async {
            let rooms =
                store::lock::lock_rooms(tx, batch.iter().map(|write| write.room), look.past_locks).await?;
            let found = find(tx, &rooms, batch, look.for_repeats).await?;
            let planned = plan::plan(&rooms, batch, &found);
            let now = store::insert::write(tx, &planned.inserts, planned.changes.values()).await?;
            let (changed, outcomes) = planned.written(now);
            Ok((rooms, changed, Written { outcomes, products: found.products }))
        };
        match found_and_written.await {
            Ok((rooms, changed, written)) => {
                self.line.commit().await?;
                if self.rooms.len() > REMEMBERED {
                    self.rooms.clear();
                }
                self.rooms.extend(rooms);
                self.rooms.extend(changed);
                Ok(written)
            }
            Err(error) => {
                if is_refusal(&error) || is_locked(&error) {
                    self.line.roll_back().await;
                }
                Err(error)
            }
        }
    }
}

/// What to look at, beside the rooms, before writing.
#[derive(Clone, Copy, Default)]
struct Look {
    /// Something of it may be stored already. Most messages are new: this is looked at when there is reason to.
    for_repeats: bool,
    /// Rooms that somebody else has locked are left out, and their messages refused; the others don't wait.
    past_locks: bool,
}

impl Look {
    fn learn(&mut self, error: &sqlx::Error, line: &mut Line) {
        self.for_repeats |= is_repeat(error);
        self.past_locks |= is_locked(error);
        if !is_refusal(error) && !is_locked(error) {
            // The connection is gone, and it isn't known what with it.
            line.hang_up();
            self.for_repeats = true;
        }
    }
}

impl Done {
    fn add(&mut self, messages: usize, written: sqlx::Result<Written>) {
        match written {
            Ok(Written { outcomes, products }) => {
                self.outcomes.extend(outcomes);
                self.products.extend(products);
            }
            Err(error) => {
                tracing::error!(%error, messages, "messages could not be stored");
                self.is_lost = !is_refusal(&error) && !is_locked(&error);
                self.refuse(
                    messages,
                    if is_final(&error) { SendError::Rejected } else { SendError::Unavailable },
                );
            }
        }
    }

    fn refuse(&mut self, messages: usize, refusal: SendError) {
        self.outcomes.extend((0..messages).map(|_| Err(refusal)));
    }
}

/// What the plan needs to know beside the rooms.
async fn find(
    tx: &mut PgConnection,
    rooms: &RoomStates,
    batch: &[Write],
    has_repeats: bool,
) -> sqlx::Result<Found> {
    let repeats = if has_repeats {
        let messages = batch.iter().map(|write| (write.room, write.draft.client_id));
        store::duplicates::find_duplicates(tx, rooms, messages).await?
    } else {
        Default::default()
    };
    let wanted: Vec<i64> = batch.iter().filter_map(|write| write.draft.product_id).collect();
    let products = match &wanted[..] {
        [] => Vec::new(),
        wanted => products::summaries(&mut *tx, wanted).await?,
    };
    // Hidden products may be discussed further where they were discussed before.
    let hidden = |id: &i64| products.iter().any(|product| product.id == *id && !product.is_visible());
    let asked =
        batch.iter().filter_map(|write| Some((write.room, write.draft.product_id.filter(hidden)?))).collect();
    let spoken_of = store::duplicates::discussed_before(tx, rooms, asked).await?;
    Ok(Found { repeats, products, spoken_of })
}

/// Whether the database looked at the data and said no, as opposed to not being there or not able
/// (classes of PostgreSQL's error codes).
fn is_refusal(error: &sqlx::Error) -> bool {
    const NOT_ABLE: [&str; 7] = ["08", "25", "53", "55", "57", "58", "XX"];
    let sqlx::Error::Database(error) = error else { return false };
    error.code().is_some_and(|code| !NOT_ABLE.iter().any(|class| code.starts_with(class)))
}

/// Whether it will say no to this entry whenever it is sent (bad data, a constraint, a trigger's word).
fn is_final(error: &sqlx::Error) -> bool {
    const ABOUT_DATA: [&str; 3] = ["22", "23", "P0"];
    let sqlx::Error::Database(error) = error else { return false };
    error.code().is_some_and(|code| ABOUT_DATA.iter().any(|class| code.starts_with(class)))
}

/// Whether something of it was stored before.
fn is_repeat(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// Whether a room was locked by somebody else, and for too long.
fn is_locked(error: &sqlx::Error) -> bool {
    has_code(error, "55P03")
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|its| its == code)
}
