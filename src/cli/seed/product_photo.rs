//! A small transparent picture, set up like a product in a photo studio.
//!
//! The picture stands before a softly lit wall in a quiet colour, with its shadow on the floor. It
//! is never more than doubled, so it stays crisp.

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::{DynamicImage, ImageError, ImageResult, RgbImage, RgbaImage};

const WIDTH: u32 = 840;
const HEIGHT: u32 = 630;
/// The wall has nothing sharp in it: it is painted small and made larger.
const COARSE: u32 = 4;
const SCALE: u32 = 2;

type Rgb = [f32; 3];

/// Where the light falls on the wall, and where it doesn't.
const WALLS: [(Rgb, Rgb); 10] = [
    ([246.0, 240.0, 229.0], [216.0, 202.0, 178.0]),
    ([236.0, 242.0, 246.0], [188.0, 205.0, 219.0]),
    ([237.0, 243.0, 232.0], [188.0, 206.0, 178.0]),
    ([248.0, 236.0, 231.0], [223.0, 189.0, 178.0]),
    ([241.0, 238.0, 247.0], [199.0, 189.0, 220.0]),
    ([250.0, 244.0, 223.0], [228.0, 207.0, 154.0]),
    ([231.0, 243.0, 249.0], [172.0, 205.0, 225.0]),
    ([230.0, 245.0, 240.0], [168.0, 209.0, 197.0]),
    ([242.0, 242.0, 240.0], [198.0, 198.0, 193.0]),
    ([251.0, 239.0, 226.0], [233.0, 196.0, 160.0]),
];

/// How a picture is set up. The same product's pictures differ, and always look the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct StudioSetup {
    wall: usize,
    mirrored: bool,
}

impl StudioSetup {
    /// A picture that the product has `repeated` is seen from the other side.
    pub(super) fn of(product_id: i64, position: i32, repeated: bool) -> Self {
        let step = product_id.wrapping_mul(3).wrapping_add(i64::from(position) * 4);
        let wall = step.rem_euclid(WALLS.len() as i64);
        Self { wall: wall as usize, mirrored: repeated }
    }
}

/// Makes a PNG of the picture in `file`.
pub(super) fn product_photo(file: &[u8], look: StudioSetup) -> ImageResult<Vec<u8>> {
    let object = cut_out(image::load_from_memory(file)?.into_rgba8());
    let mut object = enlarged(object)?;
    if look.mirrored {
        image::imageops::flip_horizontal_in_place(&mut object);
    }
    let mut photo = wall(look, &object)?;
    place(&mut photo, &object);
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, PngFilter::Up);
    photo.write_with_encoder(encoder)?;
    Ok(png)
}

/// The picture without the empty margin around it.
fn cut_out(picture: RgbaImage) -> RgbaImage {
    let seen = || picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[3] > 8);
    let (mut left, mut top, mut right, mut bottom) = (picture.width(), picture.height(), 0, 0);
    for (x, y, _) in seen() {
        (left, top) = (left.min(x), top.min(y));
        (right, bottom) = (right.max(x + 1), bottom.max(y + 1));
    }
    if right <= left || bottom <= top {
        return picture;
    }
    image::imageops::crop_imm(&picture, left, top, right - left, bottom - top).to_image()
}

fn enlarged(picture: RgbaImage) -> ImageResult<RgbaImage> {
    let larger = DynamicImage::new_rgba8(picture.width() * SCALE, picture.height() * SCALE);
    Ok(resized(DynamicImage::ImageRgba8(picture), larger, FilterType::CatmullRom)?.into_rgba8())
}

fn resized(from: DynamicImage, mut to: DynamicImage, filter: FilterType) -> ImageResult<DynamicImage> {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(|error| ImageError::IoError(std::io::Error::other(error)))?;
    Ok(to)
}

