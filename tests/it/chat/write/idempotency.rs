//! One message is stored once, whatever is retried, by socket, by form, by both.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{Product, TestApp, room};

fn send(id: Uuid, body: &str) -> Value {
    json!({ "type": "send", "client_id": id, "body": body })
}

#[tokio::test]
async fn a_duplicate_send_is_acknowledged_to_its_sender_only() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let id = Uuid::new_v4();
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.send(send(id, "Once")).await;
    let stored = anas.expect("message").await;

    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;
    anas.send(send(id, "Once")).await;
    assert_eq!(anas.expect("message").await, stored);
    let form = [("body", " Once "), ("client_id", &id.to_string())];
    let page = ana.post(&format!("/rooms/{name}/messages"), &form).await;
    page.redirects_to(&format!("/rooms/{name}#entry_1"));
    anas.send(send(Uuid::new_v4(), "Twice")).await;
    assert_eq!(tomass.expect("message").await["body"], "Twice", "the repeats were told to the sender alone");
    assert_eq!(inbox.expect("inbox").await["unread"], 2, "nor is there anything new in the inbox");
}

#[tokio::test]
async fn a_client_id_reused_for_other_words_is_rejected() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let name = room(&ana, &tomas);
    let id = Uuid::new_v4();
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    socket.send(send(id, "First words")).await;
    socket.expect("message").await;
    socket.send(send(id, "Other words")).await;
    let error = socket.expect("error").await;
    assert_eq!((&error["code"], &error["client_id"]), (&json!("client_id_reused"), &json!(id)));
    socket.send(json!({ "type": "send", "client_id": id, "body": "First words", "product_id": lamp })).await;
    assert_eq!(
        socket.expect("error").await["code"],
        "client_id_reused",
        "another product is another message"
    );

    ana.post(&format!("/rooms/{name}/messages"), &[("body", "Other words"), ("client_id", &id.to_string())])
        .await
        .expect(303);
    assert_eq!(
        ana.get(&format!("/rooms/{name}")).await.ok().texts(".timeline .bubble-body"),
        ["First words", "Other words"]
    );
}

#[tokio::test]
async fn the_other_side_may_use_the_same_id() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let id = Uuid::new_v4().to_string();
    ana.post(&format!("/rooms/{name}/messages"), &[("body", "A"), ("client_id", &id)]).await.expect(303);
    tomas.post(&format!("/rooms/{name}/messages"), &[("body", "A"), ("client_id", &id)]).await.expect(303);
    assert_eq!(tomas.get(&format!("/rooms/{name}")).await.ok().count(".entry[data-seq]"), 2);
}

/// Both people write to two rooms at the same moment, everything two or three times, by socket and
/// by form, while both read.
#[tokio::test]
async fn a_crowd_of_senders_repeats_and_readers_leaves_whole_rooms() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let buyers = [app.buyer("Ana").await, app.buyer("Bo").await];
    let mut work = JoinSet::new();
    for buyer in &buyers {
        let name = room(buyer, &tomas);
        buyer.sends(&name, "0").await;
        for (writer, person) in [buyer.clone(), tomas.clone()].into_iter().enumerate() {
            let name = name.clone();
            work.spawn(async move {
                let mut socket = person.socket(&format!("/ws/{name}")).await;
                for n in 0..6 {
                    let (id, body) = (Uuid::new_v4(), format!("{writer}.{n}"));
                    socket.send(send(id, &body)).await;
                    if n % 2 == 0 {
                        socket.send(send(id, &body)).await;
                    }
                    if n % 3 == 0 {
                        let form = [("body", &*body), ("client_id", &id.to_string())];
                        person.post(&format!("/rooms/{name}/messages"), &form).await.expect(303);
                    }
                    let told = socket.expect_where("my message", |f| f["client_id"] == id.to_string()).await;
                    socket.send(json!({ "type": "read", "seq": told["seq"] })).await;
                }
            });
        }
    }
    work.join_all().await;
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
    for buyer in &buyers {
        let path = format!("/rooms/{}/messages?limit=100", room(buyer, &tomas));
        let (bought, sold) =
            (buyer.get_json(&path).await.ok().json(), tomas.get_json(&path).await.ok().json());
        assert_eq!(bought["entries"], sold["entries"]);
        let entries = bought["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 13);
        for writer in 0..2 {
            let own: Vec<_> = entries
                .iter()
                .filter_map(|e| e["body"].as_str()?.strip_prefix(&format!("{writer}.")))
                .collect();
            assert_eq!(own, ["0", "1", "2", "3", "4", "5"], "in the order of writing, each once");
        }
    }
}
