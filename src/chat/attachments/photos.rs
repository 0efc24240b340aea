//! Storing, finalizing and sweeping the photos of conversations.
//!
//! A picture's files are stored before the message that shows it, and taken away again if there is no
//! such message: every stored entry has its picture. Where nobody knows whether there is one, the photo stays pending
//! ([`stored_photos`]), and the entries say so a day later.

use sqlx::PgPool;

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
        photos::{self, Inventory, Photo, PhotoKey, Uploads},
        stored_photos::{self, SaveError},
    },
    web::multipart::SpooledFile,
};

const FOLDERS: &str = "rooms/";

/// The folder of a room's pictures. The room is part of the path: a key opens nothing in another room.
pub fn folder(uploads: &Uploads, room: RoomKey) -> Uploads {
    uploads.subfolder(folder_name(room))
}

fn folder_name(room: RoomKey) -> String {
    format!("{FOLDERS}{room}")
}

/// Takes a file that somebody sent apart and stores it, to be named by a message.
pub async fn store_photo(
    db: &PgPool,
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
    let account_id = Some(member.user.account_id);
    let (folder, quota) = (folder(uploads, member.room), Some(&limits.quota));
    let key = match stored_photos::save(db, &folder, account_id, quota, &processed).await {
        Ok(key) => key,
        Err(SaveError::OverQuota(reached)) => return Err(SendError::PhotoQuota(reached)),
        Err(error) => {
            tracing::error!(%error, room = %member.room, "a picture could not be stored");
            return Err(SendError::Unavailable);
        }
    };
    let photo = Photo { key, width: processed.width, height: processed.height };
    Ok(RoomPhoto { room: member.room, photo, digest })
}

/// Removes the picture's files, if no message names them.
pub async fn finalize(
    db: &PgPool,
    uploads: &Uploads,
    RoomPhoto { room, photo, .. }: RoomPhoto,
    outcome: &Result<SendOutcome, SendError>,
) {
    match outcome {
        // Nobody knows whether that message was stored.
        Err(SendError::Unavailable) => {}
        // A repeat may be this very message, stored when the answer to it was lost.
        Ok(outcome) if outcome.entry().content.has_photo(&photo.key) => {
            if let Err(error) = stored_photos::set_named(db, &[photo.key]).await {
                tracing::warn!(%error, %room, "a picture could not be finalized; it is looked at again in a day");
            }
        }
        Ok(_) | Err(_) => stored_photos::discard(db, &folder(uploads, room), &[photo.key]).await,
    }
}

/// Decides about the pictures that were sent more than a day ago and that no entry was known to name.
pub async fn sweep(db: &PgPool) -> anyhow::Result<()> {
    loop {
        let pending = stored_photos::pending_in_rooms(db).await?;
        if pending.is_empty() {
            return Ok(());
        }
        for (folder, key) in pending {
            resolve_pending(db, &folder, key).await?;
        }
    }
}

async fn resolve_pending(db: &PgPool, folder: &str, key: PhotoKey) -> anyhow::Result<()> {
    let room = folder.strip_prefix(FOLDERS).and_then(|room| room.parse().ok());
    let is_named = match room {
        Some(room) => store::attachments::is_referenced(db, room, key.as_str()).await?,
        None => false,
    };
    match is_named {
        true => stored_photos::set_named(db, &[key]).await?,
        false => stored_photos::set_doomed(db, folder, &key).await?,
    }
    Ok(())
}

/// Every entry whose picture isn't there. Reads every entry with one; for a quiet hour.
pub async fn missing(db: &PgPool, inventory: &Inventory) -> sqlx::Result<Vec<Discrepancy>> {
    let photos = store::attachments::photos(db).await?;
    let missing = photos
        .filter(|(room, _, key)| key.parse().map_or(true, |key| !inventory.has(&folder_name(*room), &key)));
    Ok(missing
        .map(|(room, seq, _)| Discrepancy { room, what: format!("the picture of entry {seq} has no files") })
        .collect())
}
