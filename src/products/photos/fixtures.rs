//! Files to try the pipeline with, right ones and wrong ones, made by hand where no encoder would.

use std::{
    io::{Cursor, Write},
    iter,
};

use flate2::{Compression, write::ZlibEncoder};
use image::{ColorType, DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::Processed;

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("encoded");
    file.into_inner()
}

/// A soft gradient.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    encoded(&gradient(width, height).into(), format)
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 99]))
}

/// Something that no encoder makes short.
pub fn noise(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut state = 1_u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let picture = RgbImage::from_fn(width, height, |_, _| Rgb([byte(), byte(), byte()]));
    encoded(&picture.into(), format)
}

/// A JPEG, red above and blue below.
pub fn red_top(width: u32, height: u32) -> Vec<u8> {
    let pixel = |_, y: u32| if y < height / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) };
    encoded(&RgbImage::from_fn(width, height, pixel).into(), ImageFormat::Jpeg)
}

pub fn transparent_png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_pixel(width, height, Rgba([200, 0, 0, 0]));
    encoded(&picture.into(), ImageFormat::Png)
}

/// A PNG for each way of writing pixels down.
pub fn every_kind_of_png(width: u32, height: u32) -> Vec<Vec<u8>> {
    let kinds = [
        ColorType::L8,
        ColorType::La8,
        ColorType::Rgb8,
        ColorType::Rgba8,
        ColorType::L16,
        ColorType::La16,
        ColorType::Rgb16,
        ColorType::Rgba16,
    ];
    let kind = |kind| encoded(&DynamicImage::new(width, height, kind), ImageFormat::Png);
    kinds.into_iter().map(kind).collect()
}

pub fn processed() -> Processed {
    super::process_now(&picture(40, 30, ImageFormat::Jpeg)).expect("a photo")
}

pub fn contains(file: &[u8], words: &[u8]) -> bool {
    file.windows(words.len()).any(|window| window == words)
}

/// The JPEG with one more segment at its start.
pub fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, data, &jpeg[2..]].concat()
}

/// The JPEG as a camera writes it: which side is up, who made it, and where it was.
pub fn with_exif(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let [high, low] = orientation.to_be_bytes();
    let camera = b"Haggle Camera\0";
    let (camera_at, gps_at) = (50_u32, 64_u32);
    tiff.extend(3_u16.to_be_bytes());
    tiff.extend(entry(0x010F, 2, camera.len() as u32, camera_at.to_be_bytes()));
    tiff.extend(entry(0x0112, 3, 1, [high, low, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, gps_at.to_be_bytes()));
    tiff.extend(0_u32.to_be_bytes());
    assert_eq!(tiff.len(), camera_at as usize);
    tiff.extend(camera);
    assert_eq!(tiff.len(), gps_at as usize);
    tiff.extend(1_u16.to_be_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend(0_u32.to_be_bytes());
    with_segment(jpeg, 0xE1, &[b"Exif\0\0", tiff.as_slice()].concat())
}

/// A small PNG whose header says that it is as large as this.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut png = picture(8, 8, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// A small JPEG whose header says that it is as large as this.
pub fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = picture(8, 8, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A lossy WebP in an envelope that says 8 × 8, around a frame that says `side` × `side`.
pub fn webp_with_larger_frame(side: u16) -> Vec<u8> {
    let mut simple = webp::Encoder::from_rgb(&[99; 8 * 8 * 3], 8, 8).encode(80.0).to_vec();
    simple[26..28].copy_from_slice(&side.to_le_bytes());
    simple[28..30].copy_from_slice(&side.to_le_bytes());
    riff(&[&vp8x(0), &simple[12..]].concat())
}

pub fn animated_webp() -> Vec<u8> {
    let still = webp::Encoder::from_rgb(&[99; 8 * 8 * 3], 8, 8).encode(80.0);
    let frame = [&[0; 6][..], &[7, 0, 0, 7, 0, 0], &[100, 0, 0, 0], &still[12..]].concat();
    let anim = chunk(b"ANIM", &[255, 255, 255, 255, 0, 0]);
    riff(&[vp8x(2), anim, chunk(b"ANMF", &frame)].concat())
}

/// A PNG with the chunk that makes it an animation.
pub fn animated_png() -> Vec<u8> {
    let png = picture(8, 8, ImageFormat::Png);
    [&png[..33], &png_chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]), &png[33..]].concat()
}

/// [`picture`] in seven passes.
pub fn interlaced_png(width: u32, height: u32) -> Vec<u8> {
    let pixels = gradient(width, height);
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    let passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    for (left, top, across, down) in passes.into_iter().filter(|pass| pass.0 < width) {
        for y in (top..height).step_by(down) {
            let row = (left..width).step_by(across).flat_map(|x| pixels[(x, y)].0);
            rows.write_all(&iter::once(0).chain(row).collect::<Vec<_>>()).expect("folded");
        }
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 1]].concat();
    let rows = rows.finish().expect("folded");
    let chunks = [png_chunk(b"IHDR", &header), png_chunk(b"IDAT", &rows), png_chunk(b"IEND", &[])];
    [&b"\x89PNG\r\n\x1A\n"[..], &chunks.concat()].concat()
}

fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc32(&named).to_be_bytes()].concat()
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    chunk(b"RIFF", &[b"WEBP", chunks].concat())
}

fn vp8x(flags: u8) -> Vec<u8> {
    chunk(b"VP8X", &[flags, 0, 0, 0, 7, 0, 0, 7, 0, 0])
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let padding = &[0][..data.len() % 2];
    [name, &(data.len() as u32).to_le_bytes()[..], data, padding].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

/// Sixteen bits a channel, and a colour profile that unfolds to so many bytes of nothing.
pub fn png_with_profile(width: u32, height: u32, profile: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut info = png::Info::with_size(width, height);
    info.color_type = png::ColorType::Rgba;
    info.bit_depth = png::BitDepth::Sixteen;
    info.icc_profile = Some(vec![0; profile].into());
    let mut writer =
        png::Encoder::with_info(&mut file, info).expect("a header").write_header().expect("written");
    writer.write_image_data(&vec![0xAB; (width * height * 8) as usize]).expect("written");
    writer.finish().expect("an end");
    file
}

/// A GIF of four stripes, one above the other.
pub fn gif(width: u16, height: u16, interlaced: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let palette = [200, 0, 0, 0, 200, 0, 0, 0, 200, 200, 200, 200];
    let mut encoder = gif::Encoder::new(&mut file, width, height, &palette).expect("a header");
    let rows: Vec<u16> = if interlaced {
        [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter().flat_map(|(y, by)| (y..height).step_by(by)).collect()
    } else {
        (0..height).collect()
    };
    let pixels: Vec<u8> = rows.into_iter().flat_map(|y| vec![(y * 4 / height) as u8; width.into()]).collect();
    let frame = gif::Frame { width, height, interlaced, buffer: pixels.into(), ..gif::Frame::default() };
    encoder.write_frame(&frame).expect("written");
    drop(encoder);
    file
}
