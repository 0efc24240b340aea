//! Pictures without any detail, whose decoders keep all that there is to keep (H2).

use std::io::Cursor;

use image::{ExtendedColorType, codecs::webp::WebPEncoder};

/// A progressive JPEG without any detail, three coefficients a pixel: of its decoder's kind the one that keeps most.
pub fn progressive_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"\xFF\xD8\xFF\xDB\0\x43\0".to_vec();
    file.extend([1; 64]);
    file.extend(b"\xFF\xC2\0\x11\x08");
    file.extend(height.to_be_bytes().into_iter().chain(width.to_be_bytes()));
    file.extend(b"\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    // One code of one bit: nothing changes from a block to the next.
    file.extend(b"\xFF\xC4\0\x14\0\x01");
    file.extend([0; 16]);
    file.extend(b"\xFF\xDA\0\x0C\x03\x01\0\x02\0\x03\0\0\0\0");
    let blocks = 3 * usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8);
    file.extend(vec![0; blocks.div_ceil(8)]);
    file.extend(b"\xFF\xD9");
    file
}

/// A WebP without loss and with transparency.
pub fn lossless_webp(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let pixels = [90, 120, 30, 200].repeat(width as usize * height as usize);
    WebPEncoder::new_lossless(&mut file).encode(&pixels, width, height, ExtendedColorType::Rgba8).unwrap();
    file.into_inner()
}

/// The same picture as the only frame of an animation.
pub fn animated_webp(width: u32, height: u32) -> Vec<u8> {
    let still = lossless_webp(width, height);
    let mut chunks = &still[12..];
    while &chunks[..4] != b"VP8L" {
        let length = u32::from_le_bytes(*chunks[4..].first_chunk().unwrap()) as usize;
        chunks = &chunks[8 + length + length % 2..];
    }
    let size =
        [(width - 1).to_le_bytes(), (height - 1).to_le_bytes()].map(|side| [side[0], side[1], side[2]]);
    let chunk = |name: &[u8; 4], data: &[u8]| [&name[..], &(data.len() as u32).to_le_bytes(), data].concat();
    let frame = [&[0; 6][..], &size.concat(), &[100, 0, 0, 0], chunks].concat();
    let animation = [
        chunk(b"VP8X", &[&[0x12, 0, 0, 0][..], &size.concat()].concat()),
        chunk(b"ANIM", &[0; 6]),
        chunk(b"ANMF", &frame),
    ];
    chunk(b"RIFF", &[b"WEBP".to_vec(), animation.concat()].concat())
}

/// A WebP with loss, and with transparency without it.
pub fn lossy_webp(width: u32, height: u32) -> Vec<u8> {
    let pixels = [90, 120, 30, 200].repeat(width as usize * height as usize);
    webp::Encoder::from_rgba(&pixels, width, height).encode(50.0).to_vec()
}
