//! The style sheet with the marketplace's own colours, and the manifest of the page as an app.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::accent::{Accent, Shades, hex};
use crate::web::{Marketplace, Theme, assets};

/// Overrides the tokens of `static/css/tokens.css`, in their layer.
pub(super) fn theme(accent: Accent) -> Theme {
    let (light, dark) = (tokens(Shades::light(accent)), tokens(Shades::dark(accent)));
    let css = format!(
        "@layer tokens {{\n:root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n}}\n"
    );
    let version = Sha256::digest(&css).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Theme { css: css.into(), version }
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

/// Web App Manifest (W3C).
pub(super) fn manifest(marketplace: &Marketplace) -> Value {
    let icon = match &marketplace.logo {
        Some(logo) => json!({ "src": logo.small, "type": "image/webp", "sizes": "any" }),
        None => json!({ "src": assets::url("img/favicon.svg"), "type": "image/svg+xml", "sizes": "any" }),
    };
    json!({
        "id": "/",
        "name": marketplace.name,
        "short_name": marketplace.name,
        "description": marketplace.line(),
        "start_url": "/",
        "display": "minimal-ui",
        "background_color": "#faf7f2",
        "theme_color": "#faf7f2",
        "icons": [icon],
    })
}
