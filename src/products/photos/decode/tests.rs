use image::{ImageFormat, RgbImage};
use proptest::prelude::*;

use super::super::fixtures;
use super::*;

const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

fn refused(bytes: &[u8]) -> PhotoRejected {
    decode(bytes).expect_err("refused")
}

#[test]
fn the_formats_are_known_by_their_content() {
    let gif = fixtures::gif(40, 30, false);
    for file in FORMATS.map(|format| fixtures::picture(40, 30, format)).into_iter().chain([gif]) {
        let decoded = decode(&file).expect("a picture");
        assert_eq!((decoded.pixels.width(), decoded.pixels.height()), (40, 30));
    }
}

#[test]
fn anything_else_is_no_picture() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for bytes in [&b"BM"[..], b"%PDF-1.7", b"\0\0\0\x14ftypisom\0\0\0\0mp42", b"\0\0\0\0ftyp", svg] {
        assert_eq!(refused(bytes), PhotoRejected::NotAPicture);
    }
    for cut in [&b"\xFF\xD8\xFF"[..], b"GIF89a", b"GIF89a\x01\0\x01\0\0\0\0;"] {
        assert_eq!(refused(cut), PhotoRejected::Damaged);
    }
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
    assert_eq!(decoded.pixels.as_bytes().len(), 8 * 8 * 3, "sixteen bits a channel in the file");
    assert_eq!(decoded.profile, None);
}

#[test]
fn what_a_picture_takes_is_known_from_its_header() {
    assert_eq!(memory_needed(&fixtures::png_claiming(5_000, 4_000)), Ok(1667 * 1334 * 9 + OVERHEAD));
    let mut jpeg = fixtures::jpeg_claiming(5_000, 4_000);
    assert_eq!(memory_needed(&jpeg), Ok(60_000_000 + jpeg.len() as u64 + OVERHEAD));
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 1] = 0xC2;
    assert_eq!(memory_needed(&jpeg), Ok(288_000_000 + jpeg.len() as u64 + OVERHEAD), "progressive");
    assert_eq!(memory_needed(&fixtures::png_claiming(11_000, 11_000)), Err(PhotoRejected::TooManyPixels));
}

/// H2: what would need more than all photos together may have.
#[tokio::test]
async fn a_large_progressive_jpeg_is_refused_by_its_header() {
    let mut jpeg = fixtures::jpeg_claiming(7_000, 7_000);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 1] = 0xC2;
    let refused = super::super::process(jpeg.into()).await.err();
    assert_eq!(refused, Some(PhotoRejected::TooMuchMemory));
}

/// Cases 2 and 3.
#[test]
fn what_cant_be_read_is_refused_by_its_name() {
    assert_eq!(refused(b""), PhotoRejected::Empty);
    assert_eq!(refused(include_bytes!("../cases/phone.heic")), PhotoRejected::Heic);
    assert_eq!(refused(include_bytes!("../cases/still.avif")), PhotoRejected::Avif);
    assert_eq!(refused(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), PhotoRejected::Avif);
    assert_eq!(refused(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), PhotoRejected::Heic);
}

#[test]
fn the_first_frame_of_an_animation_is_taken() {
    let frames: [(&[u8], [u8; 3]); 5] = [
        (include_bytes!("../cases/animated.gif"), [220, 30, 30]),
        (include_bytes!("../cases/still.gif"), [220, 30, 30]),
        (include_bytes!("../cases/animated.webp"), [209, 37, 29]),
        (&fixtures::animated_png(), [127, 127, 99]),
        (&fixtures::animated_webp(), [99, 99, 99]),
    ];
    for (file, right) in frames {
        let decoded = decode(file).expect("a picture");
        let middle = (decoded.size.0 / 2, decoded.size.1 / 2);
        assert_eq!(decoded.pixels.into_rgb8()[middle].0, right);
    }
}

#[test]
fn rows_in_another_order_make_the_same_picture() {
    for (width, height) in [(1, 1), (3, 2), (40, 30), (33, 65)] {
        let plain = decode(&fixtures::gif(width, height, false)).expect("a picture");
        let interlaced = decode(&fixtures::gif(width, height, true)).expect("a picture");
        assert_eq!(interlaced.pixels, plain.pixels);
        let (width, height) = (width.into(), height.into());
        let plain = decode(&fixtures::picture(width, height, ImageFormat::Png)).expect("a picture");
        let interlaced = decode(&fixtures::interlaced_png(width, height)).expect("a picture");
        assert_eq!(interlaced.pixels, plain.pixels);
    }
}

#[test]
fn a_frame_lies_where_it_says() {
    let mut file = fixtures::gif(8, 8, false);
    // The screen larger than the frame, and the frame partly outside of it.
    file[6..10].copy_from_slice(&[10, 0, 10, 0]);
    let frame = 13 + 12;
    let frame = frame + file[frame..].iter().position(|&byte| byte == 0x2C).expect("a frame");
    file[frame + 1..frame + 5].copy_from_slice(&[5, 0, 6, 0]);
    let options = |file: &[u8]| decode(file).map(|decoded| decoded.pixels.into_rgb8());
    match options(&file) {
        Ok(pixels) => {
            assert_eq!(pixels.dimensions(), (10, 10));
            assert_eq!((pixels[(4, 9)].0, pixels[(5, 5)].0), ([255; 3], [255; 3]));
            assert_eq!((pixels[(5, 6)].0, pixels[(9, 9)].0), ([200, 0, 0], [0, 200, 0]));
        }
        Err(refused) => panic!("{refused}"),
    }
    let screen_of_nothing = [&b"GIF89a\0\0\0\0"[..], &file[10..]].concat();
    assert_eq!(options(&screen_of_nothing), Err(PhotoRejected::Damaged));
    file[frame + 5..frame + 9].copy_from_slice(&[255; 4]);
    assert_eq!(options(&file), Err(PhotoRejected::TooManyPixels));
}

/// The decoder would make room for it first.
#[test]
fn a_frame_of_an_animation_is_as_large_as_it_says() {
    let mut file = fixtures::animated_webp();
    let frame = file.windows(4).position(|name| name == b"VP8 ").expect("a frame");
    file[frame + 14..frame + 18].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    assert!(!truncation::is_complete(&file, (8, 8)));
    assert_eq!(refused(&file), PhotoRejected::Damaged);
}

#[test]
fn files_cut_short_are_refused() {
    for format in FORMATS {
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

fn files() -> Vec<Vec<u8>> {
    let others = [
        fixtures::gif(24, 24, false),
        fixtures::gif(24, 24, true),
        fixtures::animated_webp(),
        fixtures::animated_png(),
        fixtures::interlaced_png(24, 24),
    ];
    FORMATS.map(|format| fixtures::noise(24, 24, format)).into_iter().chain(others).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever is wrong with a file, it is refused or shown, and nothing falls over.
    #[test]
    fn broken_files_do_no_harm(
        file in prop::sample::select(files()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = file;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(decoded) = decode(&bytes) {
            let _: RgbImage = decoded.pixels.into_rgb8();
        }
    }
}
