//! A picture made smaller while its rows come in, so that it is never whole in memory.

use image::{DynamicImage, ImageBuffer};

use super::{MAX_SIDE, PhotoRejected, Size};

/// Squares of so many pixels a side become one; what is left is at least as large as [`Size::Large`], where the picture is.
pub(super) fn factor(width: u32, height: u32) -> u32 {
    (width.max(height) / Size::Large.side()).max(1)
}

/// Takes rows, or every so many pixels of one, in any order. What is transparent, or was never added, is white.
pub(super) struct Shrink {
    width: u32,
    height: u32,
    factor: u32,
    /// One for grey, three for colours.
    channels: usize,
    /// How many squares there are in a row.
    across: usize,
    /// How much darker than white the pixels of each square are together, by channel.
    darkness: Vec<u16>,
}

const _: () = assert!((MAX_SIDE / Size::Large.side()).pow(2) * 255 <= u16::MAX as u32, "the sums have room");

/// Where the pixels of a row lie in the picture.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub y: u32,
    /// Of the first pixel.
    pub x: u32,
    /// From one to the next.
    pub step: u32,
}

impl Shrink {
    pub(super) fn new(width: u32, height: u32, is_grey: bool) -> Self {
        let factor = factor(width, height);
        let channels = if is_grey { 1 } else { 3 };
        let across = width.div_ceil(factor) as usize;
        let darkness = vec![0; across * height.div_ceil(factor) as usize * channels];
        Self { width, height, factor, channels, across, darkness }
    }

    /// Bytes that this takes at most: the sums, and the picture made of them.
    pub(super) fn memory_needed(width: u32, height: u32) -> u64 {
        let factor = factor(width, height);
        u64::from(width.div_ceil(factor)) * u64::from(height.div_ceil(factor)) * 3 * 3
    }

    /// Adds pixels of so many samples each: the channels, and the alpha channel where there is one more.
    pub(super) fn add(&mut self, at: Place, pixels: &[u8], samples: usize) {
        if at.y >= self.height || at.x >= self.width {
            return;
        }
        let (factor, channels) = (self.factor, self.channels);
        let row = self.across * channels;
        let squares = &mut self.darkness[(at.y / factor) as usize * row..][..row];
        let room = (self.width - at.x).div_ceil(at.step) as usize;
        let (mut square, mut beyond) = ((at.x / factor) as usize * channels, at.x % factor);
        for pixel in pixels.chunks_exact(samples).take(room) {
            let alpha = if samples > channels { u16::from(pixel[channels]) } else { 255 };
            for (sum, &channel) in squares[square..square + channels].iter_mut().zip(pixel) {
                let dark = 255 - u16::from(channel);
                *sum += if alpha == 255 { dark } else { dark * alpha / 255 };
            }
            beyond += at.step;
            while beyond >= factor {
                beyond -= factor;
                square += channels;
            }
        }
    }

    /// The mean of each square. Those at the right and lower edge may be of fewer pixels.
    pub(super) fn finish(self) -> Result<DynamicImage, PhotoRejected> {
        let row = self.across * self.channels;
        let mut pixels = Vec::with_capacity(self.darkness.len());
        for (y, squares) in self.darkness.chunks_exact(row).enumerate() {
            let high = self.factor.min(self.height - y as u32 * self.factor);
            for (x, square) in squares.chunks_exact(self.channels).enumerate() {
                let count = high * self.factor.min(self.width - x as u32 * self.factor);
                pixels.extend(square.iter().map(|&dark| 255 - ((u32::from(dark) + count / 2) / count) as u8));
            }
        }
        let (across, down) = (self.across as u32, self.height.div_ceil(self.factor));
        let picture = if self.channels == 1 {
            ImageBuffer::from_raw(across, down, pixels).map(DynamicImage::ImageLuma8)
        } else {
            ImageBuffer::from_raw(across, down, pixels).map(DynamicImage::ImageRgb8)
        };
        picture.ok_or(PhotoRejected::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean_in_whatever_order_the_rows_come() {
        let (width, height) = (3 * Size::Large.side() + 2, 7);
        let mut shrink = Shrink::new(width, height, true);
        for y in [6, 1, 0, 5, 2, 3, 4] {
            // The odd pixels of each row first.
            for x in [1, 0] {
                let row: Vec<u8> = (x..width).step_by(2).map(|x| (x % 3 * 30 + y * 10) as u8).collect();
                shrink.add(Place { y, x, step: 2 }, &row, 1);
            }
        }
        let small = shrink.finish().expect("a picture").into_luma8();
        assert_eq!(small.dimensions(), (1601, 3));
        assert_eq!([0, 1, 2].map(|y| small.get_pixel(0, y).0[0]), [40, 70, 90]);
        assert_eq!(small.get_pixel(1600, 2).0[0], 75, "two pixels of the last row alone");
    }

    #[test]
    fn what_is_transparent_or_missing_is_white() {
        let mut shrink = Shrink::new(3, 2, false);
        shrink.add(Place { y: 0, x: 0, step: 1 }, &[10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51], 4);
        // More than there is room for.
        shrink.add(Place { y: 1, x: 2, step: 1 }, &[7; 40], 4);
        shrink.add(Place { y: 2, x: 0, step: 1 }, &[7; 12], 4);
        let small = shrink.finish().expect("a picture").into_rgb8();
        assert_eq!(small.get_pixel(0, 0).0, [10, 20, 30]);
        assert_eq!(small.get_pixel(1, 0).0, [255; 3]);
        assert_eq!(small.get_pixel(2, 0).0, [204; 3]);
        assert_eq!(small.get_pixel(1, 1).0, [255; 3]);
    }
}
