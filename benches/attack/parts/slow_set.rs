//! The largest set of photos that a product takes, over a line of 2 Mbit/s (C18).

use std::time::Duration;

use axum::body::Bytes;

use crate::{market::Market, photos, report::Report};

/// Bytes in a tenth of a second: 2 Mbit/s.
const PIECE: usize = 25_000;
const TENTH: Duration = Duration::from_millis(100);
const PHOTOS: usize = 8;

pub async fn measure(market: &Market, report: &mut Report) -> anyhow::Result<()> {
    let photo = photos::jpeg(4800, 3650, 110)?;
    let body = Bytes::from(photos::form(&vec![photo.clone(); PHOTOS]));
    let size = body.len() as f64 / 1e6;
    eprintln!("  {PHOTOS} photos of {:.1} MB at 2 Mbit/s", photo.len() as f64 / 1e6);
    let answer = photos::send(market, market.seller(399), photos::slowly(body, PIECE, TENTH)).await?;
    report.add(
        &format!("{size:.0} MB of photos at 2 Mbit/s"),
        format!("{} after {:.0} s", answer.status, answer.took.as_secs_f64()),
        "303",
        answer.status == 303,
    );
    Ok(())
}
