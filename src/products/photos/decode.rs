//! From bytes to pixels, believing nothing that the file says before it is checked.
//!
//! What a picture takes in memory is known from its header ([`memory_needed`]) and acquired before it is unfolded. A PNG
//! or a GIF is made smaller row by row. Nothing else in the file is unfolded, but for a colour profile as far as one
//! goes: a PNG's profile and texts may be a gigabyte (H2). Of an animation, the first frame is taken.

#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};
use png::{ColorType, Transformations};

use super::shrink::{self, Place, Shrink};
use super::{MAX_PIXELS, MAX_SIDE, PhotoRejected, color, truncation};

/// What a decoder may ask for: [`MAX_PIXELS`] in four channels, twice, and a little to work with.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS + 64 * 1024 * 1024;
/// Of a pixel, while it is decoded. JPEG: three channels, and coefficients of two bytes where it comes bit by bit.
const JPEG_BYTES: u64 = 3;
/// WebP: four channels, the same again with the lossless decoder's fifth for what is transparent, and a lossy frame's: 11.
/// The process grew by half as much again (`cargo bench --bench attack -- large_photos`).
const WEBP_BYTES: u64 = 16;
/// And the canvas that a frame of an animation is put on.
const ANIMATED_WEBP_BYTES: u64 = 22;
/// Beside the pixels: rows, tables, the smaller pictures.
const OVERHEAD: u64 = 32 * 1024 * 1024;

/// The pixels as they lie in the file, and how to turn them so that the picture stands upright.
#[derive(Debug)]
pub(super) struct Decoded {
    pub pixels: DynamicImage,
    /// As the file has it.
    pub size: (u32, u32),
    /// So many pixels a side have become one already; those at the right and lower edge may be of fewer.
    pub factor: u32,
    pub orientation: Orientation,
    /// What the colours of the pixels mean, where it is said (ICC).
    pub profile: Option<Vec<u8>>,
}

