//! From bytes to pixels, believing nothing that the file says before it is checked.
//!
//! What a picture takes in memory is known from its header ([`memory_needed`]) and acquired before it is unfolded. A PNG
//! or a GIF is made smaller row by row. Nothing else in the file is unfolded, but for a colour profile as far as one
//! goes: a PNG's profile and texts may be a gigabyte (H2). Of an animation, the first frame is taken.

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
/// WebP: four channels, the same again with the lossless decoder's fifth for what is transparent, and a lossy frame's.
const WEBP_BYTES: u64 = 11;
/// And the canvas that a frame of an animation is put on.
const ANIMATED_WEBP_BYTES: u64 = 15;
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
            pixels * (JPEG_BYTES + 2 * truncation::jpeg_coefficients(bytes)) + bytes.len() as u64
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

#[cfg(test)]
mod tests {
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
        assert_eq!(memory_needed(&jpeg), Ok(180_000_000 + jpeg.len() as u64 + OVERHEAD), "progressive");
        assert_eq!(memory_needed(&fixtures::png_claiming(11_000, 11_000)), Err(PhotoRejected::TooManyPixels));
    }

    /// Cases 2 and 3.
    #[test]
    fn what_cant_be_read_is_refused_by_its_name() {
        assert_eq!(refused(b""), PhotoRejected::Empty);
        assert_eq!(refused(include_bytes!("cases/phone.heic")), PhotoRejected::Heic);
        assert_eq!(refused(include_bytes!("cases/still.avif")), PhotoRejected::Avif);
        assert_eq!(refused(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), PhotoRejected::Avif);
        assert_eq!(refused(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), PhotoRejected::Heic);
    }

    #[test]
    fn the_first_frame_of_an_animation_is_taken() {
        let frames: [(&[u8], [u8; 3]); 5] = [
            (include_bytes!("cases/animated.gif"), [220, 30, 30]),
            (include_bytes!("cases/still.gif"), [220, 30, 30]),
            (include_bytes!("cases/animated.webp"), [209, 37, 29]),
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
}
