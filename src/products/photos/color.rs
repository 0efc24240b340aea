//! Colours as they were meant: what a profile says is reckoned into the pixels, since no profile is passed on.

use std::io::Read;
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use image::{DynamicImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, Transform8BitExecutor, TransformOptions};

/// The most bytes a profile may have, unfolded. Those of cameras and screens have a few thousand.
const MAX_PROFILE: usize = 1024 * 1024;
/// The most parts a profile may have: each is read, and all of them may be the same bytes.
const MAX_TAGS: u32 = 64;
/// The most numbers in one of its tables: 33 steps in three dimensions, three channels, and some more.
const MAX_TABLE: usize = 128 * 1024;
/// A profile that changes no colour by more than this is left alone.
const SAME: u8 = 2;

/// The picture in sRGB. A profile that can't be read, or isn't for pixels of this kind, changes nothing.
pub(super) fn to_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> RgbImage {
    let Some(profile) = profile.and_then(parse) else {
        return picture.into_rgb8();
    };
    match (profile.color_space, picture) {
        (DataColorSpace::Gray, DynamicImage::ImageLuma8(grey)) => {
            let mut rgb = RgbImage::new(grey.width(), grey.height());
            let done = transform(&profile, Layout::Gray).map(|it| it.transform(&grey, &mut rgb));
            if matches!(done, Some(Ok(()))) { rgb } else { DynamicImage::ImageLuma8(grey).into_rgb8() }
        }
        (DataColorSpace::Rgb, picture) => {
            let rgb = picture.into_rgb8();
            let Some(transform) = transform(&profile, Layout::Rgb).filter(|it| !changes_nothing(&**it))
            else {
                return rgb;
            };
            let mut srgb = RgbImage::new(rgb.width(), rgb.height());
            if transform.transform(&rgb, &mut srgb).is_ok() { srgb } else { rgb }
        }
        (_, picture) => picture.into_rgb8(),
    }
}

fn parse(profile: &[u8]) -> Option<ColorProfile> {
    let tags = u32::from_be_bytes(*profile.get(128..)?.first_chunk()?);
    if profile.len() > MAX_PROFILE || tags > MAX_TAGS {
        return None;
    }
    let options = ParsingOptions {
        max_profile_size: MAX_PROFILE + 1,
        max_allowed_clut_size: MAX_TABLE,
        ..ParsingOptions::default()
    };
    ColorProfile::new_from_slice_with_options(profile, options).ok()
}

