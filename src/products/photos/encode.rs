//! From pixels to the files that are kept.

use std::borrow::Cow;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;

use super::decode::Decoded;
use super::{PhotoRejected, Size, color};

const WEBP_QUALITY: f32 = 80.0;
const JPEG_QUALITY: u8 = 82;

/// A photo in all its sizes, upright, without metadata, ready to be stored.
#[derive(Debug, Clone)]
pub struct Processed {
    /// Of the largest size, in pixels.
    pub width: u32,
    pub height: u32,
    pub large: Vec<u8>,
    pub medium: Vec<u8>,
    pub small: Vec<u8>,
    pub preview: Vec<u8>,
}

impl Processed {
    /// The file of one size.
    pub fn file(&self, size: Size) -> &[u8] {
        match size {
            Size::Large => &self.large,
            Size::Medium => &self.medium,
            Size::Small => &self.small,
            Size::Preview => &self.preview,
        }
    }

    /// Of all of them together.
    pub fn bytes(&self) -> usize {
        Size::ALL.iter().map(|&size| self.file(size).len()).sum()
    }
}

/// Makes the four files.
///
/// The picture is turned after it was made smaller, which its square bounds allow: turning the
/// original would need the room for it twice.
pub(super) fn encode(photo: Decoded) -> Result<Processed, PhotoRejected> {
    let mut resizer = Resizer::new();
    let opaque = flatten(photo.pixels);
    let large = fit_as(&mut resizer, &opaque, photo.size, photo.factor, Size::Large)?.into_owned();
    drop(opaque);
    let mut large = DynamicImage::ImageRgb8(color::to_srgb(large, photo.profile.as_deref()));
    large.apply_orientation(photo.orientation);

    let medium = fit(&mut resizer, &large, Size::Medium)?;
    let small = fit(&mut resizer, &medium, Size::Small)?;
    let preview = fit(&mut resizer, &large, Size::Preview)?;
    Ok(Processed {
        width: large.width(),
        height: large.height(),
        large: webp(&large)?,
        medium: webp(&medium)?,
        small: webp(&small)?,
        preview: jpeg(&preview)?,
    })
}

/// Puts what is transparent on white. The alpha channel, where there is one, may be ignored then.
fn flatten(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return pixels;
    }
    let mut rgba = pixels.into_rgba8();
    for pixel in rgba.pixels_mut() {
        let [channels @ .., alpha] = &mut pixel.0;
        let alpha = u16::from(*alpha);
        for channel in channels {
            let on_white = u16::from(*channel) * alpha + 255 * (255 - alpha);
            *channel = (on_white / 255) as u8;
        }
    }
    DynamicImage::ImageRgba8(rgba)
}

/// The picture within the bounds of `size`; as it is where it fits already.
fn fit<'a>(
    resizer: &mut Resizer,
    picture: &'a DynamicImage,
    size: Size,
) -> Result<Cow<'a, DynamicImage>, PhotoRejected> {
    fit_as(resizer, picture, (picture.width(), picture.height()), 1, size)
}

/// The same for what was `whole` once, and has one pixel for `factor` a side now.
fn fit_as<'a>(
    resizer: &mut Resizer,
    picture: &'a DynamicImage,
    whole: (u32, u32),
    factor: u32,
    size: Size,
) -> Result<Cow<'a, DynamicImage>, PhotoRejected> {
    let (width, height) = size.within(whole.0, whole.1);
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(Cow::Borrowed(picture));
    }
    let mut smaller = DynamicImage::new(width, height, picture.color());
    let shrunk = |side: u32| f64::from(side) / f64::from(factor);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false)
        .crop(0.0, 0.0, shrunk(whole.0), shrunk(whole.1));
    resizer.resize(picture, &mut smaller, &options).map_err(|_| PhotoRejected::Damaged)?;
    Ok(Cow::Owned(smaller))
}

fn webp(picture: &DynamicImage) -> Result<Vec<u8>, PhotoRejected> {
    let encoder = webp::Encoder::from_rgb(picture.as_bytes(), picture.width(), picture.height());
    match encoder.encode_simple(false, WEBP_QUALITY) {
        Ok(file) => Ok(file.to_vec()),
        Err(_) => Err(PhotoRejected::Damaged),
    }
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, PhotoRejected> {
    let mut file = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::super::{fixtures, process_now};
    use super::*;

    fn size_of(file: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(file).expect("a picture");
        (picture.width(), picture.height())
    }

    fn process(bytes: &[u8]) -> Processed {
        process_now(bytes).expect("a photo")
    }

    #[test]
    fn each_size_fits_its_bounds() {
        let photo = process(&fixtures::picture(2000, 1000, ImageFormat::Jpeg));
        assert_eq!((photo.width, photo.height), (1600, 800));
        assert_eq!(size_of(&photo.large), (1600, 800));
        assert_eq!(size_of(&photo.medium), (800, 400));
        assert_eq!(size_of(&photo.small), (320, 160));
        assert_eq!(size_of(&photo.preview), (1200, 600));
        assert_eq!(image::guess_format(&photo.large).ok(), Some(ImageFormat::WebP));
        assert_eq!(image::guess_format(&photo.preview).ok(), Some(ImageFormat::Jpeg));
    }

    #[test]
    fn small_pictures_stay_small_and_thin_ones_stay_visible() {
        let photo = process(&fixtures::picture(5, 3, ImageFormat::Png));
        for size in Size::ALL {
            assert_eq!(size_of(photo.file(size)), (5, 3));
        }
        let photo = process(&fixtures::picture(1, 6000, ImageFormat::Png));
        assert_eq!(size_of(&photo.large), (1, 1600));
        assert_eq!(size_of(&photo.small), (1, 320));
    }

    #[test]
    fn every_kind_of_pixel_is_shown() {
        for photo in fixtures::every_kind_of_png(2000, 10) {
            assert_eq!(size_of(&process(&photo).large), (1600, 8));
        }
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let photo = process(&fixtures::transparent_png(64, 64));
        let shown = image::load_from_memory(&photo.large).expect("a picture").into_rgb8();
        assert!(shown.pixels().all(|pixel| pixel.0.iter().all(|&c| c > 250)));
    }

    #[test]
    fn photos_are_turned_upright_and_lose_what_else_the_file_said() {
        let sideways = fixtures::with_exif(&fixtures::red_top(40, 20), 6);
        assert!(fixtures::contains(&sideways, b"Exif"));
        assert!(fixtures::contains(&sideways, b"Haggle Camera"));
        let photo = process(&sideways);
        assert_eq!((photo.width, photo.height), (20, 40));
        // What was the top edge is the right edge of a picture turned clockwise.
        let shown = image::load_from_memory(&photo.large).expect("a picture").into_rgb8();
        assert!(shown.get_pixel(17, 20).0[0] > 200 && shown.get_pixel(17, 20).0[2] < 60);
        assert!(shown.get_pixel(3, 20).0[2] > 200 && shown.get_pixel(3, 20).0[0] < 60);
        for size in Size::ALL {
            for word in [&b"Exif"[..], b"EXIF", b"Haggle Camera", b"ICCP", b"XMP"] {
                assert!(!fixtures::contains(photo.file(size), word), "{size:?}");
            }
        }
    }
}
