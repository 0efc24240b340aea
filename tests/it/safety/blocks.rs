//! Blocked means: nothing arrives, nowhere, however it was sent; and whoever is blocked sees nothing of it.

use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Product, Socket, TestApp, eventually, room, within_deadline};

/// How somebody writes.
#[derive(Clone, Copy, Debug)]
enum Transport {
    Socket,
    Form,
    /// What a script does that can't have a socket.
    Json,
}

/// A socket that is listened to all the time.
struct Witness {
    socket: Socket,
    frames: Vec<Value>,
}

impl Witness {
    async fn open(person: &Person, path: &str) -> Self {
        let mut witness = Witness { socket: person.socket(path).await, frames: Vec::new() };
        witness.until("hello", |frame| frame["type"] == "hello").await;
        witness
    }

    async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) {
        within_deadline(what, async {
            loop {
                let frame =
                    self.socket.next().await.unwrap_or_else(|code| panic!("{what}: closed with {code}"));
                self.frames.push(frame);
                if fits(&self.frames[self.frames.len() - 1]) {
                    return;
                }
            }
        })
        .await;
    }

    async fn until_message(&mut self, seq: i64) {
        self.until("a message", |frame| frame["type"] == "message" && frame["seq"] == seq).await;
    }

    async fn until_online(&mut self, who: &str, online: bool) {
        let is_it =
            |frame: &Value| frame["type"] == "presence" && frame["who"] == who && frame["online"] == online;
        self.until("a presence", is_it).await;
    }

    fn types(&self) -> Vec<&str> {
        self.frames.iter().filter_map(|frame| frame["type"].as_str()).collect()
    }
}

async fn say(person: &Person, room: &str, transport: Transport, body: &str) {
    let id = Uuid::new_v4();
    match transport {
        Transport::Socket => {
            let mut socket = person.socket(&format!("/ws/{room}")).await;
            socket.expect("hello").await;
            socket.send(json!({ "type": "send", "client_id": id, "body": body })).await;
            let told = socket.expect_where("the answer", |frame| frame["client_id"] == json!(id)).await;
            assert_eq!((&told["type"], &told["body"]), (&json!("message"), &json!(body)));
        }
        Transport::Form => person.sends(room, body).await,
        Transport::Json => {
            let request = person.request(Method::POST, &format!("/rooms/{room}/messages"));
            let fields = [("body", body.to_owned()), ("client_id", id.to_string())];
            let answer = person.send(request.header(ACCEPT, "application/json").form(&fields)).await.ok();
            assert_eq!(answer.json()["body"], json!(body));
        }
    }
}

/// One pair of people, one way to write, one node to write on.
struct Case {
    name: String,
    transport: Transport,
    /// Whoever writes does so on the other node than the one where the block is set.
    across: bool,
    /// Whoever writes is the seller.
    seller_writes: bool,
}

#[tokio::test]
async fn nothing_of_a_blocked_person_arrives_by_any_way() {
    let here = TestApp::start().await;
    let there = here.beside().await;
    here.join_nodes(None).await;
    there.join_nodes(None).await;
    let mut cases = Vec::new();
    for transport in [Transport::Socket, Transport::Form, Transport::Json] {
        for across in [false, true] {
            for seller_writes in [false, true] {
                let name = format!("{transport:?} {across} {seller_writes}");
                cases.push(Case { name, transport, across, seller_writes });
            }
        }
    }
    futures_util::future::join_all(cases.iter().map(|case| holds(&here, &there, case))).await;
    assert!(haggle::chat::verify(&here.db).await.unwrap().is_empty());
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM message_search WHERE cardinality(people) <> 2 AND text NOT LIKE '%during%'",
    )
    .fetch_one(&here.db)
    .await
    .unwrap();
    assert_eq!(left, 0);
}

