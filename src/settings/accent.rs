//! The marketplace's own colour, and what pages can be made of it: adjusted where it couldn't be read.
//!
//! WCAG 2 AA: text has a contrast of 4.5 to what it stands on. A colour is made darker on light pages, lighter on dark
//! ones, until it has; its hue stays (OKLCH). Invariant, held by a test over the whole cube of colours: every pair that a
//! page uses holds 4.5 in both themes, whatever was chosen.

use crate::settings::sentences;
use color::{Oklch, OpaqueColor, Srgb};

type Color = OpaqueColor<Srgb>;

/// WCAG 2 AA for text.
const TEXT_CONTRAST: f32 = 4.5;
/// What sets my bubbles apart from a dark page.
const BUBBLE_CONTRAST: f32 = 1.4;
const STEP: f32 = 0.01;

/// The grounds of `static/css/tokens.css`: of the light theme the darkest, of the dark one the lightest. A colour that
/// can be read on these can be read on the others.
const LIGHT_GROUND: [u8; 3] = [0xf2, 0xed, 0xe4];
const DARK_GROUND: [u8; 3] = [0x21, 0x1e, 0x1a];
const WHITE: [u8; 3] = [0xff; 3];
const NEARLY_BLACK: [u8; 3] = [0x10, 0x0e, 0x0b];

/// A colour that somebody has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent([u8; 3]);

impl Accent {
    /// `#0d5c49`, `0D5C49` or `#abc`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().trim_start_matches('#');
        let digits: Vec<u8> =
            hex.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
        match digits[..] {
            [r, g, b] => Some(Accent([r * 17, g * 17, b * 17])),
            [a, b, c, d, e, f] => Some(Accent([a * 16 + b, c * 16 + d, e * 16 + f])),
            _ => None,
        }
    }

    pub fn hex(self) -> String {
        hex(self.0)
    }

    /// How it is shown where it can't be shown as it is, for whoever chose it; nothing, if it can.
    pub fn adjusted(self) -> Option<String> {
        let (light, dark) = (Shades::light(self), Shades::dark(self));
        let [on_light, on_dark] = [hex(light.brand), hex(dark.brand)];
        let own = self.hex();
        match (on_light == own, on_dark == own) {
            (true, true) => None,
            (false, true) => Some(sentences::light_pages_show_it_darker(on_light)),
            (true, false) => Some(sentences::dark_pages_show_it_lighter(on_dark)),
            (false, false) => Some(sentences::both_themes_show_it_otherwise(on_light, on_dark)),
        }
    }
}

/// What one theme's tokens are, by the names of `tokens.css`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shades {
    pub brand: [u8; 3],
    pub brand_strong: [u8; 3],
    pub brand_ink: [u8; 3],
    pub brand_soft: [u8; 3],
    pub brand_soft_ink: [u8; 3],
    pub bubble: [u8; 3],
    pub bubble_soft: [u8; 3],
}

impl Shades {
    pub fn light(Accent(chosen): Accent) -> Self {
        let brand = until(chosen, LIGHT_GROUND, TEXT_CONTRAST, -STEP);
        let brand_soft = mix(brand, WHITE, 0.12);
        Shades {
            brand,
            brand_strong: shifted(brand, -0.07),
            brand_ink: WHITE,
            brand_soft,
            brand_soft_ink: until(brand, brand_soft, TEXT_CONTRAST, -STEP),
            bubble: brand,
            bubble_soft: until(mix(WHITE, brand, 0.8), brand, TEXT_CONTRAST, STEP),
        }
    }

    pub fn dark(accent: Accent) -> Self {
        let brand = until(accent.0, DARK_GROUND, TEXT_CONTRAST, STEP);
        let brand_soft = mix(brand, DARK_GROUND, 0.16);
        let bubble = until(Self::light(accent).brand, DARK_GROUND, BUBBLE_CONTRAST, STEP);
        Shades {
            brand,
            brand_strong: shifted(brand, 0.06),
            brand_ink: NEARLY_BLACK,
            brand_soft,
            brand_soft_ink: until(brand, brand_soft, TEXT_CONTRAST, STEP),
            bubble,
            bubble_soft: until(mix(WHITE, bubble, 0.8), bubble, TEXT_CONTRAST, STEP),
        }
    }
}

pub(super) fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn color([r, g, b]: [u8; 3]) -> Color {
    OpaqueColor::from_rgb8(r, g, b)
}

/// Of WCAG: 1 to 21.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f32 {
    let (a, b) = (color(one).relative_luminance(), color(other).relative_luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// With another lightness, from 0 to 1.
fn shifted(rgb: [u8; 3], by: f32) -> [u8; 3] {
    let [lightness, chroma, hue] = color(rgb).convert::<Oklch>().components;
    let to = OpaqueColor::<Oklch>::new([(lightness + by).clamp(0.0, 1.0), chroma, hue]);
    let color::Rgba8 { r, g, b, .. } = to.convert::<Srgb>().to_rgba8();
    [r, g, b]
}

/// The first that has this contrast to `ground`, going lighter or darker; black or white at last.
fn until(rgb: [u8; 3], ground: [u8; 3], wanted: f32, step: f32) -> [u8; 3] {
    let end = if step > 0.0 { WHITE } else { [0; 3] };
    let tries = (0..=100).map(|times| shifted(rgb, step * times as f32));
    std::iter::once(rgb).chain(tries).find(|it| contrast(*it, ground) >= wanted).unwrap_or(end)
}

/// So much of the first in the second.
fn mix(one: [u8; 3], other: [u8; 3], part: f32) -> [u8; 3] {
    std::array::from_fn(|at| (f32::from(one[at]) * part + f32::from(other[at]) * (1.0 - part)).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_chosen_can_be_read() {
        let levels = [0, 51, 102, 153, 204, 255];
        let all = levels.iter().flat_map(|r| levels.iter().flat_map(move |g| levels.map(|b| [*r, *g, b])));
        for chosen in all {
            let accent = Accent(chosen);
            for (shades, ground) in
                [(Shades::light(accent), LIGHT_GROUND), (Shades::dark(accent), DARK_GROUND)]
            {
                for (text, on) in [
                    (shades.brand, ground),
                    (shades.brand_strong, ground),
                    (shades.brand_ink, shades.brand),
                    (shades.brand_ink, shades.brand_strong),
                    (shades.brand_soft_ink, shades.brand_soft),
                    (WHITE, shades.bubble),
                    (shades.bubble_soft, shades.bubble),
                ] {
                    let has = contrast(text, on);
                    assert!(has >= TEXT_CONTRAST, "{}: {text:?} on {on:?}: {has}", accent.hex());
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let spruce = Accent::parse("#0D5C49").unwrap();
        assert_eq!(hex(Shades::light(spruce).brand), "#0d5c49");
        let sentence = spruce.adjusted().expect("too dark for dark pages");
        assert!(sentence.contains("dark pages show it lighter"), "{sentence}");
        let yellow = Accent::parse("fe0").unwrap();
        assert_eq!(yellow.hex(), "#ffee00");
        assert_eq!(hex(Shades::dark(yellow).brand), "#ffee00");
        assert!(yellow.adjusted().unwrap().contains("light pages show it darker"));
        for nothing in ["", "#12", "#12345", "red", "#1234567", "#gggggg"] {
            assert_eq!(Accent::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        assert!((contrast(WHITE, [0; 3]) - 21.0).abs() < 0.01);
        assert!((contrast([0x77; 3], WHITE) - 4.48).abs() < 0.01);
    }
}
