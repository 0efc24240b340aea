//! The app's icon in the sizes that systems ask for, made of the marketplace's logo, or of our mark in its colour.
//!
//! Made when it is first asked for, and kept for as long as the marketplace looks like that: five small pictures. One is made
//! at a time, so that strangers who ask for all of them at once cost no more than one.

use std::{collections::HashMap, io::Read as _, sync::Arc};

use anyhow::Context as _;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use image::{ImageFormat, Rgba, RgbaImage, imageops};
use tokio::sync::Mutex;

use crate::{
    products::photos::{PhotoKey, Size, Uploads},
    web::{Error, LiveMarketplace, Marketplace, Path, Result, assets},
};

/// Our mark, 512 × 512: red where it has the marketplace's colour, green where it is white, blue where it is marigold.
const MARK: &str = "img/app-icon-mask.png";
const MARIGOLD: [u8; 3] = [0xf0, 0xa2, 0x3a];
/// What stands behind a picture that a system cuts to its own shape, and how much of that picture is safe from it.
const PAPER: Rgba<u8> = Rgba([0xfa, 0xf7, 0xf2, 0xff]);
const SAFE: f32 = 0.62;

/// The files, by name: how large, and whether a system may cut it.
const FILES: [(&str, u32, bool); 5] = [
    ("any-192.png", 192, false),
    ("any-512.png", 512, false),
    ("maskable-192.png", 192, true),
    ("maskable-512.png", 512, true),
    ("touch-180.png", 180, true),
];

#[derive(Clone)]
struct Icons {
    marketplace: LiveMarketplace,
    uploads: Uploads,
    /// Of which version, and those made so far.
    made: Arc<Mutex<(String, HashMap<&'static str, Bytes>)>>,
}

pub(super) fn router(marketplace: LiveMarketplace, uploads: Uploads) -> Router {
    Router::new().route("/icons/{version}/{file}", get(show)).with_state(Icons {
        marketplace,
        uploads,
        made: Arc::default(),
    })
}

async fn show(State(icons): State<Icons>, Path((asked, file)): Path<(String, String)>) -> Result<Response> {
    let &(name, side, is_cut) = FILES.iter().find(|(name, ..)| *name == file).ok_or(Error::NotFound)?;
    let marketplace = icons.marketplace.current();
    let version = marketplace.icon_version();
    // A node that doesn't know this version yet, or no longer, answers with its own, uncached.
    let caching = if asked == version { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut made = icons.made.lock().await;
    if made.0 != version {
        *made = (version, HashMap::new());
    }
    let bytes = match made.1.get(name) {
        Some(bytes) => bytes.clone(),
        None => {
            let bytes = make(&icons.uploads, &marketplace, side, is_cut).await.map_err(Error::Internal)?;
            made.1.insert(name, bytes.clone());
            bytes
        }
    };
    drop(made);
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, caching)];
    Ok((headers, bytes).into_response())
}

async fn make(
    uploads: &Uploads,
    marketplace: &Marketplace,
    side: u32,
    is_cut: bool,
) -> anyhow::Result<Bytes> {
    let logo = marketplace.logo.as_ref().and_then(|logo| logo.key.parse::<PhotoKey>().ok());
    let (uploads, brand) = (uploads.clone(), marketplace.brand().to_owned());
    let stored = match logo {
        Some(key) => Some(uploads.read(&uploads.name(&key, Size::Medium)).await.context("reading the logo")?),
        None => None,
    };
    let making = move || {
        let picture = match stored {
            Some(mut stored) => {
                let mut bytes = Vec::new();
                stored.data.read_to_end(&mut bytes)?;
                image::load_from_memory(&bytes)?.to_rgba8()
            }
            None => mark(&brand)?,
        };
        let mut png = std::io::Cursor::new(Vec::new());
        on_square(&picture, side, is_cut).write_to(&mut png, ImageFormat::Png)?;
        anyhow::Ok(Bytes::from(png.into_inner()))
    };
    tokio::task::spawn_blocking(making).await.context("making an icon")?
}

/// Our mark in this colour.
fn mark(brand: &str) -> anyhow::Result<RgbaImage> {
    let digits = u32::from_str_radix(brand.trim_start_matches('#'), 16).context("a colour")?;
    let [_, brand @ ..] = digits.to_be_bytes();
    let mut picture = image::load_from_memory(&assets::file(MARK).context("no mark")?)?.to_rgba8();
    for pixel in picture.pixels_mut() {
        let Rgba([tag, white, marigold, _]) = *pixel;
        let mix = |under: u8, over: u8, part: u8| {
            ((u32::from(under) * (255 - u32::from(part)) + u32::from(over) * u32::from(part)) / 255) as u8
        };
        let channel = |at: usize| mix(mix(brand[at], MARIGOLD[at], marigold), 0xff, white);
        *pixel = Rgba([channel(0), channel(1), channel(2), tag]);
    }
    Ok(picture)
}

/// In the middle of a square, whole: on nothing, or on paper with room around it.
fn on_square(picture: &RgbaImage, side: u32, is_cut: bool) -> RgbaImage {
    let room = if is_cut { (side as f32 * SAFE) as u32 } else { side };
    let longer = picture.width().max(picture.height()).max(1);
    let scaled = |length: u32| (length * room / longer).max(1);
    let small = imageops::resize(
        picture,
        scaled(picture.width()),
        scaled(picture.height()),
        imageops::FilterType::Lanczos3,
    );
    let mut square = RgbaImage::from_pixel(side, side, if is_cut { PAPER } else { Rgba([0; 4]) });
    let at = |length: u32| i64::from((side - length) / 2);
    imageops::overlay(&mut square, &small, at(small.width()), at(small.height()));
    square
}