async fn holds(here: &TestApp, there: &TestApp, case: &Case) {
    let (buyer, seller) =
        (here.buyer(&format!("B {}", case.name)).await, here.seller(&format!("S {}", case.name)).await);
    let name = room(&buyer, &seller);
    let (path, history) = (format!("/ws/{name}"), format!("/rooms/{name}/messages"));
    let (blocked, blocker, who, other) = match case.seller_writes {
        true => (&seller, &buyer, "seller", "buyer"),
        false => (&buyer, &seller, "buyer", "seller"),
    };
    let writer = if case.across { blocked.on_node(there) } else { blocked.clone() };

    // The room begins with a word of each.
    buyer.sends(&name, "first of the buyer").await;
    seller.sends(&name, "first of the seller").await;
    let mut rooms =
        [Witness::open(blocker, &path).await, Witness::open(&blocker.on_node(there), &path).await];
    let mut inboxes = [
        Witness::open(blocker, "/ws/inbox").await,
        Witness::open(&blocker.on_node(there), "/ws/inbox").await,
    ];
    let mut own = Witness::open(&writer, &path).await;
    say(&writer, &name, case.transport, "before the block").await;
    for witness in &mut rooms {
        witness.until_message(3).await;
    }
    for witness in &mut inboxes {
        witness.until("a count", |frame| frame["type"] == "inbox" && frame["unread"] == 2).await;
    }
    own.until_message(3).await;

    blocker.post(&format!("/rooms/{name}/block"), &[]).await.expect(303);
    for witness in &mut rooms {
        witness.until_online(who, false).await;
        witness.frames.clear();
    }
    for witness in &mut inboxes {
        witness.frames.clear();
    }
    own.until_online(other, false).await;
    own.frames.clear();

    own.socket.send(json!({ "type": "typing" })).await;
    own.socket.send(json!({ "type": "read", "seq": 3 })).await;
    for witness in &mut rooms {
        witness.socket.send(json!({ "type": "typing" })).await;
        witness.socket.send(json!({ "type": "read", "seq": 3 })).await;
    }
    say(&writer, &name, case.transport, "during the block").await;
    own.until_message(4).await;
    for witness in &mut rooms {
        witness.until_message(4).await;
        let marker = json!({ "type": "message", "seq": 4, "kind": "withheld", "html": "" });
        assert_eq!(witness.frames.last(), Some(&marker), "{}", case.name);
    }
    everywhere_but(case, &[blocker.clone(), blocker.on_node(there)], &name, "during").await;
    // What the sender sees is what they would see without it.
    let frame = own.frames.last().unwrap();
    assert_eq!(
        (&frame["body"], &frame["kind"]),
        (&json!("during the block"), &json!("text")),
        "{}",
        case.name
    );
    assert!(own.types().iter().all(|it| ["message", "read"].contains(it)), "{}: {:?}", case.name, own.frames);
    assert!(own.frames.iter().all(|frame| frame["by"] != other), "{}: {:?}", case.name, own.frames);
    let page = writer.get(&format!("/rooms/{name}")).await.ok();
    assert!(page.body().contains("during the block") && page.has("[data-composer]"), "{}", case.name);
    assert!(writer.get("/messages").await.ok().body().contains("during the block"), "{}", case.name);
    let seen = writer.get_json(&history).await.ok().json();
    assert_eq!(seen["entries"][3]["body"], "during the block");
    assert!(seen["read"][other].as_i64() < Some(3), "{}: the read mark stands where it stood", case.name);
    eventually("the sender finds it", async || {
        let found = writer.get("/messages?q=during").await.ok().count("[data-found]");
        (found == 1).then_some(())
    })
    .await;
    everywhere_but(case, &[blocker.clone(), blocker.on_node(there)], &name, "during").await;
    // Whoever blocks can't write either, and is told.
    let refused = blocker.post(&history, &[("body", "I can't")]).await.refused();
    assert!(refused.body().contains("You blocked this person"), "{}", case.name);

    let blocks = blocker.get("/account/blocks").await.ok();
    blocker.submit(&blocks.form("form[action$='/remove']")).await.expect(303);
    for witness in &mut rooms {
        witness.until_online(who, true).await;
    }
    say(&writer, &name, case.transport, "after the block").await;
    for witness in &mut rooms {
        witness.until_message(5).await;
        let types: Vec<_> = witness.types();
        assert!(!types.contains(&"typing") && !types.contains(&"resync"), "{}: {types:?}", case.name);
        assert!(witness.frames.iter().all(|frame| !frame.to_string().contains("during")), "{}", case.name);
    }
    for witness in &mut inboxes {
        // The two of before the block may be told once more; what was withheld would be a third.
        witness.until("a count", |frame| frame["type"] == "inbox" && frame["unread"] == 1).await;
        assert!(
            witness.frames.iter().all(|frame| frame["unread"].as_i64() <= Some(2)),
            "{:?}",
            witness.frames
        );
    }
    everywhere_but(case, &[blocker.clone(), blocker.on_node(there)], &name, "during").await;
    let entries = blocker.get_json(&history).await.ok().json()["entries"].clone();
    let bodies: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry["body"].as_str()).collect();
    assert_eq!(bodies[2..], [Some("before the block"), None, Some("after the block")], "{}", case.name);
}

