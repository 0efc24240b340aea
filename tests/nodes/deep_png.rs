//! A file of a megabyte at most that unfolds to far more (H2); also sent by `benches/attack/`.

/// A PNG with sixteen bits a channel and, if wanted, a colour profile that unfolds to so many bytes of nothing.
pub fn deep_png(width: u32, height: u32, profile: usize) -> Vec<u8> {
    use std::io::Write as _;

    let mut file = Vec::new();
    let mut info = png::Info::with_size(width, height);
    info.color_type = png::ColorType::Rgba;
    info.bit_depth = png::BitDepth::Sixteen;
    info.icc_profile = (profile > 0).then(|| vec![0; profile].into());
    let mut writer = png::Encoder::with_info(&mut file, info).unwrap().write_header().unwrap();
    let mut pixels = writer.stream_writer().unwrap();
    let row = vec![0xAB; width as usize * 8];
    for _ in 0..height {
        pixels.write_all(&row).unwrap();
    }
    pixels.finish().unwrap();
    drop(writer);
    file
}
