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
    JpegSegments(&bytes[2..]).any(|(marker, _)| marker == 0xD9)
}

/// How many coefficients the decoder of a JPEG with so many pixels keeps until the end of the file: none, where all that
/// there is to know about a few rows comes together. Colours mostly have fewer of them than brightness.
pub(super) fn jpeg_coefficients(bytes: &[u8], pixels: u64) -> u64 {
    let (mut components, mut is_progressive) = (0, false);
    let mut coefficients = 4 * pixels;
    for (marker, segment) in JpegSegments(bytes.get(2..).unwrap_or_default()) {
        match marker {
            0xC0..=0xC2 => {
                components = components.max(segment.get(7).copied().unwrap_or(4).into());
                is_progressive |= marker == 0xC2;
                coefficients = frame_coefficients(segment, pixels).unwrap_or(4 * pixels);
            }
            // The first scan.
            0xDA if is_progressive || segment.get(2).map(|&count| u64::from(count)) != Some(components) => {
                break;
            }
            0xDA => return 0,
            _ => {}
        }
    }
    coefficients
}

/// Of a frame's header, which says for each component how densely it is sampled across and down.
fn frame_coefficients(segment: &[u8], pixels: u64) -> Option<u64> {
    let components = segment.get(8..)?.chunks_exact(3).take(segment.get(7).copied()?.into());
    let samplings = components.map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)));
    let samplings: Vec<_> = samplings.collect();
    let densest = samplings.iter().map(|it| it.0).max()? * samplings.iter().map(|it| it.1).max()?;
    let all: u64 = samplings.iter().map(|(across, down)| across * down).sum();
    (pixels * all).checked_div(densest)
}

/// Each marker, and the segment that begins with its own length.
struct JpegSegments<'a>(&'a [u8]);

impl<'a> Iterator for JpegSegments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.0.windows(2).position(|pair| is_marker(pair[0], pair[1]))?;
        let marker = self.0[at + 1];
        let rest = &self.0[at + 2..];
        if marker == 0xD9 {
            self.0 = &[];
            return Some((marker, &[]));
        }
        let length = rest.first_chunk().map(|&two| u16::from_be_bytes(two))?;
        let (segment, after) = rest.split_at_checked(length.into())?;
        self.0 = after;
        Some((marker, segment))
    }
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