/// Every page and answer in which something of a conversation stands.
async fn everywhere_but(case: &Case, as_seen_by: &[Person], room: &str, word: &str) {
    for person in as_seen_by {
        for path in [
            format!("/rooms/{room}"),
            format!("/rooms/{room}/messages"),
            format!("/rooms/{room}?at=4"),
            format!("/rooms/{room}?after=3"),
            "/messages".to_owned(),
            "/seller/dashboard".to_owned(),
            "/account/blocks".to_owned(),
        ] {
            let page = person.get(&path).await;
            assert!(!page.body().contains(word), "{}: {path}", case.name);
            assert!(!person.get_json(&path).await.body().contains(word), "{}: {path}", case.name);
        }
        let found = person.get(&format!("/messages?q={word}")).await.ok();
        assert_eq!(found.count("[data-found]"), 0, "{}", case.name);
    }
}

#[tokio::test]
async fn a_room_made_after_the_block_knows_it() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    // Known from elsewhere: as a buyer, Tomas wrote to nobody yet.
    ana.post(&format!("/sellers/{}/block", tomas.seller_id()), &[])
        .await
        .redirects_to(&format!("/sellers/{}", tomas.seller_id()));
    ana.get(&format!("/products/{lamp}")).await.ok().form("form.composer-blocked");
    ana.post(&format!("/products/{lamp}/messages"), &[("body", "Hello")]).await.refused();

    // The other direction: somebody who begins to sell later.
    let bo = app.buyer("Bo").await;
    bo.sends(&room(&bo, &tomas), "Hello").await;
    tomas.post(&format!("/rooms/{}/block", room(&bo, &tomas)), &[]).await.expect(303);
    bo.post("/account/sell", &[("shop_name", "Bo's")]).await.expect(303);
    let bos_shop: i64 = sqlx::query_scalar("SELECT id FROM customers WHERE account_id = $1")
        .bind(bo.account_id)
        .fetch_one(&app.db)
        .await
        .unwrap();
    let other = format!("buyer_{}_seller_{bos_shop}", tomas.buyer_id());
    tomas.post(&format!("/rooms/{other}/messages"), &[("body", "Hello")]).await.refused();
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_first_message_that_is_withheld_opens_no_room_for_the_other() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let name = room(&ana, &tomas);
    // He knows her from elsewhere.
    sqlx::query("INSERT INTO blocks (blocker_id, blocked_id, as_seller) VALUES ($1, $2, false)")
        .bind(tomas.account_id)
        .bind(ana.account_id)
        .execute(&app.db)
        .await
        .unwrap();
    ana.messages_about(lamp, "Is it still there?").await;
    assert!(ana.get("/messages").await.ok().body().contains("Is it still there?"));
    tomas.get(&format!("/rooms/{name}")).await.expect(404);
    let inbox = tomas.get("/messages").await.ok();
    assert_eq!((inbox.count("[data-room]"), inbox.body().contains("Ana")), (0, false));
    let dashboard = tomas.get("/seller/dashboard").await.ok();
    assert!(!dashboard.body().contains("Ana"));
    let own = tomas.get(&format!("/products/{lamp}")).await.ok();
    assert!(own.body().contains("Nobody has written about it yet"));
    assert!(!tomas.get("/messages?q=Ana").await.ok().body().contains("still there"));
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn blocks_are_undone_where_nothing_else_is_left() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let (lamp, admin) = (Product::new("Lamp").create(&app, &tomas).await, app.admin("Root").await);
    ana.messages_about(lamp, "Hello").await;
    ana.post(&format!("/rooms/{}/block", room(&ana, &tomas)), &[]).await.expect(303);
    // Twice is once.
    ana.post(&format!("/rooms/{}/block", room(&ana, &tomas)), &[]).await.expect(303);
    tomas.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);
    admin.post(&format!("/admin/people/{}/suspend", tomas.account_id), &[]).await.expect(303);
    let page = ana.get("/account/blocks").await.ok();
    assert_eq!(page.texts(".person-name bdi"), ["Tomas"]);
    ana.submit(&page.form("form[action$='/remove']")).await.redirects_to("/account/blocks");
    assert_eq!(ana.get("/account/blocks").await.ok().count(".person-row"), 0);
    ana.sends(&room(&ana, &tomas), "Are you back?").await;

    // Nobody undoes the block of somebody else, or blocks themself.
    ana.post(&format!("/sellers/{}/block", tomas.seller_id()), &[]).await.expect(303);
    let id: i64 = sqlx::query_scalar("SELECT id FROM blocks").fetch_one(&app.db).await.unwrap();
    let bo = app.seller("Bo").await;
    bo.post(&format!("/account/blocks/{id}/remove"), &[]).await.expect(404);
    bo.post(&format!("/sellers/{}/block", bo.seller_id()), &[]).await.expect(403);
    admin.post(&format!("/sellers/{}/block", bo.seller_id()), &[]).await.expect(403);
}

