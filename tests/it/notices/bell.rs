//! The bell: a counter on every page, a page of notices, live on all open ones.

use haggle::notices;
use serde_json::json;
use uuid::Uuid;

use super::look;
use crate::support::{TestApp, eventually, room};

#[tokio::test]
async fn a_room_that_waits_is_one_notice_however_much_is_said() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Is it still there?").await;
    look(&app, 1).await;
    assert_eq!(
        tomas.get("/").await.ok().text("[data-notices]"),
        "0",
        "whoever looks at the room has two seconds"
    );
    look(&app, 3).await;
    let page = tomas.get("/notices").await.ok();
    assert_eq!(page.text("[data-notices]"), "1");
    assert_eq!(page.texts(".is-unread .notice-body"), ["Is it still there?"]);

    ana.sends(&name, "I could come today.").await;
    for _ in 0..3 {
        look(&app, 3).await;
    }
    let page = tomas.get("/notices").await.ok();
    assert_eq!((page.text("[data-notices]"), page.count(".notice-row")), ("1".to_owned(), 1));
    assert_eq!(page.text(".notice-body"), "I could come today.");
    assert_eq!(page.attr("[data-subject]", "data-subject"), name);
    assert_eq!(ana.get("/notices").await.ok().count(".notice-row"), 0, "nobody is told of their own words");
}

#[tokio::test]
async fn a_notice_opens_its_room_and_is_read_everywhere() {
    let app = TestApp::start().await;
    app.state().notices.start(&app.supervisor());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let phone = tomas.on_another_device(&app).await;
    let mut open = phone.socket("/ws/inbox").await;
    assert_eq!(open.expect("hello").await["notices"], 0);
    ana.sends(&name, "Hello").await;
    look(&app, 3).await;
    open.expect_where("a bell", |frame| *frame == json!({ "type": "notices", "unread": 1 })).await;

    let form = tomas.get("/notices").await.ok().form(".notice-row form");
    tomas.submit(&form).await.redirects_to(&format!("/rooms/{name}"));
    open.expect_where("an empty bell", |frame| *frame == json!({ "type": "notices", "unread": 0 })).await;
    assert_eq!(phone.get("/notices").await.ok().count(".is-unread"), 0);
    look(&app, 3).await;
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "0", "a later look finds nothing new");

    ana.sends(&name, "Are you there?").await;
    look(&app, 3).await;
    open.expect_where("a bell", |frame| *frame == json!({ "type": "notices", "unread": 1 })).await;
}

#[tokio::test]
async fn reading_the_room_reads_its_notice() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    look(&app, 3).await;
    let mut chat = tomas.socket(&format!("/ws/{name}")).await;
    let last = chat.expect("hello").await["last_seq"].as_i64().unwrap();
    chat.send(json!({ "type": "read", "seq": last })).await;
    eventually("the bell to be empty", async || {
        (tomas.get("/").await.ok().text("[data-notices]") == "0").then_some(())
    })
    .await;
    assert_eq!(tomas.get("/notices").await.ok().count(".notice-row"), 1, "it stays on the page");

    chat.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": "Yes" })).await;
    chat.expect("message").await;
    look(&app, 3).await;
    assert_eq!(ana.get("/").await.ok().text("[data-notices]"), "1");
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "0");
}

#[tokio::test]
async fn what_was_read_before_the_look_is_no_notice() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    tomas.post(&format!("/rooms/{name}/read"), &[("seq", "1")]).await.expect(204);
    look(&app, 3).await;
    assert_eq!(tomas.get("/notices").await.ok().count(".notice-row"), 0);
}

#[tokio::test]
async fn all_are_read_at_once_and_nobody_reads_anothers() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "one").await;
    bo.sends(&room(&bo, &tomas), "two").await;
    look(&app, 3).await;
    let page = tomas.get("/notices").await.ok();
    assert_eq!(page.texts(".is-unread .notice-title bdi"), ["Bo", "Ana"]);
    let others = &page.attrs(".notice-row form", "action")[0];
    ana.post(others, &[]).await.expect(404);
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "2");

    tomas.submit(&page.form(".notice-all")).await.redirects_to("/notices");
    let page = tomas.get("/notices").await.ok();
    assert_eq!((page.text("[data-notices]"), page.count(".is-unread")), ("0".to_owned(), 0));
    assert_eq!(page.text(".nav [data-unread]"), "2", "the conversations wait as before");
}

#[tokio::test]
async fn two_looks_at_once_make_one_notice() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "Hello").await;
    tokio::join!(look(&app, 3), look(&app, 3), look(&app, 3), look(&app, 3));
    assert_eq!(tomas.get("/notices").await.ok().count(".notice-row"), 1);
}

#[tokio::test]
async fn of_somebody_blocked_nothing_is_told() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Before").await;
    look(&app, 3).await;
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "1");
    tomas.post(&format!("/rooms/{name}/block"), &[]).await.expect(303);
    ana.sends(&name, "After").await;
    look(&app, 3).await;
    let page = tomas.get("/notices").await.ok();
    assert_eq!(page.count(".is-unread"), 0, "what waited is settled");
    assert!(!page.body().contains("After"));
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "0");
}

#[tokio::test]
async fn an_admins_bell_is_live_too() {
    let app = TestApp::start().await;
    app.state().notices.start(&app.supervisor());
    let root = app.admin("Root").await;
    let page = root.get("/").await.ok();
    assert_eq!(page.attr("haggle-inbox", "data-ws"), "/ws/inbox");
    let mut open = root.socket("/ws/inbox").await;
    assert_eq!(open.expect("hello").await["notices"], 0);
    let payload = json!({ "account_id": root.account_id, "what": "password_changed", "at": 1_790_000_000 });
    notices::record_account_security(&app.db, &payload).await.unwrap();
    open.expect_where("a bell", |frame| *frame == json!({ "type": "notices", "unread": 1 })).await;
}

#[tokio::test]
async fn where_there_is_nothing_nothing_is_marked_as_read() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let empty = tomas.get("/notices").await.ok();
    assert!(!empty.has("[data-read-all]") && empty.has("a[href='/settings/notices']"));
    ana.sends(&room(&ana, &tomas), "Hello").await;
    look(&app, 3).await;
    assert!(tomas.get("/notices").await.ok().has("[data-read-all]"));
}
