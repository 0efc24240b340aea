/// Why a file can't be a photo, in words for the person who sent it. Each says what can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRejected {
    #[error(
        "That file isn't a JPEG, PNG, WebP or GIF picture. \
         Photos may be up to 12 MB and 50 megapixels."
    )]
    NotAPicture,
    #[error("That is an empty file. Choose a JPEG, PNG, WebP or GIF picture.")]
    Empty,
    #[error(
        "That picture is a HEIC, as iPhones keep them: choose JPEG, PNG, WebP or GIF, \
         or send it from the phone's browser, which turns it into JPEG."
    )]
    Heic,
    #[error("That picture is an AVIF, which can't be read here: choose JPEG, PNG, WebP or GIF.")]
    Avif,
    #[error("That file is too large. Photos may be JPEG, PNG, WebP or GIF, up to 12 MB and 50 megapixels.")]
    TooManyBytes,
    #[error(
        "That photo has too many pixels. \
         Photos may have up to 50 megapixels, and 12,000 pixels a side."
    )]
    TooManyPixels,
    #[error(
        "That picture takes too much memory to be opened. \
         Save it again as an ordinary JPEG (not progressive), or with fewer pixels."
    )]
    TooMuchMemory,
    #[error(
        "That file is damaged and can't be read. \
         Save it again as JPEG, PNG, WebP or GIF, or choose another one."
    )]
    Damaged,
}

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