#[tokio::test]
async fn withheld_messages_bring_no_product_and_no_place_in_the_list() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let (lamp, sofa) =
        (Product::new("Lamp").create(&app, &tomas).await, Product::new("Sofa").create(&app, &tomas).await);
    ana.messages_about(lamp, "About the lamp").await;
    bo.messages_about(lamp, "Bo's words").await;
    tomas.post(&format!("/rooms/{}/block", room(&ana, &tomas)), &[]).await.expect(303);
    for n in 0..25 {
        ana.messages_about(sofa, &format!("Unheard {n}")).await;
    }
    let inbox = tomas.get("/messages").await.ok();
    assert_eq!(inbox.texts(".inbox-row .inbox-name"), ["Bo", "Ana"], "whoever is blocked doesn't move up");
    assert_eq!(inbox.texts(".inbox-row [data-preview]"), ["Bo's words", "About the lamp"]);
    assert!(!inbox.body().contains("Sofa"));
    let page = tomas.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok();
    assert_eq!(page.texts(".timeline [data-body]"), ["About the lamp"]);
    assert!(!page.has("[data-later]") && !page.body().contains("Sofa"));
    // For her the talk turned to the sofa once.
    let hers = ana.get(&format!("/rooms/{}/messages", room(&ana, &tomas))).await.ok();
    assert_eq!(hers.texts(".divider-title"), ["Lamp", "Sofa"]);
    let row = ana.get("/messages").await.ok();
    assert!(row.text(".inbox-row .inbox-about").contains("Sofa"));
    // And it is new to him when he may hear of it.
    let blocks = tomas.get("/account/blocks").await.ok();
    tomas.submit(&blocks.form("form[action$='/remove']")).await.expect(303);
    ana.messages_about(sofa, "And the sofa?").await;
    let page = tomas.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok();
    assert_eq!(page.texts(".divider-title"), ["Lamp", "Sofa"]);
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}
