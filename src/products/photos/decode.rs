//! From bytes to pixels, believing nothing that the file says before it is checked.

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

use super::{MAX_PIXELS, MAX_SIDE, PhotoRejected, truncation};

/// What a decoder may ask for: [`MAX_PIXELS`] in four channels of 16 bits, and a little to work with.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS + 64 * 1024 * 1024;

/// The pixels as they lie in the file, and how to turn them so that the picture stands upright.
#[derive(Debug)]
pub(super) struct Decoded {
    pub pixels: DynamicImage,
    pub orientation: Orientation,
}

/// Decodes a still JPEG, PNG or WebP picture, recognised by its content.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PhotoRejected> {
    let mut decoder = open(bytes)?;
    // The decoders fill in what is missing at the end of a file with grey.
    if !truncation::is_complete(bytes, decoder.dimensions()) {
        return Err(PhotoRejected::Damaged);
    }
    decoder.set_limits(limits())?;
    let orientation = decoder.orientation()?;
    let pixels = DynamicImage::from_decoder(decoder)?;
    Ok(Decoded { pixels, orientation })
}

/// Reads the header: the file is of a kind and a size that we take, and isn't animated.
fn open(bytes: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, PhotoRejected> {
    let file = Cursor::new(bytes);
    let decoder: Box<dyn ImageDecoder> = match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => Box::new(JpegDecoder::new(file)?),
        Ok(ImageFormat::Png) => {
            let png = PngDecoder::with_limits(file, limits())?;
            if png.is_apng()? {
                return Err(PhotoRejected::Animated);
            }
            Box::new(png)
        }
        Ok(ImageFormat::WebP) => {
            let webp = WebPDecoder::new(file)?;
            if webp.has_animation() {
                return Err(PhotoRejected::Animated);
            }
            Box::new(webp)
        }
        _ => return Err(PhotoRejected::NotAPicture),
    };
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PhotoRejected::Damaged);
    }
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PhotoRejected::TooManyPixels);
    }
    Ok(decoder)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
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
