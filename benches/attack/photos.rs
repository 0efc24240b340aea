//! A seller's product form with photos in it.

use std::{net::Ipv4Addr, time::Duration};

use axum::body::{Body, Bytes};
use image::{ImageFormat, Rgb, RgbImage};

use crate::{
    dataset::Person,
    http::{Answer, Client, Content},
    market::Market,
};

pub const BOUNDARY: &str = "bench-boundary";

/// The body of the form.
pub fn form(photos: &[Bytes]) -> Vec<u8> {
    let mut form = Vec::new();
    let texts = [
        ("title", "A picture"),
        ("price", "1"),
        ("currency", "EUR"),
        ("category", "home"),
        ("condition", "good"),
        ("place", "Porto"),
    ];
    for (name, value) in texts {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        form.extend(part.into_bytes());
    }
    for photo in photos {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"photo\"\r\n\r\n"
        );
        form.extend(head.into_bytes());
        form.extend_from_slice(photo);
        form.extend(b"\r\n");
    }
    form.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    form
}

/// 303, if there is such a product now.
pub async fn send(market: &Market, seller: &Person, body: Body) -> anyhow::Result<Answer> {
    let mut client = Client::new(market.addr(), Ipv4Addr::LOCALHOST, &seller.cookie);
    client.post("/seller/products", Content::Multipart(BOUNDARY, body)).await
}

/// Pieces of so many bytes, one after each pause.
pub fn slowly(bytes: Bytes, piece: usize, pause: Duration) -> Body {
    Body::from_stream(futures_util::stream::unfold((bytes, true), move |(mut rest, is_first)| async move {
        if rest.is_empty() {
            return None;
        }
        if !is_first {
            tokio::time::sleep(pause).await;
        }
        let next = rest.split_to(piece.min(rest.len()));
        Some((Ok::<_, std::convert::Infallible>(next), (rest, false)))
    }))
}

/// What a telephone makes: 12 megapixels, with as much detail as makes some megabytes of it.
pub fn of_a_telephone() -> anyhow::Result<Bytes> {
    jpeg(4032, 3024, 24)
}

/// A JPEG whose pixels differ by so much from a soft gradient.
pub fn jpeg(width: u32, height: u32, noise: u32) -> anyhow::Result<Bytes> {
    let mut state = 1_u32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 24) * noise / 256;
        Rgb([(x * 200 / width + grain) as u8, (y * 200 / height + grain) as u8, (90 + grain) as u8])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(file.into_inner().into())
}
