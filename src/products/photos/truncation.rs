//! Whether a file goes on to its end, which the decoders don't say: they show half a photo.

/// Whether the JPEG or WebP file is all there, and its frame is as large as its header says.
/// (A PNG's own checksums tell.)
pub(super) fn is_complete(bytes: &[u8], dimensions: (u32, u32)) -> bool {
    if bytes.starts_with(b"\xFF\xD8") {
        jpeg_has_end(bytes)
    } else if bytes.starts_with(b"RIFF") {
        webp_is_whole(bytes, dimensions)
    } else {
        true
    }
}

/// Walks the segments, so that the end of a thumbnail inside one isn't taken for the photo's.
fn jpeg_has_end(bytes: &[u8]) -> bool {
    let mut rest = &bytes[2..];
    while let Some(at) = rest.windows(2).position(|pair| is_marker(pair[0], pair[1])) {
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        if marker == 0xD9 {
            return true;
        }
        let Some(length) = rest.first_chunk().map(|&two| u16::from_be_bytes(two)) else {
            return false;
        };
        let Some(after) = rest.get(usize::from(length)..) else {
            return false;
        };
        rest = after;
    }
    false
}

/// A marker that starts a segment or ends the file; not a byte stuffed into the pixels' data, not
/// a restart between them.
fn is_marker(first: u8, second: u8) -> bool {
    first == 0xFF && !matches!(second, 0x00 | 0x01 | 0xD0..=0xD8 | 0xFF)
}

fn webp_is_whole(bytes: &[u8], dimensions: (u32, u32)) -> bool {
    let Some(says) = u32_at(bytes, 4) else {
        return false;
    };
    bytes.len() >= says as usize + 8 && webp_frame_fits(bytes, dimensions)
}

/// The decoder makes room for a lossy frame before it compares.
fn webp_frame_fits(bytes: &[u8], dimensions: (u32, u32)) -> bool {
    if webp_chunk(bytes, b"VP8 ").is_some_and(|frame| vp8_size(frame) != Some(dimensions)) {
        return false;
    }
    let Some(animated) = webp_chunk(bytes, b"ANMF") else {
        return true;
    };
    let side = |at| u32_at(animated, at).map(|side| (side & 0xFF_FFFF) + 1);
    let (Some(width), Some(height)) = (side(6), side(9)) else {
        return false;
    };
    let mut parts = RiffChunks(animated.get(16..).unwrap_or_default());
    let frame = match parts.next() {
        Some((b"ALPH", _)) => parts.next(),
        first => first.filter(|(name, _)| *name == b"VP8 "),
    };
    frame.is_none_or(|(_, frame)| vp8_size(frame) == Some((width, height)))
}

/// The first chunk of that name in a WebP file, as far as it is there.
pub(super) fn webp_chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut chunks = RiffChunks(bytes.get(12..)?);
    chunks.find(|(it, _)| *it == name).map(|(_, data)| data)
}

struct RiffChunks<'a>(&'a [u8]);

impl<'a> Iterator for RiffChunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let length = u32_at(self.0, 4)? as usize;
        let (name, rest) = self.0.split_first_chunk()?;
        let data = &rest[4..];
        self.0 = data.get(length + length % 2..).unwrap_or_default();
        Some((name, &data[..length.min(data.len())]))
    }
}

/// The size that a lossy frame itself has.
fn vp8_size(frame: &[u8]) -> Option<(u32, u32)> {
    let size = u32_at(frame, 6)?;
    Some((size & 0x3FFF, size >> 16 & 0x3FFF))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|&four| u32::from_le_bytes(four))
}
