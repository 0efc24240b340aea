//! From bytes to pixels, believing nothing that the file says before it is checked.
//!
//! What a picture takes in memory is known from its header ([`memory_needed`]) and acquired before it is unfolded. Nothing
//! else in the file is unfolded at all: a PNG's colour profile and texts may be a gigabyte (H2).

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, Limits};
use png::{ColorType, Transformations};

use super::{MAX_PIXELS, MAX_SIDE, PhotoRejected, truncation};

/// What a decoder may ask for: [`MAX_PIXELS`] in four channels, twice, and a little to work with.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS + 64 * 1024 * 1024;
/// Of a pixel, while it is decoded. PNG: four channels of eight bits. JPEG: three, and the coefficients of a progressive
/// one. WebP: the pixels and the decoder's own.
const PNG_BYTES: u64 = 4;
const JPEG_BYTES: u64 = 9;
const WEBP_BYTES: u64 = 8;
/// Beside the pixels: rows, tables, the smaller pictures.
const OVERHEAD: u64 = 32 * 1024 * 1024;

/// The pixels as they lie in the file, and how to turn them so that the picture stands upright.
#[derive(Debug)]
pub(super) struct Decoded {
    pub pixels: DynamicImage,
    pub orientation: Orientation,
}

/// A decoder that has read the header: the file is of a kind and a size that we take, and isn't animated.
enum Opened<'a> {
    Png(Box<png::Reader<Cursor<&'a [u8]>>>),
    Jpeg(JpegDecoder<Cursor<&'a [u8]>>),
    WebP(WebPDecoder<Cursor<&'a [u8]>>),
}

/// Bytes of memory that this picture takes while it is worked on; says already what is wrong with its header.
pub(super) fn memory_needed(bytes: &[u8]) -> Result<u64, PhotoRejected> {
    let opened = Opened::new(bytes)?;
    let (width, height) = opened.dimensions();
    let each = match opened {
        Opened::Png(_) => PNG_BYTES,
        Opened::Jpeg(_) => JPEG_BYTES,
        Opened::WebP(_) => WEBP_BYTES,
    };
    Ok(u64::from(width) * u64::from(height) * each + OVERHEAD)
}

/// Decodes a still JPEG, PNG or WebP picture, recognised by its content.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PhotoRejected> {
    let opened = Opened::new(bytes)?;
    // The decoders fill in what is missing at the end of a file with grey.
    if !truncation::is_complete(bytes, opened.dimensions()) {
        return Err(PhotoRejected::Damaged);
    }
    match opened {
        Opened::Png(reader) => decode_png(*reader),
        Opened::Jpeg(decoder) => decode_with(decoder),
        Opened::WebP(decoder) => decode_with(decoder),
    }
}

fn decode_with(mut decoder: impl ImageDecoder) -> Result<Decoded, PhotoRejected> {
    decoder.set_limits(limits())?;
    let orientation = decoder.orientation()?;
    let pixels = DynamicImage::from_decoder(decoder)?;
    Ok(Decoded { pixels, orientation })
}

/// Eight bits a channel, whatever the file has: sixteen are brought down row by row.
fn decode_png(mut reader: png::Reader<Cursor<&[u8]>>) -> Result<Decoded, PhotoRejected> {
    let exif = reader.info().exif_metadata.as_deref().and_then(Orientation::from_exif_chunk);
    let (width, height) = reader.info().size();
    let (color, _) = reader.output_color_type();
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(PhotoRejected::TooManyPixels)?];
    reader.next_frame(&mut pixels)?;
    let pixels = match color {
        ColorType::Grayscale => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        ColorType::GrayscaleAlpha => {
            ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageLumaA8)
        }
        ColorType::Rgb => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        ColorType::Rgba => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8),
        ColorType::Indexed => None,
    };
    let pixels = pixels.ok_or(PhotoRejected::Damaged)?;
    Ok(Decoded { pixels, orientation: exif.unwrap_or(Orientation::NoTransforms) })
}

impl<'a> Opened<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, PhotoRejected> {
        let file = Cursor::new(bytes);
        let opened = match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => Opened::Jpeg(JpegDecoder::new(file)?),
            Ok(ImageFormat::Png) => Opened::Png(Box::new(open_png(file)?)),
            Ok(ImageFormat::WebP) => {
                let webp = WebPDecoder::new(file)?;
                if webp.has_animation() {
                    return Err(PhotoRejected::Animated);
                }
                Opened::WebP(webp)
            }
            _ => return Err(PhotoRejected::NotAPicture),
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
    let reader = decoder.read_info()?;
    if reader.info().animation_control.is_some() {
        return Err(PhotoRejected::Animated);
    }
    Ok(reader)
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

