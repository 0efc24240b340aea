//! Pictures in a conversation: kept in a folder of their room's own, and served to its two people only.
//!
//! A picture's files are stored before the message that shows it, and taken away again if there is no
//! such message: every stored entry has its picture. Where nobody knows whether there is one ([`noted`]),
//! the entries say so a day later.

mod noted;

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::HeaderValue,
    response::Response,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::{
    Discrepancy, RoomKey,
    seat::Seat,
    service::{Refusal, Said},
    store,
};
use crate::{
    products::{
        PhotoLimits,
        photos::{self, Photo, PhotoKey, Size, Uploads},
    },
    web::Path,
};

/// A picture that was sent in a room.
#[derive(Clone, Debug)]
pub struct RoomPhoto {
    pub room: RoomKey,
    pub photo: Photo,
    /// Of the file that was sent: what tells a message that is sent twice from another one.
    pub digest: String,
}

/// A message's `payload` in the database.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    photo: Stored,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    key: String,
    width: u32,
    height: u32,
    digest: String,
}

impl RoomPhoto {
    pub fn payload(&self) -> Payload {
        let Photo { key, width, height } = &self.photo;
        let (key, digest) = (key.to_string(), self.digest.clone());
        Payload { photo: Stored { key, width: *width, height: *height, digest } }
    }

    pub fn from_payload(room: RoomKey, Payload { photo }: Payload) -> sqlx::Result<Self> {
        let key: PhotoKey = photo.key.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let Stored { width, height, digest, .. } = photo;
        Ok(RoomPhoto { room, photo: Photo { key, width, height }, digest })
    }

    fn url(&self, size: Size) -> String {
        format!("/rooms/{}/photos/{}/{}", self.room, self.photo.key, size.file())
    }

    pub fn large(&self) -> String {
        self.url(Size::Large)
    }

    pub fn medium(&self) -> String {
        self.url(Size::Medium)
    }

    pub fn srcset(&self) -> String {
        self.photo.srcset_at(|size| self.url(size))
    }

    /// Width and height in a bubble.
    pub fn shown(&self) -> (u32, u32) {
        Size::Small.within(self.photo.width, self.photo.height)
    }
}

/// The folder of a room's pictures. The room is part of the path: a key opens nothing in another room.
fn folder(uploads: &Uploads, room: RoomKey) -> Uploads {
    uploads.inside(format!("rooms/{room}"))
}

/// Takes a file that somebody sent apart and stores it, to be named by a message.
pub async fn keep(
    uploads: &Uploads,
    limits: &PhotoLimits,
    seat: &Seat,
    bytes: Bytes,
) -> Result<RoomPhoto, Refusal> {
    if !limits.allow(seat.user.account_id) {
        return Err(Refusal::TooManyPhotos);
    }
    let digest = format!("{:x}", Sha256::digest(&bytes));
    let processed = photos::process(bytes).await.map_err(Refusal::Photo)?;
    let key = PhotoKey::random();
    let stored = async {
        noted::note(uploads, seat.room, &key).await?;
        folder(uploads, seat.room).save_as(&key, &processed).await
    };
    stored.await.map_err(|error| {
        tracing::error!(%error, room = %seat.room, "a picture could not be stored");
        Refusal::Unavailable
    })?;
    let photo = Photo { key, width: processed.width, height: processed.height };
    Ok(RoomPhoto { room: seat.room, photo, digest })
}

/// Removes the picture's files, if no message names them.
pub async fn settle(
    uploads: &Uploads,
    RoomPhoto { room, photo, .. }: RoomPhoto,
    said: &Result<Said, Refusal>,
) {
    let settled = match said {
        // Nobody knows whether that message was stored.
        Err(Refusal::Unavailable) => return,
        // A repeat may be this very message, stored when the answer to it was lost.
        Ok(said) if said.entry().photo.as_ref().is_some_and(|shown| shown.photo.key == photo.key) => {
            noted::forget(uploads, room, &photo.key).await
        }
        Ok(_) | Err(_) => remove(uploads, room, &photo.key).await,
    };
    if let Err(error) = settled {
        tracing::warn!(%error, %room, "a picture could not be settled; it is looked at again in a day");
    }
}

async fn remove(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> std::io::Result<()> {
    folder(uploads, room).remove(key).await?;
    noted::forget(uploads, room, key).await
}

/// Removes the files of pictures that were sent more than a day ago and that no entry came to name.
pub async fn sweep(db: &PgPool, uploads: &Uploads) -> anyhow::Result<()> {
    for (room, key) in noted::left(uploads).await? {
        if store::is_shown(db, room, key.as_str()).await? {
            noted::forget(uploads, room, &key).await?;
        } else {
            remove(uploads, room, &key).await?;
        }
    }
    Ok(())
}

/// Every entry whose picture isn't there. Reads every entry with one; for a quiet hour.
pub async fn missing(db: &PgPool, uploads: &Uploads) -> anyhow::Result<Vec<Discrepancy>> {
    let mut missing = Vec::new();
    for (room, seq, key) in store::pictures(db).await? {
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

/// Never changed, and nobody else's.
const IN_THIS_BROWSER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// `GET /rooms/{room}/photos/{key}/{file}`
pub(super) async fn show(
    State(uploads): State<Uploads>,
    seat: Seat,
    Path((_, key, file)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    photos::serve(&folder(&uploads, seat.room), &key, &file, request, IN_THIS_BROWSER).await
}
