use std::fmt;
use std::str::FromStr;

/// The name of one stored photo: 32 random hex digits.
///
/// It is 128 bits that nobody can guess, so knowing a key that is on no page yet means having been
/// told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhotoKey(String);

impl PhotoKey {
    /// A new one, never used before.
    pub fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the photo is served in this size.
    pub fn url(&self, size: Size) -> String {
        format!("/media/{}/{}", self.0, size.file())
    }
}

impl fmt::Display for PhotoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text isn't a photo's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a photo's key")]
pub struct ParsePhotoKeyError;

impl FromStr for PhotoKey {
    type Err = ParsePhotoKeyError;

    fn from_str(text: &str) -> Result<Self, ParsePhotoKeyError> {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 32 && text.bytes().all(hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParsePhotoKeyError)
        }
    }
}

/// The sizes a photo is kept in. None is ever larger than the original was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// WebP within 1600 × 1600: the gallery.
    Large,
    /// WebP within 800 × 800: the gallery on a phone, large cards.
    Medium,
    /// WebP within 320 × 320: cards and thumbnails.
    Small,
    /// JPEG within 1200 × 1200: for programs that show what a link leads to.
    Preview,
}

impl Size {
    pub const ALL: [Self; 4] = [Self::Large, Self::Medium, Self::Small, Self::Preview];

    /// The file's name under the photo's key.
    pub fn file(self) -> &'static str {
        match self {
            Self::Large => "large.webp",
            Self::Medium => "medium.webp",
            Self::Small => "small.webp",
            Self::Preview => "preview.jpg",
        }
    }

    /// The most pixels this size is wide or high.
    pub const fn side(self) -> u32 {
        match self {
            Self::Large => 1600,
            Self::Medium => 800,
            Self::Small => 320,
            Self::Preview => 1200,
        }
    }

    /// How large a picture of `width` × `height` is in this size.
    pub fn within(self, width: u32, height: u32) -> (u32, u32) {
        let longer = width.max(height);
        if longer <= self.side() {
            return (width, height);
        }
        let scaled = |side: u32| ((side * self.side() + longer / 2) / longer).max(1);
        (scaled(width), scaled(height))
    }

    pub(super) fn mime(self) -> &'static str {
        match self {
            Self::Large | Self::Medium | Self::Small => "image/webp",
            Self::Preview => "image/jpeg",
        }
    }

    pub(super) fn from_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.file() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_nothing_else_is_one() {
        let key = PhotoKey::random();
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
        assert_ne!(PhotoKey::random(), key);
        for wrong in [
            "",
            "../../../../../../../etc/passwd",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef0",
            "0123456789abcdef/123456789abcdef",
            "ａ123456789abcdef0123456789abc",
        ] {
            assert_eq!(wrong.parse::<PhotoKey>(), Err(ParsePhotoKeyError), "{wrong}");
        }
    }

    #[test]
    fn every_size_has_its_url() {
        let key: PhotoKey = "0123456789abcdef0123456789abcdef".parse().expect("a key");
        assert_eq!(key.url(Size::Small), "/media/0123456789abcdef0123456789abcdef/small.webp");
        for size in Size::ALL {
            assert_eq!(Size::from_file(size.file()), Some(size));
        }
        assert_eq!(Size::from_file("large"), None);
    }
}
