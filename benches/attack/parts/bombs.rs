//! Photos that unfold to far more than they are, ten at once (H2).

use axum::body::{Body, Bytes};
use futures_util::future::join_all;

use crate::{
    deep_png::deep_png,
    large_photos::{animated_webp, lossless_webp, lossy_webp, progressive_jpeg},
    market::Market,
    photos,
    report::{Answers, Report},
};

const PEOPLE: usize = 10;
const MAX_GROWTH: u64 = 300_000_000;
/// Of 50 megapixels, which is as much as a photo may have, downwards: what is refused is asked for in a smaller size.
const SIDES: [u32; 12] = [7071, 6300, 5600, 5000, 4800, 4600, 4400, 4200, 4000, 3600, 3500, 3000];

type Make = fn(u32) -> Vec<u8>;

pub async fn measure(market: &Market, report: &mut Report) -> anyhow::Result<()> {
    // Before any of it: what the allocator keeps of one kind isn't there for the next one to grow into.
    let base = market.server.resident();
    let bombs: [Bytes; 2] = [deep_png(7000, 7000, 0).into(), deep_png(64, 64, 200_000_000).into()];
    let (answers, growth) = send(market, base, &bombs).await?;
    let what = "10 × 7,000 × 7,000 in 16 bits and 10 × iCCP bomb: growth";
    add(report, what, &answers, growth);
    let kinds: [(&str, Make); 5] = [
        ("baseline JPEG", |side| photos::jpeg(side, side, 0).unwrap_or_default().to_vec()),
        ("progressive JPEG", |side| progressive_jpeg(side as u16, side as u16)),
        ("lossless WebP", |side| lossless_webp(side, side)),
        ("lossy WebP with transparency", |side| lossy_webp(side, side)),
        ("animated WebP", |side| animated_webp(side, side)),
    ];
    for (kind, make) in kinds {
        for side in SIDES {
            let photo = Bytes::from(make(side));
            let (answers, growth) = send(market, base, &[photo]).await?;
            if answers.of(303) > 0 {
                let size = f64::from(side * side) / 1e6;
                add(report, &format!("10 × {kind}, {size:.0} megapixels: growth"), &answers, growth);
                break;
            }
            eprintln!("  {kind}, {side} × {side}: {answers}");
        }
    }
    Ok(())
}

fn add(report: &mut Report, what: &str, answers: &Answers, growth: u64) {
    let is_taken = answers.of(303) == answers.count();
    let text = format!("{} MB ({answers})", growth / 1_000_000);
    report.add(what, text, "≤ 300 MB", is_taken && growth <= MAX_GROWTH);
}

/// Each of these from ten accounts at the same moment.
async fn send(market: &Market, base: u64, files: &[Bytes]) -> anyhow::Result<(Answers, u64)> {
    static USED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let forms: Vec<Bytes> =
        files.iter().map(|file| photos::form(std::slice::from_ref(file)).into()).collect();
    let first = 200 + USED.fetch_add(PEOPLE, std::sync::atomic::Ordering::Relaxed) % 100;
    // The peak is counted anew.
    market.peak();
    let sent = (0..PEOPLE).flat_map(|n| forms.iter().map(move |form| (n, form.clone())));
    let sent = sent.map(|(n, form)| photos::send(market, market.seller(first + n), Body::from(form)));
    let mut answers = Answers::default();
    for answer in join_all(sent).await {
        answers.add(answer?.status);
    }
    Ok((answers, market.peak().saturating_sub(base)))
}
