//! Talking by program: with somebody at a browser, by request and by socket.

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Product, Program, SCOPES, Socket, TestApp, picture, room};

struct World {
    app: TestApp,
    room: String,
    product: i64,
    buyer: Program,
    seller: Program,
    person: crate::support::Person,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
        let product = Product::new("Lamp").create(&app, &tomas).await;
        let (buyer, seller) = (app.program_of(&ana).await, app.program_of(&tomas).await);
        World { room: room(&ana, &tomas), product, buyer, seller, app, person: tomas }
    }

    fn message(&self, text: &str) -> Value {
        json!({"client_id": Uuid::new_v4(), "body": text, "product_id": self.product.to_string()})
    }
}

#[tokio::test]
async fn an_app_and_a_browser_talk_with_each_other() {
    let world = World::new().await;
    let opened = world.buyer.put(&format!("/products/{}/room", world.product), &json!({})).await.ok().json();
    assert_eq!(
        (&opened["id"], &opened["side"], &opened["last_seq"]),
        (&json!(world.room), &json!("buyer"), &json!(0))
    );
    let mut browser = world.person.socket("/ws/inbox").await;
    let messages = format!("/rooms/{}/messages", world.room);
    let message = world.message("Is it still there?");
    let sent = world.buyer.post(&messages, &message).await.expect(201).json();
    assert_eq!((&sent["type"], &sent["seq"], &sent["from"]), (&json!("message"), &json!(1), &json!("buyer")));
    assert_eq!(browser.expect("inbox").await["unread"], 1);
    // Sent again, it is the same one.
    assert_eq!(world.buyer.post(&messages, &message).await.expect(200).json(), sent);
    let mut other = message.clone();
    other["body"] = json!("Something else");
    assert_eq!(world.buyer.post(&messages, &other).await.expect(409).json()["code"], "client_id_reused");
    world.person.sends(&world.room, "It is!").await;
    let rooms = world.buyer.get("/rooms").await.ok().json();
    let line = &rooms["data"][0];
    assert_eq!(
        (&line["id"], &line["unread"], &line["other_name"]),
        (&json!(world.room), &json!(1), &json!("Tomas"))
    );
    assert_eq!(
        (&line["last_message"]["excerpt"], &line["product"]["title"]),
        (&json!("It is!"), &json!("Lamp"))
    );
    let events = world.buyer.get(&format!("/rooms/{}/events?after=1", world.room)).await.ok().json();
    assert_eq!((events["data"].as_array().unwrap().len(), &events["data"][0]["body"]), (1, &json!("It is!")));
    assert_eq!((&events["last_seq"], &events["more"]), (&json!(2), &json!(false)));
    let before = world.buyer.get(&format!("/rooms/{}/events?before=2&limit=1", world.room)).await.ok().json();
    assert_eq!(before["data"][0]["seq"], 1);
    world.buyer.put(&format!("/rooms/{}/read", world.room), &json!({"seq": 2})).await.expect(204);
    assert_eq!(world.buyer.get("/rooms").await.ok().json()["data"][0]["unread"], 0);
    let room = world.seller.get(&format!("/rooms/{}", world.room)).await.ok().json();
    assert_eq!((&room["side"], &room["read"]["buyer"]), (&json!("seller"), &json!(2)));
}

#[tokio::test]
async fn a_picture_goes_with_a_message() {
    let world = World::new().await;
    let id = Uuid::new_v4().to_string();
    let form = || {
        let bytes = picture(40, 30, image::ImageFormat::Jpeg);
        multipart::Form::new()
            .text("client_id", id.clone())
            .text("body", "Like this?")
            .part("photo", multipart::Part::bytes(bytes).file_name("a.jpg"))
    };
    let path = format!("/rooms/{}/messages", world.room);
    let send = || world.buyer.send(world.buyer.request(Method::POST, &path).multipart(form()));
    let sent = send().await.expect(201).json();
    assert_eq!((&sent["kind"], &sent["body"]), (&json!("photo"), &json!("Like this?")));
    assert_eq!(send().await.expect(200).json()["seq"], sent["seq"]);
    let without = multipart::Form::new().text("body", "x");
    world.buyer.send(world.buyer.request(Method::POST, &path).multipart(without)).await.expect(422);
}

#[tokio::test]
async fn what_cant_be_said_is_refused_in_the_contracts_words() {
    let world = World::new().await;
    let path = format!("/rooms/{}/messages", world.room);
    let id = Uuid::new_v4();
    for (body, status, code) in [
        (json!({"client_id": id, "body": " "}), 422, "empty"),
        (json!({"client_id": id, "body": "x".repeat(4001)}), 422, "too_long"),
        (json!({"client_id": id, "body": "x", "product_id": "999999"}), 422, "bad_product"),
        (json!({"client_id": "x", "body": "x"}), 422, "invalid"),
        (json!({"client_id": id, "body": "x", "from": "seller"}), 422, "invalid"),
    ] {
        assert_eq!(world.buyer.post(&path, &body).await.expect(status).json()["code"], code, "{body}");
    }
    world.seller.put(&format!("/rooms/{}/read", world.room), &json!({"seq": 1})).await.expect(404);
    world.buyer.put(&format!("/products/{}/room", world.product + 1000), &json!({})).await.expect(404);
    world.seller.put(&format!("/products/{}/room", world.product), &json!({})).await.expect(403);
}

