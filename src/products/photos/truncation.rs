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

fn webp_is_whole(bytes: &[u8], (width, height): (u32, u32)) -> bool {
    let Some(says) = u32_at(bytes, 4) else {
        return false;
    };
    if bytes.len() < says as usize + 8 {
        return false;
    }
    // The decoder makes room for the frame before it compares.
    match vp8_frame(bytes) {
        Some(frame) => frame == (width, height),
        None => true,
    }
}

/// The size that the lossy frame itself has, where there is one.
fn vp8_frame(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 12;
    loop {
        let name = bytes.get(at..at + 4)?;
        if name == b"VP8 " {
            let size = u32_at(bytes, at + 14)?;
            return Some((size & 0x3FFF, size >> 16 & 0x3FFF));
        }
        let length = u32_at(bytes, at + 4)? as usize;
        at += 8 + length + length % 2;
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|&four| u32::from_le_bytes(four))
}
