/// Why a file can't be a photo, in words for the person who sent it. Each says what can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRejected {
    #[error("{}", sentences::THAT_FILE_ISNT_A_JPEG)]
    NotAPicture,
    #[error("{}", sentences::THAT_IS_AN_EMPTY_FILE)]
    Empty,
    #[error("{}", sentences::THAT_PICTURE_IS_A_HEIC)]
    Heic,
    #[error("{}", sentences::THAT_PICTURE_IS_AN_AVIF)]
    Avif,
    #[error("{}", sentences::THAT_FILE_IS_TOO_LARGE)]
    TooManyBytes,
    #[error("{}", sentences::THAT_PHOTO_HAS_TOO_MANY_PIXELS)]
    TooManyPixels,
    #[error("{}", sentences::THAT_PICTURE_TAKES_TOO_MUCH_MEMORY_TO_BE_OPENED)]
    TooMuchMemory,
    #[error("{}", sentences::THAT_FILE_IS_DAMAGED_AND_CANT_BE_READ)]
    Damaged,
}

use crate::products::sentences;

impl PhotoRejected {
    /// What programs tell them apart by; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPicture => "photo_not_a_picture",
            Self::Empty => "photo_empty",
            Self::Heic => "photo_heic",
            Self::Avif => "photo_avif",
            Self::TooManyBytes => "photo_too_many_bytes",
            Self::TooManyPixels => "photo_too_many_pixels",
            Self::TooMuchMemory => "photo_too_much_memory",
            Self::Damaged => "photo_damaged",
        }
    }

    /// What a file is that isn't of a kind we take.
    pub(super) fn by_its_kind(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        // HEIC and AVIF are the same box around different pictures: its size, its name, its brand, a version, and other
        // brands it goes by.
        let Some((b"ftyp", brands)) = bytes.get(4..).and_then(|named| named.split_first_chunk()) else {
            return Self::NotAPicture;
        };
        let size = bytes.first_chunk().map_or(0, |&size| u32::from_be_bytes(size) as usize);
        let brands = &brands[..brands.len().min(size.saturating_sub(8)).min(256)];
        let is_any = |of: &[&[u8]]| brands.chunks_exact(4).any(|brand| of.contains(&brand));
        if is_any(&[b"avif", b"avis"]) {
            Self::Avif
        } else if is_any(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
            Self::Heic
        } else {
            Self::NotAPicture
        }
    }
}
