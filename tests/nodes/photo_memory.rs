//! What photos cost the program that unfold to far more than they are (H2).

use futures_util::future::join_all;
use reqwest::multipart::{Form, Part};

use crate::{
    deep_png::deep_png,
    processes::{Node, Postgres},
    support::TestApp,
};

/// People who send one each, at the same moment.
const PEOPLE: usize = 10;
/// Two of them at a time take 120 MB, and up to 110 more are kept back or belong to the requests; unfolded whole, one
/// alone takes 270 MB, and all at once, as they were once worked on, 1.5 GB.
const MAX_GROWTH: usize = 300_000_000;

pub async fn photos_that_unfold_cost_bounded_memory() {
    let postgres = Postgres::start().await;
    let node = Node::start("photo-memory", postgres.url(), None).await;
    let app = TestApp::outside(node.addr, postgres.pool().await);
    // 49 megapixels, of which each would be 392 MB; and a profile that would be 200 MB of nothing.
    let (large, bomb) = (deep_png(7000, 7000, 0), deep_png(64, 64, 200_000_000));
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(app.seller(&format!("Seller {n}")).await);
    }
    node.peak_memory();
    let before = node.peak_memory();
    let sent = people.iter().flat_map(|person| [(person, &large), (person, &bomb)]).map(|(person, file)| {
        let form = Form::new()
            .text("title", "A picture")
            .text("price", "1")
            .text("currency", "EUR")
            .text("category", "home")
            .text("condition", "good")
            .text("place", "Porto")
            .part("photos", Part::bytes(file.clone()).file_name("photo.png"));
        person.post_multipart("/seller/products", form)
    });
    for page in join_all(sent).await {
        page.expect(303);
    }
    let growth = node.peak_memory().saturating_sub(before);
    assert!(growth < MAX_GROWTH, "{growth} bytes");
    app.db.close().await;
    postgres.stop().await;
}
