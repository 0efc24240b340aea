//! The chat without JavaScript.

use reqwest::{Method, header::ACCEPT};

use crate::support::{Product, TestApp, room};

#[tokio::test]
async fn both_sides_can_talk_with_forms_alone() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let bicycle = Product::new("City bicycle").create(&app, &tomas).await;

    let page = ana.get(&format!("/products/{bicycle}")).await.ok();
    let sent = ana.submit(&page.form("form.composer").set("body", "Is it still there?")).await;
    sent.redirects_to(&format!("/products/{bicycle}#entry_1"));
    assert_eq!(ana.follow(&sent).await.ok().texts(".timeline .bubble-body"), ["Is it still there?"]);

    let inbox = tomas.get("/messages").await.ok();
    assert_eq!(inbox.texts(".inbox-row .badge"), ["1"]);
    let chosen = inbox.attrs("select[name=room] option", "value").pop().unwrap();
    let page = tomas.follow(&tomas.get(&format!("/messages?room={chosen}")).await).await.ok();
    assert_eq!(page.text(".composer-about"), "About: City bicycle");
    let sent = tomas.submit(&page.form("form.composer").set("body", "It is.")).await;
    sent.redirects_to(&format!("/rooms/{}#entry_2", room(&ana, &tomas)));
    assert_eq!(
        ana.get(&format!("/products/{bicycle}")).await.ok().texts(".timeline .bubble-body"),
        ["Is it still there?", "It is."]
    );
}

#[tokio::test]
async fn without_javascript_looking_at_the_end_is_reading() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    assert_eq!(tomas.get("/").await.text(".nav [data-unread]"), "1");
    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert_eq!(tomas.get("/").await.text(".nav [data-unread]"), "1", "the page alone moves no mark");
    let pixel = format!("/rooms/{name}/seen.gif?seq=1");
    assert!(page.body().contains(&pixel), "in its noscript part");
    tomas.get(&pixel).await.ok();
    assert_eq!(tomas.get("/").await.text(".nav [data-unread]"), "0");
}

#[tokio::test]
async fn a_script_without_a_socket_posts_its_read_mark() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let path = format!("/rooms/{name}/read");
    tomas.post(&path, &[("seq", "1")]).await.expect(204);
    assert_eq!(tomas.get("/").await.text(".nav [data-unread]"), "0");
    tomas.post(&path, &[("seq", "first")]).await.expect(400);
    tomas.get(&path).await.expect(405);
}

#[tokio::test]
async fn what_was_written_signed_out_is_there_after_signing_in() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let visitor = app.visitor();
    let page = visitor.get(&format!("/products/{lamp}")).await.ok();
    let sent = visitor.submit(&page.form("form.composer").set("body", "Does it <work>?")).await;
    sent.redirects_to(&format!("/login?next=/products/{lamp}%23chat"));
    let login = visitor.follow(&sent).await.ok();
    let form = login
        .form("form[action='/login']")
        .set("email", &ana.email)
        .set("password", crate::support::PASSWORD);
    let signed_in = visitor.submit(&form).await;
    signed_in.redirects_to(&format!("/products/{lamp}#chat"));
    let page = visitor.follow(&signed_in).await.ok();
    assert_eq!(page.form("form.composer").value("body"), "Does it <work>?");
    assert_eq!(
        visitor.get(&format!("/products/{lamp}")).await.ok().form("form.composer").value("body"),
        "",
        "given out once"
    );
}

#[tokio::test]
async fn a_refused_message_comes_back_with_its_words() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/rooms/{}/messages", room(&ana, &tomas));
    let long = "x".repeat(4001);
    for (body, product) in [(" \r\n ", ""), (&*long, ""), ("fine words", "4711"), ("fine words", "x")] {
        let page = ana.post(&path, &[("body", body), ("product_id", product)]).await.refused();
        assert_eq!(page.form("form.panel").value("body").trim(), body.trim());
        assert!(page.has("[role=alert]"));
    }
    let page = ana.post(&path, &[("body", "a\0b")]).await.refused();
    assert!(page.text("[role=alert]").contains("can't be"));
    // A program is told in the socket's words.
    let asked = ana.request(Method::POST, &path).header(ACCEPT, "application/json").form(&[("body", &*long)]);
    let answer = ana.send(asked).await.expect(422).json();
    assert_eq!((&answer["type"], &answer["code"]), (&"error".into(), &"too_long".into()));
    ana.post(&path, &[("body", &"🚲".repeat(4000))]).await.expect(303);
}

#[tokio::test]
async fn too_many_at_once_are_kept_back_with_their_words() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/rooms/{}/messages", room(&ana, &tomas));
    for _ in 0..200 {
        let page = ana.post(&path, &[("body", "again")]).await;
        if page.status == 429 {
            assert_eq!(page.form("form.panel").value("body").trim(), "again");
            return;
        }
    }
    panic!("two hundred messages in a row were taken");
}

#[tokio::test]
async fn sellers_do_not_write_about_their_own_product_as_buyers() {
    let app = TestApp::start().await;
    let (tomas, admin) = (app.seller("Tomas").await, app.admin("Root").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    tomas.post(&format!("/products/{lamp}/messages"), &[("body", "me")]).await.expect(403);
    admin.post(&format!("/products/{lamp}/messages"), &[("body", "me")]).await.expect(404);
    tomas.post("/products/4711/messages", &[("body", "me")]).await.expect(404);
    assert!(!tomas.get(&format!("/products/{lamp}")).await.ok().has("form.composer"));
    assert!(!admin.get(&format!("/products/{lamp}")).await.ok().has("form.composer"));
}

#[tokio::test]
async fn what_a_session_cannot_hold_breaks_nothing() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let visitor = app.visitor();
    visitor.post(&format!("/products/{lamp}/messages"), &[("body", "a\0b")]).await.expect(303);
    visitor.post("/rooms/a%00b/messages", &[("body", "x")]).await.expect(404);
    visitor.post("/rooms/a%0d%0aX/messages", &[("body", "x")]).await.expect(404);
    tomas.post("/seller/products", &[("title", "a"), ("kept", "\0")]).await.refused();
}

#[tokio::test]
async fn a_link_on_another_site_reads_nothing() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let link = tomas
        .request(Method::GET, &format!("/rooms/{name}/seen.gif?seq=1"))
        .header("sec-fetch-site", "cross-site");
    tomas.send(link).await.expect(404);
    assert_eq!(tomas.get("/account").await.text(".nav [data-unread]"), "1");
}

#[tokio::test]
async fn words_about_a_product_that_is_gone_can_still_be_sent() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let page = ana.get(&format!("/products/{lamp}")).await.ok();
    tomas.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);

    let refused = ana.submit(&page.form("form.composer").set("body", "Is it <still> there?")).await.refused();
    let name = room(&ana, &tomas);
    assert_eq!(refused.attr("form.panel .button-quiet", "href"), format!("/rooms/{name}"));
    let sent = ana.submit(&refused.form("form.panel")).await;
    sent.redirects_to(&format!("/rooms/{name}#entry_1"));
    assert_eq!(ana.follow(&sent).await.ok().texts(".timeline .bubble-body"), ["Is it <still> there?"]);
}
