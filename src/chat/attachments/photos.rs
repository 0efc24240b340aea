//! Storing, finalizing and sweeping the photos of conversations.
//!
//! A picture's files are stored before the message that shows it, and taken away again if there is no
//! such message: every stored entry has its picture. Where nobody knows whether there is one ([`pending`](super::pending)),
//! the entries say so a day later.

use sqlx::PgPool;

use super::pending;
use crate::{
    chat::{
        access::RoomMember,
        domain::{
            discrepancy::Discrepancy,
            outcome::{SendError, SendOutcome},
            room_key::RoomKey,
            room_photo::RoomPhoto,
        },
        store,
    },
    products::{
        PhotoLimits,
        photos::{self, Photo, PhotoKey, Uploads},
    },
    web::multipart::SpooledFile,
};

/// The folder of a room's pictures. The room is part of the path: a key opens nothing in another room.
pub fn folder(uploads: &Uploads, room: RoomKey) -> Uploads {
    uploads.subfolder(format!("rooms/{room}"))
}

/// Takes a file that somebody sent apart and stores it, to be named by a message.
pub async fn store_photo(
    uploads: &Uploads,
    limits: &PhotoLimits,
    member: &RoomMember,
    file: SpooledFile,
) -> Result<RoomPhoto, SendError> {
    if !limits.allow(member.user.account_id) {
        return Err(SendError::TooManyPhotos);
    }
    let digest = file.digest();
    let processed = match photos::process_file(file).await {
        Ok(processed) => processed.map_err(SendError::Photo)?,
        Err(error) => {
            tracing::error!(%error, room = %member.room, "a picture could not be read");
            return Err(SendError::Unavailable);
        }
    };
    let key = PhotoKey::random();
    let stored = async {
        pending::mark_pending(uploads, member.room, &key).await?;
        folder(uploads, member.room).save_as(&key, &processed).await
    };
    stored.await.map_err(|error| {
        tracing::error!(%error, room = %member.room, "a picture could not be stored");
        SendError::Unavailable
    })?;
    let photo = Photo { key, width: processed.width, height: processed.height };
    Ok(RoomPhoto { room: member.room, photo, digest })
}

/// Removes the picture's files, if no message names them.
pub async fn finalize(
    uploads: &Uploads,
    RoomPhoto { room, photo, .. }: RoomPhoto,
    outcome: &Result<SendOutcome, SendError>,
) {
    let finalized = match outcome {
        // Nobody knows whether that message was stored.
        Err(SendError::Unavailable) => return,
        // A repeat may be this very message, stored when the answer to it was lost.
        Ok(outcome) if outcome.entry().content.has_photo(&photo.key) => {
            pending::clear_pending(uploads, room, &photo.key).await
        }
        Ok(_) | Err(_) => remove(uploads, room, &photo.key).await,
    };
    if let Err(error) = finalized {
        tracing::warn!(%error, %room, "a picture could not be finalized; it is looked at again in a day");
    }
}

async fn remove(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> std::io::Result<()> {
    folder(uploads, room).remove(key).await?;
    pending::clear_pending(uploads, room, key).await
}

/// Removes the files of a photo that its sender took back. Files that can't be removed now are unreachable: no
/// entry names them.
pub async fn remove_files(uploads: &Uploads, room: RoomKey, key: &str) {
    let Ok(key) = key.parse() else { return };
    if let Err(error) = remove(uploads, room, &key).await {
        tracing::warn!(%error, %room, "a removed photo's files could not be deleted");
    }
}

/// Removes the files of pictures that were sent more than a day ago and that no entry came to name.
pub async fn sweep(db: &PgPool, uploads: &Uploads) -> anyhow::Result<()> {
    for (room, key) in pending::stale_pending(uploads).await? {
        if store::attachments::is_referenced(db, room, key.as_str()).await? {
            pending::clear_pending(uploads, room, &key).await?;
        } else {
            remove(uploads, room, &key).await?;
        }
    }
    Ok(())
}

/// Every entry whose picture isn't there. Reads every entry with one; for a quiet hour.
pub async fn missing(db: &PgPool, uploads: &Uploads) -> anyhow::Result<Vec<Discrepancy>> {
    let mut missing = Vec::new();
    for (room, seq, key) in store::attachments::photos(db).await? {
        let is_there = match key.parse() {
            Ok(key) => folder(uploads, room).has(&key).await?,
            Err(_) => false,
        };
        if !is_there {
            missing.push(Discrepancy { room, what: format!("the picture of entry {seq} has no files") });
        }
    }
    Ok(missing)
}
