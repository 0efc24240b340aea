//! Who is there, who writes, and what was read.

use serde_json::json;

use crate::{
    chat::send,
    support::{TestApp, room},
};

#[tokio::test]
async fn typing_presence_and_read_marks_reach_the_other() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    ana.sends(&name, "Are you there?").await;

    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    assert_eq!(anas.expect("hello").await["online"], false);
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    assert_eq!(tomass.expect("hello").await["online"], true);
    assert_eq!(anas.expect("presence").await, json!({ "type": "presence", "who": "seller", "online": true }));

    tomass.send(json!({ "type": "typing" })).await;
    assert_eq!(anas.expect("typing").await["by"], "seller");

    tomass.send(json!({ "type": "read", "seq": 1 })).await;
    assert_eq!(anas.expect("read").await, json!({ "type": "read", "by": "seller", "seq": 1 }));
    tomass.send(json!({ "type": "read", "seq": 1_000_000 })).await;
    assert_eq!(anas.expect("read").await["seq"], 2, "never past the last entry");
    tomass.send(json!({ "type": "read", "seq": 1 })).await;
    tomass.send(send("Yes")).await;
    anas.expect("message").await;
    let history = ana.get_json(&format!("/rooms/{name}/messages")).await.ok().json();
    assert_eq!(history["read"], json!({ "buyer": 0, "seller": 2 }), "never down, and not moved by sending");
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn typing_and_read_marks_are_throttled() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for n in 0..20 {
        ana.sends(&name, &n.to_string()).await;
    }
    let (mut anas, mut tomass) =
        (ana.socket(&format!("/ws/{name}")).await, tomas.socket(&format!("/ws/{name}")).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    for _ in 0..10 {
        tomass.send(json!({ "type": "typing" })).await;
    }
    // All but the first wait for the row together.
    let mut lock = app.db.begin().await.unwrap();
    sqlx::query("SELECT * FROM rooms FOR UPDATE").execute(&mut *lock).await.unwrap();
    for seq in 1..=20 {
        tomass.send(json!({ "type": "read", "seq": seq })).await;
    }
    tomass.send_text("nonsense").await;
    tomass.expect("error").await;
    lock.rollback().await.unwrap();
    let mut heard = Vec::new();
    while heard.last() != Some(&json!(20)) {
        let frame = anas.expect_where("what he does", |frame| frame["type"] != "presence").await;
        heard.push(if frame["type"] == "read" { frame["seq"].clone() } else { frame["type"].clone() });
    }
    assert_eq!(heard, [json!("typing"), json!(1), json!(20)]);
}
