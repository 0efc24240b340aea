//! A photo in a conversation: its value, and the URLs of its files.

use super::room_key::RoomKey;
use crate::products::photos::{Photo, Size};

/// A picture that was sent in a room.
#[derive(Clone, Debug)]
pub struct RoomPhoto {
    pub room: RoomKey,
    pub photo: Photo,
    /// Of the file that was sent: what tells a message that is sent twice from another one.
    pub digest: String,
}

impl RoomPhoto {
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
