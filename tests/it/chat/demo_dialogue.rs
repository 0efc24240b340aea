//! A conversation of the demo, spoken again by people.

use haggle::cli::seed::fixtures::DemoSide;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;

#[tokio::test]
async fn a_conversation_of_the_demo_is_spoken_again() {
    let app = TestApp::start().await;
    let scene = app.scene("ana", "mehmet").await;
    // A seller's room exists from the first word on.
    let (first, rest) = scene.lines.split_first().unwrap();
    let (product, _) = first.product.clone().unwrap();
    scene.buyer.messages_about(product, &first.body).await;

    let path = format!("/ws/{}", scene.room);
    let (mut buyers, mut sellers) = (scene.buyer.socket(&path).await, scene.seller.socket(&path).await);
    for socket in [&mut buyers, &mut sellers] {
        socket.expect("hello").await;
    }
    for line in rest {
        let product = line.product.as_ref().map(|(id, _)| id);
        let frame =
            json!({ "type": "send", "client_id": Uuid::new_v4(), "body": line.body, "product_id": product });
        match line.from {
            DemoSide::Buyer => buyers.send(frame).await,
            DemoSide::Seller => sellers.send(frame).await,
        }
        for socket in [&mut buyers, &mut sellers] {
            assert_eq!(socket.expect("message").await["body"], line.body.as_str());
        }
    }

    let said: Vec<_> = scene.lines.iter().map(|line| line.body.clone()).collect();
    let turns: Vec<_> = scene.lines.iter().filter_map(|line| Some(line.product.clone()?.1)).collect();
    for person in [&scene.buyer, &scene.seller] {
        let page = person.get(&format!("/rooms/{}", scene.room)).await.ok();
        assert_eq!(page.texts(".timeline .bubble-body"), said);
        assert_eq!(page.texts(".timeline .divider-title"), turns);
    }
}
