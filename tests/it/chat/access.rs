//! Who gets into a room, and how they are put out of it.

use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap},
};

use crate::support::{PASSWORD, Person, TestApp, room};

async fn everything_is(status: u16, person: &Person, room: &str) {
    person.get(&format!("/rooms/{room}")).await.expect(status);
    person.get_json(&format!("/rooms/{room}/messages")).await.expect(status);
    person.get(&format!("/rooms/{room}/seen.gif?seq=1")).await.expect(status);
    person.post(&format!("/rooms/{room}/read"), &[("seq", "1")]).await.expect(status);
    person.post(&format!("/rooms/{room}/messages"), &[("body", "let me in")]).await.expect(status);
    assert_eq!(person.try_socket(&format!("/ws/{room}")).await.err(), Some(status), "{room}");
}

#[tokio::test]
async fn a_room_is_a_404_to_strangers_and_admins() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "For two pairs of eyes").await;
    let (stranger, seller, admin) = (app.buyer("Bo").await, app.seller("Wei").await, app.admin("Root").await);
    for person in [&stranger, &seller, &admin] {
        everything_is(404, person, &name).await;
        let there = person.get(&format!("/rooms/{name}")).await;
        let nowhere = person.get("/rooms/buyer_4711_seller_4711").await;
        assert_eq!(there.texts("main"), nowhere.texts("main"), "nothing tells that the room exists");
    }
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&app.db).await.unwrap();
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn a_name_that_is_not_a_room_is_404() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    app.seller("Tomas").await;
    for name in [
        "x",
        "buyer_1",
        "buyer_01_seller_1",
        "buyer_1_seller_99999999999999999999",
        "buyer_1_seller_9999",
        "inboxes",
    ] {
        everything_is(404, &ana, name).await;
    }
}

#[tokio::test]
async fn visitors_are_sent_to_sign_in_and_their_sockets_refused() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let visitor = app.visitor();
    visitor.get("/messages").await.redirects_to("/login?next=/messages");
    visitor.get(&format!("/rooms/{name}")).await.redirects_to(&format!("/login?next=/rooms/{name}"));
    visitor.get_json(&format!("/rooms/{name}/messages")).await.expect(401);
    for path in [format!("/ws/{name}"), "/ws/inbox".to_owned()] {
        assert_eq!(visitor.try_socket(&path).await.err(), Some(401));
    }
}

#[tokio::test]
async fn for_the_seller_a_room_begins_with_the_first_message() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    everything_is(404, &tomas, &name).await;
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    assert_eq!(socket.expect("hello").await["last_seq"], 0, "the buyer's is open before a word is said");
    ana.get(&format!("/rooms/{name}")).await.ok();
    assert_eq!(ana.get("/messages").await.ok().count(".inbox-row"), 0, "and in no list");
    ana.sends(&name, "Hello").await;
    tomas.get(&format!("/rooms/{name}")).await.ok();
}

#[tokio::test]
async fn nobody_talks_to_themself() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    everything_is(404, &tomas, &room(&tomas, &tomas)).await;
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_send_nor_listen() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    for path in [format!("/ws/{name}"), "/ws/inbox".to_owned()] {
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            assert_eq!(ana.socket_from(&path, Some(origin)).await.err(), Some(403), "{origin}");
        }
        assert!(ana.socket_from(&path, None).await.is_ok(), "not a browser");
    }
    let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let headers = elsewhere.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let forged = ana
        .request(Method::POST, &format!("/rooms/{name}/messages"))
        .headers(HeaderMap::from_iter(headers))
        .form(&[("body", "forged")]);
    ana.send(forged).await.expect(403);
}

#[tokio::test]
async fn sockets_close_when_access_ends() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));

    let other_browser = ana.on_another_device(&app).await;
    let mut here = ana.socket(&path).await;
    let mut badge = ana.socket("/ws/inbox").await;
    let mut there = other_browser.socket(&path).await;
    there.expect("hello").await;
    here.expect("hello").await;
    ana.post("/logout", &[]).await.expect(303);
    assert_eq!(here.closed().await, 4401);
    assert_eq!(badge.closed().await, 4401);
    there
        .send(serde_json::json!({ "type": "send", "client_id": uuid::Uuid::new_v4(), "body": "still here" }))
        .await;
    there.expect("message").await;

    let fields = [("current_password", PASSWORD), ("password", "another long password")];
    other_browser.post("/account/password", &fields).await.expect(303);
    assert_eq!(there.closed().await, 4401);
}

#[tokio::test]
async fn programs_are_told_in_json_what_is_not_theirs() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    for accept in ["application/json", "application/json, text/plain, */*"] {
        for (person, path, status) in [
            (&ana, "/rooms/buyer_999_seller_1/messages?after=0", 404),
            (&ana, "/nothing", 404),
            (&app.visitor(), "/messages", 401),
        ] {
            let request = person.request(Method::GET, path).header(ACCEPT, accept);
            let answer = person.send(request).await.expect(status);
            assert!(answer.json()["error"].is_string(), "{accept}: {path}");
            let code = if status == 404 { "not_found" } else { "unauthorized" };
            assert_eq!(answer.json()["code"], code, "{accept}: {path}");
        }
    }
    assert!(ana.get("/nothing").await.expect(404).has("h1"), "a browser gets a page");
}