impl From<ImageError> for PhotoRejected {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Damaged,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};
    use proptest::prelude::*;

    use super::super::fixtures;
    use super::*;

    fn refused(bytes: &[u8]) -> PhotoRejected {
        decode(bytes).expect_err("refused")
    }

    #[test]
    fn the_three_formats_are_known_by_their_content() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let decoded = decode(&fixtures::picture(40, 30, format)).expect("a picture");
            assert_eq!((decoded.pixels.width(), decoded.pixels.height()), (40, 30));
        }
    }

    #[test]
    fn anything_else_is_no_picture() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        for bytes in [&b""[..], b"GIF89a\x01\0\x01\0\0\0\0;", b"BM", b"%PDF-1.7", svg] {
            assert_eq!(refused(bytes), PhotoRejected::NotAPicture);
        }
        assert_eq!(refused(b"\xFF\xD8\xFF"), PhotoRejected::Damaged);
    }

    #[test]
    fn bombs_are_refused_by_their_header() {
        assert_eq!(refused(&fixtures::png_claiming(50_000, 50_000)), PhotoRejected::TooManyPixels);
        assert_eq!(refused(&fixtures::png_claiming(11_000, 11_000)), PhotoRejected::TooManyPixels);
        assert_eq!(refused(&fixtures::jpeg_claiming(65_000, 65_000)), PhotoRejected::TooManyPixels);
        assert_eq!(refused(&fixtures::webp_with_larger_frame(16_383)), PhotoRejected::Damaged);
    }

    /// H2: nothing but the pixels is unfolded, and these in eight bits.
    #[test]
    fn a_png_unfolds_to_its_pixels_alone() {
        let bomb = fixtures::png_with_profile(8, 8, 64 * 1024 * 1024);
        assert!(bomb.len() < 256 * 1024);
        let decoded = decode(&bomb).expect("a picture");
        assert_eq!(decoded.pixels.as_bytes().len(), 8 * 8 * 4, "sixteen bits a channel in the file");
    }

    #[test]
    fn what_a_picture_takes_is_known_from_its_header() {
        assert_eq!(memory_needed(&fixtures::png_claiming(5_000, 4_000)), Ok(80_000_000 + OVERHEAD));
        assert_eq!(memory_needed(&fixtures::jpeg_claiming(5_000, 4_000)), Ok(180_000_000 + OVERHEAD));
        assert_eq!(memory_needed(&fixtures::png_claiming(11_000, 11_000)), Err(PhotoRejected::TooManyPixels));
    }

    #[test]
    fn animations_are_refused() {
        assert_eq!(refused(&fixtures::animated_png()), PhotoRejected::Animated);
        assert_eq!(refused(&fixtures::animated_webp()), PhotoRejected::Animated);
    }

    #[test]
    fn files_cut_short_are_refused() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = fixtures::noise(64, 64, format);
            for kept in [whole.len() / 4, whole.len() / 2, whole.len() - 20] {
                assert_eq!(refused(&whole[..kept]), PhotoRejected::Damaged, "{format:?} {kept}");
            }
        }
    }

    #[test]
    fn a_preview_inside_doesnt_make_a_cut_photo_whole() {
        let thumbnail = fixtures::picture(16, 16, ImageFormat::Jpeg);
        let photo = fixtures::with_segment(
            &fixtures::noise(64, 64, ImageFormat::Jpeg),
            0xE1,
            &[b"Exif\0\0", thumbnail.as_slice()].concat(),
        );
        assert!(decode(&photo).is_ok());
        assert_eq!(refused(&photo[..photo.len() - 20]), PhotoRejected::Damaged);
    }

    #[test]
    fn what_cameras_append_does_no_harm() {
        let mut photo = fixtures::picture(40, 30, ImageFormat::Jpeg);
        photo.extend_from_slice(b"MotionPhoto_Data and a film");
        assert!(decode(&photo).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Whatever is wrong with a file, it is refused or shown, and nothing falls over.
        #[test]
        fn broken_files_do_no_harm(
            format in prop::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut bytes = fixtures::noise(24, 24, format);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(decoded) = decode(&bytes) {
                let _: RgbImage = decoded.pixels.into_rgb8();
            }
        }
    }
}