/// A decoder that has read the header: the file is of a kind and a size that we take.
enum Opened<'a> {
    Png(Box<png::Reader<Cursor<&'a [u8]>>>),
    Gif(Box<gif::Decoder<Cursor<&'a [u8]>>>),
    Jpeg(JpegDecoder<Cursor<&'a [u8]>>),
    WebP(WebPDecoder<Cursor<&'a [u8]>>),
}

/// Bytes of memory that this picture takes while it is worked on; says already what is wrong with its header.
pub(super) fn memory_needed(bytes: &[u8]) -> Result<u64, PhotoRejected> {
    let opened = Opened::new(bytes)?;
    let (width, height) = opened.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let decoded = match opened {
        Opened::Png(_) | Opened::Gif(_) => Shrink::memory_needed(width, height),
        // Its decoder copies the file.
        Opened::Jpeg(_) => {
            let decoded = match truncation::jpeg_coefficients(bytes, pixels) {
                0 => pixels * JPEG_BYTES,
                // The process grew by more than the decoder asks for, as with WebP.
                coefficients => (pixels * JPEG_BYTES + 2 * coefficients) * 8 / 5,
            };
            decoded + bytes.len() as u64
        }
        Opened::WebP(webp) if webp.has_animation() => pixels * ANIMATED_WEBP_BYTES,
        Opened::WebP(_) => pixels * WEBP_BYTES,
    };
    Ok(decoded + OVERHEAD)
}

/// Decodes a JPEG, PNG, WebP or GIF picture, recognised by its content.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PhotoRejected> {
    let opened = Opened::new(bytes)?;
    // The decoders fill in what is missing at the end of a file with grey.
    if !truncation::is_complete(bytes, opened.dimensions()) {
        return Err(PhotoRejected::Damaged);
    }
    match opened {
        Opened::Png(reader) => decode_png(*reader, color::of_png(bytes)),
        Opened::Gif(decoder) => decode_gif(*decoder),
        Opened::Jpeg(mut decoder) => {
            let profile = decoder.icc_profile()?;
            let orientation = decoder.orientation()?;
            decode_whole(decoder, orientation, profile)
        }
        Opened::WebP(decoder) => {
            let exif = truncation::webp_chunk(bytes, b"EXIF").and_then(Orientation::from_exif_chunk);
            let profile = truncation::webp_chunk(bytes, b"ICCP").map(<[u8]>::to_vec);
            decode_whole(decoder, exif.unwrap_or(Orientation::NoTransforms), profile)
        }
    }
}

fn decode_whole(
    mut decoder: impl ImageDecoder,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
) -> Result<Decoded, PhotoRejected> {
    decoder.set_limits(limits())?;
    let pixels = DynamicImage::from_decoder(decoder)?;
    Ok(Decoded { size: (pixels.width(), pixels.height()), pixels, factor: 1, orientation, profile })
}

/// The pixels that come together in an interlaced picture: the first one's place, and the steps to the others.
struct Pass {
    x: u32,
    y: u32,
    across: u32,
    down: u32,
}

const fn pass(x: u32, y: u32, across: u32, down: u32) -> Pass {
    Pass { x, y, across, down }
}

const IN_ORDER: [Pass; 1] = [pass(0, 0, 1, 1)];
const PNG_INTERLACED: [Pass; 7] = [
    pass(0, 0, 8, 8),
    pass(4, 0, 8, 8),
    pass(0, 4, 4, 8),
    pass(2, 0, 4, 4),
    pass(0, 2, 2, 4),
    pass(1, 0, 2, 2),
    pass(0, 1, 1, 2),
];
const GIF_INTERLACED: [Pass; 4] = [pass(0, 0, 1, 8), pass(0, 4, 1, 8), pass(0, 2, 1, 4), pass(0, 1, 1, 2)];

/// Eight bits a channel, whatever the file has: sixteen are brought down row by row.
fn decode_png(
    mut reader: png::Reader<Cursor<&[u8]>>,
    profile: Option<Vec<u8>>,
) -> Result<Decoded, PhotoRejected> {
    let exif = reader.info().exif_metadata.as_deref().and_then(Orientation::from_exif_chunk);
    let (width, height) = reader.info().size();
    let (color, _) = reader.output_color_type();
    let is_grey = matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let passes = if reader.info().interlaced { &PNG_INTERLACED[..] } else { &IN_ORDER };
    let mut shrink = Shrink::new(width, height, is_grey);
    // A narrow picture has nothing in some of them.
    for pass in passes.iter().filter(|pass| pass.x < width) {
        for y in (pass.y..height).step_by(pass.down as usize) {
            let row = reader.next_row()?.ok_or(PhotoRejected::Damaged)?;
            shrink.add(Place { y, x: pass.x, step: pass.across }, row.data(), color.samples());
        }
    }
    // What is left over after the pixels: their checksums, and more frames of an animation, which nobody needs.
    if reader.next_row()?.is_some() {
        return Err(PhotoRejected::Damaged);
    }
    if reader.info().animation_control.is_none() {
        reader.finish()?;
    }
    shrunk(shrink, (width, height), exif.unwrap_or(Orientation::NoTransforms), profile)
}

fn decode_gif(mut decoder: gif::Decoder<Cursor<&[u8]>>) -> Result<Decoded, PhotoRejected> {
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    let frame = decoder.next_frame_info()?.ok_or(PhotoRejected::Damaged)?;
    let (left, top) = (u32::from(frame.left), u32::from(frame.top));
    let (across, down) = (u32::from(frame.width), u32::from(frame.height));
    // Where nothing of it is inside the picture, it takes time all the same.
    if u64::from(across) * u64::from(down) > MAX_PIXELS {
        return Err(PhotoRejected::TooManyPixels);
    }
    let passes = if frame.interlaced { &GIF_INTERLACED[..] } else { &IN_ORDER };
    let mut shrink = Shrink::new(width, height, false);
    let mut row = vec![0; across as usize * 4];
    for pass in passes {
        for y in (pass.y..down).step_by(pass.down as usize) {
            row.fill(0);
            if !decoder.fill_buffer(&mut row)? {
                return Err(PhotoRejected::Damaged);
            }
            shrink.add(Place { y: top + y, x: left, step: 1 }, &row, 4);
        }
    }
    let profile = decoder.icc_profile().map(<[u8]>::to_vec);
    shrunk(shrink, (width, height), Orientation::NoTransforms, profile)
}

fn shrunk(
    shrink: Shrink,
    size: (u32, u32),
    orientation: Orientation,
    profile: Option<Vec<u8>>,
) -> Result<Decoded, PhotoRejected> {
    let factor = shrink::factor(size.0, size.1);
    Ok(Decoded { pixels: shrink.finish()?, size, factor, orientation, profile })
}

impl<'a> Opened<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, PhotoRejected> {
        let file = Cursor::new(bytes);
        let opened = match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => Opened::Jpeg(JpegDecoder::new(file)?),
            Ok(ImageFormat::Png) => Opened::Png(Box::new(open_png(file)?)),
            Ok(ImageFormat::WebP) => Opened::WebP(WebPDecoder::new(file)?),
            Ok(ImageFormat::Gif) => Opened::Gif(Box::new(open_gif(file)?)),
            _ => return Err(PhotoRejected::by_its_kind(bytes)),
        };
        let (width, height) = opened.dimensions();
        if width == 0 || height == 0 {
            return Err(PhotoRejected::Damaged);
        }
        if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(PhotoRejected::TooManyPixels);
        }
        Ok(opened)
    }

    fn dimensions(&self) -> (u32, u32) {
        match self {
            Opened::Png(reader) => reader.info().size(),
            Opened::Gif(decoder) => (decoder.width().into(), decoder.height().into()),
            Opened::Jpeg(decoder) => decoder.dimensions(),
            Opened::WebP(decoder) => decoder.dimensions(),
        }
    }
}

fn open_png(file: Cursor<&[u8]>) -> Result<png::Reader<Cursor<&[u8]>>, PhotoRejected> {
    let mut decoder = png::Decoder::new_with_limits(file, png::Limits { bytes: OVERHEAD as usize });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    Ok(decoder.read_info()?)
}

fn open_gif(file: Cursor<&[u8]>) -> Result<gif::Decoder<Cursor<&[u8]>>, PhotoRejected> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    Ok(options.read_info(file)?)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

impl From<png::DecodingError> for PhotoRejected {
    fn from(error: png::DecodingError) -> Self {
        match error {
            png::DecodingError::LimitsExceeded => Self::TooManyPixels,
            _ => Self::Damaged,
        }
    }
}

impl From<gif::DecodingError> for PhotoRejected {
    fn from(_: gif::DecodingError) -> Self {
        Self::Damaged
    }
}

impl From<ImageError> for PhotoRejected {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Damaged,
        }
    }
}
