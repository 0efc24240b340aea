//! What an entry says: the one place for its stored form, its decoding, its excerpt and its search text. Its
//! frame and its HTML are `live::render`'s.
//!
//! Invariant: decoding never fails. What a newer version of the program wrote is [`Content::Unknown`], and
//! costs no page, batch or node anything.

use serde::{Deserialize, Serialize};

use super::{body::Body, room_key::RoomKey, room_photo::RoomPhoto};
use crate::products::photos::{Photo, PhotoKey};

#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    /// With the words under it, which may be none.
    Photo {
        photo: RoomPhoto,
        caption: String,
    },
    /// A photo that its sender took back; the words stay.
    PhotoRemoved {
        caption: String,
    },
    /// Of a kind that this version doesn't know, or not readable by it.
    Unknown {
        kind: String,
        body: String,
    },
}

/// A row's `payload`.
#[derive(Debug, Serialize, Deserialize)]
pub struct ContentJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    photo: Option<PhotoJson>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PhotoJson {
    key: String,
    width: u32,
    height: u32,
    digest: String,
}

impl Content {
    pub fn text(body: Body) -> Self {
        Content::Text(body.into_string())
    }

    pub fn photo(photo: RoomPhoto, caption: Body) -> Self {
        Content::Photo { photo, caption: caption.into_string() }
    }

    /// As rows and frames name it.
    pub fn kind(&self) -> &str {
        match self {
            Content::Text(_) => "text",
            Content::Photo { .. } => "photo",
            Content::PhotoRemoved { .. } => "photo_removed",
            Content::Unknown { kind, .. } => kind,
        }
    }

    /// The words, as rows and frames have them; also what is searched and what an inbox row begins with.
    pub fn body(&self) -> &str {
        match self {
            Content::Text(body) | Content::Unknown { body, .. } => body,
            Content::Photo { caption, .. } | Content::PhotoRemoved { caption } => caption,
        }
    }

    pub fn has_photo(&self, key: &PhotoKey) -> bool {
        matches!(self, Content::Photo { photo, .. } if photo.photo.key == *key)
    }

    /// The first characters of the words, for the inbox row; empty for a photo without words.
    pub fn excerpt(body: &str) -> &str {
        /// In characters.
        const EXCERPT: usize = 200;
        let end = body.char_indices().nth(EXCERPT).map_or(body.len(), |(at, _)| at);
        &body[..end]
    }

    /// The row's `payload`; none for words alone.
    pub fn to_json(&self) -> Option<ContentJson> {
        let Content::Photo { photo: RoomPhoto { photo, digest, .. }, .. } = self else { return None };
        let Photo { key, width, height } = photo;
        let photo =
            PhotoJson { key: key.to_string(), width: *width, height: *height, digest: digest.clone() };
        Some(ContentJson { photo: Some(photo) })
    }

    /// What a row says. `payload`: whatever JSON stands there.
    pub fn decode(room: RoomKey, kind: String, payload: Option<serde_json::Value>, body: String) -> Self {
        match &*kind {
            "text" => Content::Text(body),
            "photo_removed" => Content::PhotoRemoved { caption: body },
            "photo" => match payload.and_then(|payload| decode_photo(room, payload)) {
                Some(photo) => Content::Photo { photo, caption: body },
                None => Content::Unknown { kind, body },
            },
            _ => Content::Unknown { kind, body },
        }
    }

    /// Whether a message that is sent again is this one (idempotency): a photo is the same file.
    pub fn is_same(&self, other: &Content) -> bool {
        match (self, other) {
            (Content::Photo { photo: one, .. }, Content::Photo { photo: other, .. })
                if one.digest != other.digest =>
            {
                false
            }
            // Sent again after it was taken back.
            (Content::PhotoRemoved { .. }, Content::Photo { .. }) => self.body() == other.body(),
            _ => self.kind() == other.kind() && self.body() == other.body(),
        }
    }
}

fn decode_photo(room: RoomKey, payload: serde_json::Value) -> Option<RoomPhoto> {
    let PhotoJson { key, width, height, digest } =
        serde_json::from_value::<ContentJson>(payload).ok()?.photo?;
    Some(RoomPhoto { room, photo: Photo { key: key.parse().ok()?, width, height }, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomKey = RoomKey { buyer_id: 1, seller_id: 2 };

    #[test]
    fn whatever_stands_in_a_row_is_decoded() {
        let decode =
            |kind: &str, payload| Content::decode(ROOM, kind.to_owned(), payload, "Words".to_owned());
        for (kind, payload) in [
            ("offer", Some(serde_json::json!({ "price": 1 }))),
            ("photo", None),
            ("photo", Some(serde_json::json!({ "photo": { "key": "?", "width": -1 } }))),
            ("", None),
        ] {
            let content = decode(kind, payload);
            assert!(matches!(content, Content::Unknown { .. }), "{kind}");
            assert_eq!((content.kind(), content.body()), (kind, "Words"));
        }
        assert!(matches!(decode("text", None), Content::Text(_)));
    }

    #[test]
    fn an_excerpt_ends_between_characters() {
        assert_eq!(Content::excerpt("short"), "short");
        assert_eq!(Content::excerpt(&"🚲".repeat(300)), "🚲".repeat(200));
    }
}