/// The empty studio, with the shadow of what will stand in it.
fn wall(look: StudioSetup, object: &RgbaImage) -> ImageResult<RgbImage> {
    let (lit, unlit) = WALLS[look.wall];
    let (width, height) = (WIDTH / COARSE, HEIGHT / COARSE);
    let foot = (HEIGHT + object.height()) as f32 / 2.0 / HEIGHT as f32;
    let reach = object.width() as f32 / 2.0 / WIDTH as f32;
    let coarse = RgbImage::from_fn(width, height, |x, y| {
        let x = (x as f32 + 0.5) / width as f32;
        let y = (y as f32 + 0.5) / height as f32;
        let far = ((x - 0.44).powi(2) + (0.8 * (y - 0.36)).powi(2)).sqrt();
        let floor = 0.35 * smooth(0.66, 0.8, y);
        let dark = smooth(0.08, 0.8, far) * (1.0 - floor);
        let shadow = (-((x - 0.5) / reach).powi(2) * 2.2 - ((y - foot) / 0.035).powi(2)).exp();
        let channel = |i: usize| (lit[i] + (unlit[i] - lit[i]) * dark) * (1.0 - 0.32 * shadow);
        image::Rgb([channel(0) as u8, channel(1) as u8, channel(2) as u8])
    });
    let fine = DynamicImage::new_rgb8(WIDTH, HEIGHT);
    Ok(resized(DynamicImage::ImageRgb8(coarse), fine, FilterType::CatmullRom)?.into_rgb8())
}

/// From 0 to 1 while `at` goes from `start` to `end`, without a corner.
fn smooth(start: f32, end: f32, at: f32) -> f32 {
    let t = ((at - start) / (end - start)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Puts the object into the middle.
fn place(photo: &mut RgbImage, object: &RgbaImage) {
    let (left, top) = (WIDTH.saturating_sub(object.width()) / 2, HEIGHT.saturating_sub(object.height()) / 2);
    for (x, y, &image::Rgba([r, g, b, alpha])) in object.enumerate_pixels() {
        let Some(below) = photo.get_pixel_mut_checked(left + x, top + y) else { continue };
        let alpha = u16::from(alpha);
        for (below, above) in below.0.iter_mut().zip([r, g, b]) {
            let mixed = u16::from(above) * alpha + u16::from(*below) * (255 - alpha);
            *below = ((mixed + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A red square, 100 wide, somewhere in a transparent picture of 256.
    fn square() -> Vec<u8> {
        let picture = RgbaImage::from_fn(256, 256, |x, y| {
            let inside = (20..120).contains(&x) && (60..160).contains(&y);
            image::Rgba([200, 0, 0, if inside { 255 } else { 0 }])
        });
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Png).expect("written");
        file.into_inner()
    }

    #[test]
    fn the_object_is_doubled_in_the_middle_of_a_quiet_wall() {
        let photo = product_photo(&square(), StudioSetup::of(1, 0, false)).expect("composed");
        let photo = image::load_from_memory(&photo).expect("a picture").into_rgb8();
        assert_eq!((photo.width(), photo.height()), (WIDTH, HEIGHT));
        let red = |x, y| photo.get_pixel(x, y).0[1] < 60;
        assert!(red(420, 315) && red(324, 219) && red(516, 411));
        assert!(!red(316, 315) && !red(524, 315) && !red(420, 211) && !red(420, 423));
        for corner in [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1)] {
            assert!(photo.get_pixel(corner.0, corner.1).0.iter().all(|&channel| channel > 130));
        }
    }

    #[test]
    fn a_products_pictures_differ() {
        let looks = [
            StudioSetup::of(5, 0, false),
            StudioSetup::of(5, 1, true),
            StudioSetup::of(5, 2, true),
            StudioSetup::of(6, 0, false),
        ];
        let walls: std::collections::HashSet<_> = looks.iter().map(|look| look.wall).collect();
        assert_eq!(walls.len(), looks.len());
        assert!(looks[1].mirrored && !looks[0].mirrored);
    }
}
