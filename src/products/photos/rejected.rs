/// Why a file can't be a photo, in words for the person who sent it. Each says what can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRejected {
    #[error(
        "That file isn't a JPEG, PNG or WebP picture. \
         Photos may be up to 12 MB and 50 megapixels."
    )]
    NotAPicture,
    #[error("That file is too large. Photos may be JPEG, PNG or WebP, up to 12 MB and 50 megapixels.")]
    TooManyBytes,
    #[error(
        "That photo has too many pixels. \
         Photos may have up to 50 megapixels, and 12,000 pixels a side."
    )]
    TooManyPixels,
    #[error("That picture is animated. Photos may be still JPEG, PNG or WebP pictures.")]
    Animated,
    #[error(
        "That file is damaged and can't be read. \
         Save it again as JPEG, PNG or WebP, or choose another one."
    )]
    Damaged,
}
