//! The Web App Manifest (W3C): the pages as an app on somebody's Home Screen or desktop.

use serde_json::{Value, json};

use crate::web::{Marketplace, assets};

/// Of a light page, which stands behind the app while it opens (`--paper` in `static/css/tokens.css`).
const PAPER: &str = "#faf7f2";
/// Under an icon there is no room for more.
const MAX_SHORT_NAME: usize = 12;

pub(super) fn manifest(marketplace: &Marketplace) -> Value {
    let icon = |file: &str, sizes: &str, purpose: &str| json!({ "src": marketplace.icon_url(file), "type": "image/png", "sizes": sizes, "purpose": purpose });
    let shortcut = |name: &str, url: &str, file: &str| {
        let icons = [json!({ "src": assets::url(file), "type": "image/png", "sizes": "96x96" })];
        json!({ "name": name, "url": url, "icons": icons })
    };
    let screenshot = |file: &str, sizes: &str, form: &str, label: &str| {
        let src = assets::url(&format!("img/screenshots/{file}"));
        json!({ "src": src, "type": "image/webp", "sizes": sizes, "form_factor": form, "label": label })
    };
    json!({
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": marketplace.name,
        "short_name": short_name(&marketplace.name),
        "description": marketplace.line(),
        "lang": "en",
        "categories": ["shopping"],
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            icon("any-192.png", "192x192", "any"),
            icon("any-512.png", "512x512", "any"),
            icon("maskable-192.png", "192x192", "maskable"),
            icon("maskable-512.png", "512x512", "maskable"),
        ],
        "screenshots": [
            screenshot("narrow-product.webp", "780x1688", "narrow", "A product, with the chat below it"),
            screenshot("narrow-room.webp", "780x1688", "narrow", "A conversation"),
            screenshot("wide-product.webp", "1280x800", "wide", "A product and the chat beside it"),
        ],
        "shortcuts": [
            shortcut("Sell", "/seller/products/new", "img/shortcut-sell.png"),
            shortcut("Messages", "/messages", "img/shortcut-messages.png"),
        ],
        // Pictures from the gallery become a product (`products/pages/share.rs`).
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{ "name": "photos", "accept": ["image/jpeg", "image/png", "image/webp", "image/gif"] }],
            },
        },
        "launch_handler": { "client_mode": "navigate-existing" },
    })
}

/// The whole name where it is short, else as many of its words as have room.
fn short_name(name: &str) -> String {
    let mut short = String::new();
    for word in name.split_whitespace() {
        let with_word = if short.is_empty() { word.to_owned() } else { format!("{short} {word}") };
        if with_word.chars().count() > MAX_SHORT_NAME {
            break;
        }
        short = with_word;
    }
    if short.is_empty() { name.chars().take(MAX_SHORT_NAME).collect() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_whole_words_where_it_can_be() {
        for (name, short) in [
            ("Haggle", "Haggle"),
            ("Flea market of Brno", "Flea market"),
            ("Kleinanzeigenmarkt", "Kleinanzeige"),
            ("Čtyři dvory", "Čtyři dvory"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