fn transform(profile: &ColorProfile, from: Layout) -> Option<Arc<Transform8BitExecutor>> {
    let options = TransformOptions::default();
    profile.create_transform_8bit(from, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()
}

/// Whether it is sRGB by whatever name: tried on colours from all over.
fn changes_nothing(transform: &Transform8BitExecutor) -> bool {
    let steps = [0, 51, 102, 153, 204, 255];
    let of_red = |red| steps.into_iter().flat_map(move |green| steps.map(|blue| [red, green, blue]));
    let colors: Vec<u8> = steps.into_iter().flat_map(of_red).flatten().collect();
    let mut changed = vec![0; colors.len()];
    transform.transform(&colors, &mut changed).is_ok()
        && colors.iter().zip(&changed).all(|(before, after)| before.abs_diff(*after) <= SAME)
}

/// A PNG's profile; none, where it unfolds to more than one has.
pub(super) fn of_png(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = file.get(8..)?;
    loop {
        let (length, named) = rest.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (name, after) = named.split_first_chunk::<4>()?;
        match name {
            b"iCCP" => return unfold(after.get(..length)?),
            b"IDAT" => return None,
            _ => rest = after.get(length..)?.get(4..)?,
        }
    }
}

/// After its name and a byte that says how it is folded, which is always the same way.
fn unfold(chunk: &[u8]) -> Option<Vec<u8>> {
    let name = chunk.iter().position(|&byte| byte == 0)?;
    let mut profile = Vec::new();
    let folded = ZlibDecoder::new(chunk.get(name + 2..)?);
    folded.take(MAX_PROFILE as u64 + 1).read_to_end(&mut profile).ok()?;
    (profile.len() <= MAX_PROFILE).then_some(profile)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb};
    use proptest::prelude::*;

    use super::super::{Size, fixtures, process_now};
    use super::*;

    const JPEG: &[u8] = include_bytes!("cases/wide-gamut.jpg");
    const PNG: &[u8] = include_bytes!("cases/wide-gamut.png");
    const WEBP: &[u8] = include_bytes!("cases/channels-swapped.webp");

    fn near(pixel: Rgb<u8>, right: [u8; 3]) -> bool {
        pixel.0.iter().zip(right).all(|(&channel, right)| channel.abs_diff(right) <= 6)
    }

    /// Case 1.
    #[test]
    fn colors_are_shown_as_the_profile_means_them() {
        for (file, right) in [(JPEG, [219, 67, 48]), (PNG, [0, 164, 81]), (WEBP, [220, 0, 51])] {
            let photo = process_now(file).expect("a photo");
            for size in Size::ALL {
                let shown = image::load_from_memory(photo.file(size)).expect("a picture").into_rgb8();
                let middle = *shown.get_pixel(shown.width() / 2, shown.height() / 2);
                assert!(near(middle, right), "{size:?}: {middle:?} for {right:?}");
                assert!(!fixtures::contains(photo.file(size), b"ICC"));
            }
        }
    }

    #[test]
    fn grey_is_converted_by_a_profile_for_grey_alone() {
        let grey = || DynamicImage::ImageLuma8(image::GrayImage::from_pixel(2, 2, image::Luma([100])));
        let linear = ColorProfile::new_gray_with_gamma(1.0).encode().expect("a profile");
        assert!(near(to_srgb(grey(), Some(&linear))[(1, 1)], [168; 3]));
        let color = || DynamicImage::ImageRgb8(RgbImage::from_pixel(2, 2, Rgb([100, 0, 0])));
        assert_eq!(to_srgb(color(), Some(&linear))[(1, 1)].0, [100, 0, 0]);
        let wide = ColorProfile::new_display_p3().encode().expect("a profile");
        assert!(near(to_srgb(grey(), Some(&wide))[(1, 1)], [100; 3]));
        // A decoder has made RGB of CMYK.
        let mut cmyk = wide.clone();
        cmyk[16..20].copy_from_slice(b"CMYK");
        assert_eq!(to_srgb(color(), Some(&cmyk))[(1, 1)].0, [100, 0, 0]);
        assert!(to_srgb(color(), Some(&wide))[(1, 1)].0[0] > 100);
    }

    #[test]
    fn srgb_by_any_name_changes_nothing() {
        let srgb = ColorProfile::new_srgb().encode().expect("a profile");
        let picture = image::load_from_memory(&fixtures::noise(40, 40, ImageFormat::Png)).expect("a picture");
        assert_eq!(to_srgb(picture.clone(), Some(&srgb)), picture.into_rgb8());
    }

    #[test]
    fn a_profile_with_more_parts_than_one_has_is_left_alone() {
        let mut profile = ColorProfile::new_display_p3().encode().expect("a profile");
        assert!(parse(&profile).is_some());
        profile.resize(MAX_PROFILE, 0);
        profile[128..132].copy_from_slice(&80_000_u32.to_be_bytes());
        assert!(parse(&profile).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn broken_profiles_do_no_harm(
            file in prop::sample::select(vec![JPEG, WEBP]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut bytes = file.to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = process_now(&bytes);
        }

        #[test]
        fn broken_profiles_are_left_alone(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut profile = of_png(PNG).expect("a profile");
            for (at, byte) in changes {
                let at = at.index(profile.len());
                profile[at] = byte;
            }
            to_srgb(DynamicImage::new_rgb8(3, 3), Some(&profile));
            to_srgb(DynamicImage::new_luma8(3, 3), Some(&profile));
        }
    }
}
