//! The style sheet with the marketplace's own colours.

use sha2::{Digest as _, Sha256};

use super::accent::{Accent, Shades, hex};
use crate::web::Theme;

/// Overrides the tokens of `static/css/tokens.css`, in their layer.
pub(super) fn theme(accent: Accent) -> Theme {
    let shades = Shades::light(accent);
    let (light, dark) = (tokens(shades), tokens(Shades::dark(accent)));
    let css = format!(
        "@layer tokens {{\n:root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n}}\n"
    );
    let version = Sha256::digest(&css).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Theme { css: css.into(), brand: hex(shades.brand), version }
}

fn tokens(shades: Shades) -> String {
    let white = [0xff; 3];
    [
        ("brand", shades.brand),
        ("brand-strong", shades.brand_strong),
        ("brand-ink", shades.brand_ink),
        ("brand-text", shades.brand),
        ("brand-soft", shades.brand_soft),
        ("brand-soft-ink", shades.brand_soft_ink),
        ("bubble-mine", shades.bubble),
        ("bubble-mine-ink", white),
        ("bubble-mine-soft", shades.bubble_soft),
    ]
    .map(|(token, color)| format!("--{token}: {};", hex(color)))
    .join(" ")
}
