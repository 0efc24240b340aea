//! Thirty-three uploads that stand still and thirty-three that creep, and an honest photo (H1).

use std::{net::Ipv4Addr, time::Duration};

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use tokio::task::JoinSet;

use crate::{
    Options,
    figures::percentile,
    http::{Client, Content},
    market::Market,
    photos,
    report::Report,
};

const UPLOADS: usize = 33;
const PHOTOS: usize = 6;
const MAX: f64 = 1000.0;

pub async fn measure(options: &Options, market: &Market, report: &mut Report) -> anyhow::Result<()> {
    let photo = photos::of_a_telephone()?;
    let body = Bytes::from(photos::form(std::slice::from_ref(&photo)));
    // The first one loads code and tables.
    honest(market, 0, 1, &body).await?;
    let rounds = options.rounds.min(3);
    let (mut quiet, mut attacked) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        quiet.extend(honest(market, 1 + 2 * round, PHOTOS, &body).await?);
        let mut uploads = JoinSet::new();
        for n in 0..2 * UPLOADS {
            let cookie = market.seller(100 + n).cookie.clone();
            let addr = market.addr();
            // The head and a hundred kilobytes; then nothing, or so much that it isn't too slow.
            let beginning = body.slice(..100_000);
            let rest = if n < UPLOADS {
                Body::from_stream(
                    futures_util::stream::iter([Ok::<_, std::convert::Infallible>(beginning)])
                        .chain(futures_util::stream::pending()),
                )
            } else {
                photos::slowly(beginning, 8192, Duration::from_secs(1))
            };
            uploads.spawn(async move {
                let mut client = Client::new(addr, Ipv4Addr::new(127, 0, 3, n as u8 + 1), &cookie);
                client.post("/seller/products", Content::Multipart(photos::BOUNDARY, rest)).await
            });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        attacked.extend(honest(market, 2 + 2 * round, PHOTOS, &body).await?);
        let open = uploads.len();
        let mut ended = 0;
        while uploads.try_join_next().is_some() {
            ended += 1;
        }
        anyhow::ensure!(ended < UPLOADS, "{ended} of {open} uploads had ended already");
        uploads.shutdown().await;
    }
    let text = format!(
        "{:.0} / {:.0} ms (quiet {:.0} / {:.0} ms; {} KB, 12 megapixels)",
        percentile(&mut attacked, 0.5),
        percentile(&mut attacked, 0.95),
        percentile(&mut quiet, 0.5),
        percentile(&mut quiet, 0.95),
        photo.len() / 1000
    );
    let p95 = percentile(&mut attacked, 0.95);
    report.add("66 idle and slow uploads: an honest photo, p50 / p95", text, "≤ 1 s", p95 <= MAX);
    Ok(())
}

/// Milliseconds of each.
async fn honest(market: &Market, seller: usize, count: usize, body: &Bytes) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..count {
        let answer = photos::send(market, market.seller(seller), Body::from(body.clone())).await?;
        anyhow::ensure!(answer.status == 303, "an honest photo: {}", answer.status);
        times.push(answer.took.as_secs_f64() * 1000.0);
    }
    Ok(times)
}
