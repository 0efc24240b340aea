//! How an entry's content is stored beside its body: the `payload` of its row.

use serde::{Deserialize, Serialize};

use super::{room_key::RoomKey, room_photo::RoomPhoto};
use crate::products::photos::{Photo, PhotoKey};

/// A message's `payload` in the database.
#[derive(Debug, Serialize, Deserialize)]
pub struct ContentJson {
    photo: PhotoJson,
}

#[derive(Debug, Serialize, Deserialize)]
struct PhotoJson {
    key: String,
    width: u32,
    height: u32,
    digest: String,
}

impl RoomPhoto {
    pub fn payload(&self) -> ContentJson {
        let Photo { key, width, height } = &self.photo;
        let (key, digest) = (key.to_string(), self.digest.clone());
        ContentJson { photo: PhotoJson { key, width: *width, height: *height, digest } }
    }

    pub fn from_payload(room: RoomKey, ContentJson { photo }: ContentJson) -> sqlx::Result<Self> {
        let key: PhotoKey = photo.key.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let PhotoJson { width, height, digest, .. } = photo;
        Ok(RoomPhoto { room, photo: Photo { key, width, height }, digest })
    }
}
