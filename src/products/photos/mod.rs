//! Photos: from the bytes somebody sent to the files that everybody is shown.
//!
//! [`process`] takes any JPEG, PNG, WebP or GIF file apart and makes four new ones of its pixels:
//! WebP in three sizes for pages, and a JPEG for link previews. Nothing of the original file is
//! passed on, so no place, no camera and no date gets out, and nothing but a picture gets in.
//! [`Uploads`] keeps the four under one random [`PhotoKey`], and `products/media.rs` serves them to whoever may see the
//! product:
//!
//! ```text
//! bytes ─ process ─→ Processed ─ stored_photos::save ─→ PhotoKey ─→ GET /media/<key>/large.webp
//! ```
//!
//! [`Uploads`] is a folder or a bucket of an S3-compatible store, and nobody else knows which.
//!
//! Pictures of a conversation go the same way into a folder of that room's own ([`Uploads::subfolder`]),
//! which `/media` doesn't reach; chat serves them to its two people.
//!
//! What lies under a key never changes. Another picture is another key.
//!
//! A 12 megapixel JPEG takes half a second of one core, and 6 seconds in an unoptimised build. At
//! most [`MAX_CONCURRENT`] are worked on at a time, and as long as together they need less than
//! [`MEMORY_KIB`] (`decode::memory_needed`): a usual one needs 70 MB, and a PNG or GIF never more than
//! 130, since it is made smaller as it is read. The decoders of progressive JPEG and of WebP have no way of taking so
//! little: what would need more than there is, is refused by its header ([`PhotoRejected::TooMuchMemory`]). A file waits
//! for its turn on the disk.

mod bucket;
mod color;
mod decode;
mod encode;
#[cfg(test)]
mod fixtures;
mod folder;
mod inventory;
mod key;
mod media;
mod photo;
mod rejected;
mod shrink;
mod truncation;
mod uploads;
mod write_check;

use std::thread;

use axum::body::Bytes;
use metrics::{counter, gauge};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit, oneshot};

use crate::web::{self, multipart::SpooledFile};

use crate::telemetry::names::{PHOTO_MEMORY, PHOTO_SLOTS, PHOTOS};

pub use self::bucket::Bucket;
pub use self::encode::Processed;
pub use self::inventory::Inventory;
pub use self::key::{PhotoKey, Size};
pub use self::media::serve;
pub use self::photo::Photo;
pub use self::rejected::PhotoRejected;
pub use self::uploads::{StoredFile, Uploads};
pub use self::write_check::WriteCheck;

/// The most bytes a photo's file may have.
pub const MAX_BYTES: usize = 12 * 1024 * 1024;
/// The most pixels a photo may have.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The most pixels a photo may be wide or high.
pub const MAX_SIDE: u32 = 12_000;

/// How many photos are worked on at the same time, however many are sent.
const MAX_CONCURRENT: usize = 2;
static PROCESSING_PERMITS: Semaphore = Semaphore::const_new(MAX_CONCURRENT);
type Turn = Result<SemaphorePermit<'static>, AcquireError>;
/// And how much memory they take together, in KiB: a weighted semaphore, because one may need what ten others do. A
/// photo that needs more than all of it is refused.
const MEMORY_KIB: u32 = 224 * 1024;
static MEMORY: Semaphore = Semaphore::const_new(MEMORY_KIB as usize);

/// Makes the four pictures of the file in `bytes`, when its turn has come and there is memory for what it unfolds to.
pub async fn process(bytes: Bytes) -> Result<Processed, PhotoRejected> {
    process_in_turn(PROCESSING_PERMITS.acquire().await, bytes).await
}

/// The same of a file on the disk, which is in memory only once its turn has come.
pub async fn process_file(file: SpooledFile) -> web::Result<Result<Processed, PhotoRejected>> {
    let turn = PROCESSING_PERMITS.acquire().await;
    let bytes = file.read().await?;
    Ok(process_in_turn(turn, bytes).await)
}

async fn process_in_turn(turn: Turn, bytes: Bytes) -> Result<Processed, PhotoRejected> {
    if bytes.len() > MAX_BYTES {
        return Err(PhotoRejected::TooManyBytes);
    }
    let needed = decode::memory_needed(&bytes)?.div_ceil(1024);
    if needed > u64::from(MEMORY_KIB) {
        return Err(PhotoRejected::TooMuchMemory);
    }
    let memory = MEMORY.acquire_many(needed as u32).await;
    let (done, result) = oneshot::channel();
    // A thread of its own, which leaves nothing behind: the allocators, ours and the C library's under the WebP encoder,
    // keep back for each thread what it once used.
    let worker = thread::Builder::new().name("photo".to_owned()).spawn(move || {
        // Held until the work is done, also when nobody waits for it any more.
        let _held = (turn, memory);
        // Nobody may be waiting any more.
        let _ = done.send(process_now(&bytes));
    });
    if let Err(error) = worker {
        tracing::error!(%error, "no thread for a photo");
    }
    // A decoder that panics has met a file that it should have refused.
    let result = result.await.unwrap_or(Err(PhotoRejected::Damaged));
    counter!(PHOTOS, "outcome" => if result.is_ok() { "done" } else { "refused" }).increment(1);
    result
}

/// For whoever reads the metrics.
pub fn record_gauges() {
    let memory = MEMORY_KIB as usize - MEMORY.available_permits();
    gauge!(PHOTO_SLOTS).set((MAX_CONCURRENT - PROCESSING_PERMITS.available_permits()) as f64);
    gauge!(PHOTO_MEMORY).set((memory * 1024) as f64);
}

fn process_now(bytes: &[u8]) -> Result<Processed, PhotoRejected> {
    encode::encode(decode::decode(bytes)?)
}