#[tokio::test]
async fn sockets_open_by_header_or_by_first_frame() {
    let world = World::new().await;
    world.buyer.post(&format!("/rooms/{}/messages", world.room), &world.message("Hello")).await.expect(201);
    let path = format!("/ws/{}", world.room);
    let mut by_header = world.seller.socket(&path).await.expect("a socket");
    assert_eq!(by_header.expect("hello").await["last_seq"], 1);
    let nobody = world.app.program();
    let mut by_frame = nobody.socket(&path).await.expect("a socket");
    by_frame.send(json!({"type": "auth", "token": world.buyer.token()})).await;
    by_frame.expect("hello").await;
    by_frame.send(json!({"type": "send", "client_id": Uuid::new_v4(), "body": "Still there?"})).await;
    assert_eq!(by_header.expect("message").await["body"], "Still there?");
    let mut inbox = world.seller.socket("/ws/inbox").await.expect("a socket");
    assert_eq!(inbox.expect("hello").await["total"], 2);
    // Refused before the upgrade, where that is known; else after it.
    let stranger = world.app.program_of(&world.app.buyer("Bo").await).await;
    assert_eq!(stranger.socket(&path).await.err(), Some(404));
    let reader = world.app.program_with(&world.person, &["chat:read"]).await;
    assert_eq!(reader.socket(&path).await.err(), Some(403));
    assert_eq!(nobody.with_token("hg_pat_x").socket(&path).await.err(), Some(401));
    for (frame, code) in [
        (json!({"type": "auth", "token": stranger.token()}), 4404),
        (json!({"type": "auth", "token": reader.token()}), 4401),
        (json!({"type": "auth", "token": "hg_pat_x"}), 4401),
        (json!({"type": "typing"}), 4401),
        (json!([]), 4401),
    ] {
        let mut socket = nobody.socket(&path).await.expect("a socket");
        socket.send(frame.clone()).await;
        assert_eq!(socket.closed().await, code, "{frame}");
    }
    // A token in the address is no token.
    let url = format!("{}/api/v1{path}?token={}", world.app.origin(), world.buyer.token());
    let mut socket = Socket::open_with(&url, None).await.expect("a socket");
    socket.send(json!({"type": "typing"})).await;
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test]
async fn an_ended_token_closes_its_sockets() {
    let world = World::new().await;
    let ana = &world.buyer;
    let mut sockets = [
        ana.socket(&format!("/ws/{}", world.room)).await.expect("a socket"),
        ana.socket("/ws/inbox").await.expect("a socket"),
    ];
    for socket in &mut sockets {
        socket.expect("hello").await;
    }
    let sessions = ana.get("/me/sessions").await.ok().json();
    let this = sessions["data"].as_array().unwrap().iter().find(|it| it["is_this"] == true).unwrap();
    ana.delete(&format!("/me/sessions/{}", this["id"].as_str().unwrap())).await.expect(204);
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 4401);
    }
}

#[tokio::test]
async fn blocks_reports_and_search() {
    let world = World::new().await;
    let messages = format!("/rooms/{}/messages", world.room);
    world.buyer.post(&messages, &world.message("A purple lamp, please")).await.expect(201);
    // The words are made findable behind everything else.
    crate::support::eventually("the message is found", async || {
        let found = world.seller.get("/rooms/search?q=purple").await.ok().json();
        found["data"]
            .get(0)
            .map(|hit| assert_eq!((&hit["room"], &hit["seq"]), (&json!(world.room), &json!(1))))
    })
    .await;
    let report = json!({"subject": {"kind": "message", "room": world.room, "seq": 1}, "reason": "spam", "context": []});
    let case = world.seller.post("/reports", &report).await.expect(201).json();
    assert!(case["url"].as_str().unwrap().starts_with("/cases/"));
    // Nobody reports themselves, nor what they can't see.
    world.buyer.post("/reports", &report).await.expect(404);
    let wrong = json!({"subject": {"kind": "message", "room": world.room, "seq": 1}, "reason": "x"});
    let refused = world.seller.post("/reports", &wrong).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/reason");
    world.seller.put(&format!("/rooms/{}/block", world.room), &json!({})).await.expect(204);
    world.buyer.post(&messages, &world.message("Hello?")).await.expect(201);
    assert_eq!(
        world.seller.get("/rooms").await.ok().json()["data"][0]["unread"],
        1,
        "the second was withheld"
    );
    let blocks = world.seller.get("/blocks").await.ok().json();
    let id = blocks["data"][0]["id"].as_str().unwrap();
    world.buyer.delete(&format!("/blocks/{id}")).await.expect(404);
    world.seller.delete(&format!("/blocks/{id}")).await.expect(204);
    assert_eq!(world.seller.get("/blocks").await.ok().json()["data"], json!([]));
}

#[tokio::test]
async fn rooms_are_paged_and_lists_are_ones_own() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    for n in 0..5 {
        app.buyer(&format!("Buyer {n}")).await.messages_about(lamp, "Hello").await;
    }
    let program = app.program_with(&tomas, &SCOPES).await;
    let (mut names, mut next) = (Vec::new(), "/rooms?limit=2".to_owned());
    loop {
        let page = program.get(&next).await.ok().json();
        names.extend(page["data"].as_array().unwrap().iter().map(|room| room["other_name"].clone()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("/rooms?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["Buyer 4", "Buyer 3", "Buyer 2", "Buyer 1", "Buyer 0"]);
    let other = app.program_of(&app.buyer("Bo").await).await;
    assert_eq!(other.get("/rooms").await.ok().json()["data"], json!([]));
}
