//! Searching in one's own conversations.

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{Page, Person, Product, TestApp, eventually, picture, room};

/// `/messages?q=`, as the form sends it.
async fn search(person: &Person, question: &str) -> Page {
    let request = person.request(reqwest::Method::GET, "/messages").query(&[("q", question)]);
    person.send(request).await.ok()
}

/// Searches until so many messages are found.
async fn finds(person: &Person, question: &str, count: usize) -> Page {
    let what = format!("{count} hits for {question}");
    eventually(&what, async || {
        let page = search(person, question).await;
        (page.count("[data-found]") == count).then_some(page)
    })
    .await
}

async fn finds_only(person: &Person, question: &str, bodies: &[&str]) {
    assert_eq!(finds(person, question, bodies.len()).await.texts("[data-preview]"), bodies, "{question}");
}

#[tokio::test]
async fn words_and_parts_of_words_are_found_by_both_people() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.says(&name, "Is the motorbike still there? I'd pay €1,250.").await;
    tomas.says(&name, "No. But a BIKE is, and a lamp.").await;
    finds_only(
        &ana,
        "bike",
        &["No. But a BIKE is, and a lamp.", "You: Is the motorbike still there? I'd pay €1,250."],
    )
    .await;
    finds_only(
        &tomas,
        "bike",
        &["You: No. But a BIKE is, and a lamp.", "Is the motorbike still there? I'd pay €1,250."],
    )
    .await;
    for (question, count) in [
        ("lamp bike", 1),
        ("lamp motorbike", 0),
        ("otorbi", 1),
        ("no", 1),
        ("n", 0),
        ("1,250", 1),
        ("“still there?”", 1),
        ("€1", 1),
    ] {
        assert_eq!(search(&ana, question).await.count("[data-found]"), count, "{question}");
    }
    let page = search(&ana, "bike").await;
    assert_eq!(page.texts("[data-found] mark"), ["BIKE", "bike"]);
    assert_eq!(page.texts("[data-found] .inbox-name"), ["Tomas", "Tomas"]);
    assert_eq!(page.attr(".inbox-search [name=q]", "value"), "bike");
    assert_eq!(page.text("[role=status]"), "2 messages");
}

#[tokio::test]
async fn every_language_can_be_searched() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for body in [
        "東京で自転車を売ります",
        "Куплю Ёлку завтра",
        "Die Lampe in Győr, Hauptstraße 5",
        "🚲👍",
        "ขายจักรยาน",
        "הוא עדיין כאן",
    ] {
        ana.says(&name, body).await;
    }
    for (question, body) in [
        ("自転車", "東京で自転車を売ります"),
        ("東京", "東京で自転車を売ります"),
        ("ёлк", "Куплю Ёлку завтра"),
        ("елку КУПЛЮ", "Куплю Ёлку завтра"),
        ("gyor", "Die Lampe in Győr, Hauptstraße 5"),
        ("GYŐR strasse", "Die Lampe in Győr, Hauptstraße 5"),
        ("🚲", "🚲👍"),
        ("จักร", "ขายจักรยาน"),
        ("עדיין", "הוא עדיין כאן"),
    ] {
        finds_only(&tomas, question, &[body]).await;
    }
}

#[tokio::test]
async fn pictures_are_found_by_their_words_and_hide_nothing() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for words in ["", "the scratch on the left"] {
        let photo = Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name("photo.jpg");
        let form = Form::new().text("body", words).part("photo", photo);
        ana.post_multipart(&format!("/rooms/{name}/messages"), form).await.expect(303);
    }
    tomas.says(&name, "Only that scratch?").await;
    finds_only(&tomas, "scratch", &["You: Only that scratch?", "the scratch on the left"]).await;
}

#[tokio::test]
async fn only_ones_own_conversations_are_searched() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let (tomas, wei) = (app.seller("Tomas").await, app.seller("Wei").await);
    ana.says(&room(&ana, &tomas), "the secret word").await;
    bo.says(&room(&bo, &wei), "another secret word").await;
    // Sellers buy, too: Tomas has this room as a buyer.
    tomas.says(&room(&tomas, &wei), "a third secret word").await;

    finds_only(&wei, "secret", &["a third secret word", "another secret word"]).await;
    finds_only(&tomas, "secret", &["You: a third secret word", "the secret word"]).await;
    finds_only(&ana, "secret", &["You: the secret word"]).await;
    finds_only(&bo, "secret", &["You: another secret word"]).await;
    let page = search(&tomas, "secret").await;
    assert_eq!(page.texts("[data-found] .inbox-name"), ["Wei", "Ana"]);
    let admin = app.admin("Root").await;
    for stranger in [&admin, &app.seller("Nobody").await] {
        assert!(!search(stranger, "secret").await.has("[data-found]"));
        assert!(!search(stranger, "Tomas").await.has(".hits-person"));
    }
    app.visitor().get("/messages?q=secret").await.redirects_to("/login?next=/messages%3Fq%3Dsecret");
}

#[tokio::test]
async fn people_are_found_by_their_names() {
    let app = TestApp::start().await;
    let (ana, bela) = (app.buyer("Ana Kovács").await, app.seller("Béla Kovács").await);
    let tomas = app.seller("Tomas").await;
    ana.says(&room(&ana, &bela), "Hello").await;
    ana.says(&room(&ana, &tomas), "Is that Béla's lamp?").await;
    let page = finds(&ana, "béla", 1).await;
    assert_eq!(page.texts(".hits-name"), ["Béla Kovács"]);
    assert_eq!(page.attr(".hits-person", "href"), format!("/rooms/{}", room(&ana, &bela)));
    assert_eq!(
        search(&bela, "kovacs").await.texts(".hits-name"),
        ["Ana Kovács"],
        "the other one, never oneself"
    );
}

#[tokio::test]
async fn conversations_are_found_by_what_they_are_about() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let set = Product::new("Mahjong set").of(&app, &tomas).await;
    ana.asks(set, "Is it complete?").await;
    bo.says(&room(&bo, &tomas), "Hello").await;
    for (person, other) in [(&ana, "Tomas"), (&tomas, "Ana")] {
        let page = search(person, "mahj").await;
        assert_eq!(page.texts(".hits-name"), [format!("{other} · Mahjong set")]);
        assert_eq!(page.attr(".hits-person", "href"), format!("/rooms/{}", room(&ana, &tomas)));
        assert!(!page.text(".main").contains("No message found"));
    }
    assert!(!search(&bo, "mahj").await.has(".hits-person"));
}

#[tokio::test]
async fn nothing_of_what_was_said_or_asked_is_taken_for_markup() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("<i>Tomas</i>").await);
    let body = "<script>alert('bike')</script> <b>bike</b> &amp; </mark><img src=x onerror=alert(1)>";
    ana.says(&room(&ana, &tomas), body).await;
    let page = finds(&ana, "bike", 1).await;
    assert_eq!(page.text("[data-preview]"), format!("You: {body}"));
    assert_eq!(page.texts("[data-found] mark"), ["bike", "bike"]);
    for question in ["<b>", "</mark>", "&amp;", "<script>alert", "\"><img"] {
        let page = search(&ana, question).await;
        assert!(
            !page.has("[data-found] img, [data-found] b, [data-found] script, .main > img"),
            "{question}"
        );
        assert_eq!(page.attr(".inbox-search [name=q]", "value"), question);
    }
    assert_eq!(search(&ana, "</mark>").await.texts("[data-found] mark"), ["</mark>"]);
}

#[tokio::test]
async fn no_question_is_an_error_and_signs_mean_themselves() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.says(&name, r"100% off_white \o/").await;
    ana.says(&name, "100 offxwhite ???").await;
    finds(&ana, "100", 2).await;
    for (question, count) in [
        ("%", 1),
        ("100%", 1),
        ("_", 1),
        ("off_white", 1),
        (r"\", 1),
        (r"\o/", 1),
        ("???", 1),
        ("'", 0),
        ("\"", 0),
        ("!!!", 0),
        ("& | ! <-> :*", 0),
        ("a' OR 'x'='x", 0),
        ("\0", 0),
        ("100\0%", 1),
    ] {
        assert_eq!(search(&ana, question).await.count("[data-found]"), count, "{question:?}");
    }
    // Nothing asked is the list of conversations.
    for nothing in ["", "   ", "\t\n", "\0"] {
        assert!(search(&ana, nothing).await.has("[data-inbox-list]"), "{nothing:?}");
    }
    for huge in ["x".repeat(5_000), "x ".repeat(2_000), "%".repeat(2_000), "東".repeat(1_000)] {
        search(&ana, &huge).await;
    }
    for page in ["0", "-1", "999999", "9223372036854775807"] {
        assert_eq!(ana.get(&format!("/messages?q=100&page={page}")).await.ok().count("[data-found]"), 2);
    }
    assert_eq!(search(&ana, "nowhere").await.text(".empty-title"), "No matches");
}

#[tokio::test]
async fn many_hits_come_in_pages_newest_first() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = super::history::long_room(&app, &ana, &tomas, 45).await;
    haggle::chat::reindex(&app.db).await.unwrap();
    let first = search(&tomas, "entry").await;
    assert_eq!((first.count("[data-found]"), first.text(".pager-place")), (20, "Page 1 of 3".to_owned()));
    assert_eq!(first.text("[role=status]"), "45 messages");
    assert_eq!(first.texts("[data-preview]").first().map(String::as_str), Some("You: entry 45"));
    let second = tomas.get(&first.attr(".pager a[rel=next]", "href")).await.ok();
    assert_eq!(second.texts("[data-preview]").first().map(String::as_str), Some("entry 25"));
    let last = tomas.get("/messages?q=entry&page=99").await.ok();
    assert_eq!((last.count("[data-found]"), last.text(".pager-place")), (5, "Page 3 of 3".to_owned()));
    assert_eq!(first.attrs("[data-found] a", "href")[0], format!("/rooms/{name}?at=45#entry_45"));
}

#[tokio::test]
async fn a_hit_is_shown_in_its_place_with_what_was_said_around_it() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = super::history::long_room(&app, &ana, &tomas, 200).await;
    let seqs = |page: &Page| {
        let seqs = page.attrs(".timeline .entry", "data-seq");
        (seqs.first().unwrap().parse::<i64>().unwrap(), seqs.last().unwrap().parse::<i64>().unwrap())
    };
    for (at, wanted) in
        [(100, (75, 124)), (1, (1, 50)), (190, (151, 200)), (200, (151, 200)), (999, (151, 200))]
    {
        let page = ana.get(&format!("/rooms/{name}?at={at}")).await.ok();
        assert_eq!(seqs(&page), wanted, "{at}");
        assert_eq!(page.attr("haggle-room", "data-search-hit"), at.to_string());
        assert_eq!(page.has("a[data-newest]"), wanted.1 < 200, "{at}");
        assert_eq!(page.has("a[data-later]"), wanted.1 < 200, "{at}");
    }
    let middle = ana.get(&format!("/rooms/{name}?at=100")).await.ok();
    assert_eq!(seqs(&ana.get(&middle.attr("a[data-older]", "href")).await.ok()), (25, 74));
    assert_eq!(seqs(&ana.get(&middle.attr("a[data-later]", "href")).await.ok()), (125, 174));
    assert_eq!(seqs(&ana.get(&middle.attr("a[data-newest]", "href")).await.ok()), (151, 200));
    for nonsense in ["at=0", "at=-1", "at=x", "at=5&before=9"] {
        ana.get(&format!("/rooms/{name}?{nonsense}")).await.expect(400);
    }
    app.seller("Nobody").await.get(&format!("/rooms/{name}?at=100")).await.expect(404);
}

#[tokio::test]
async fn what_two_nodes_store_is_found_once_on_both() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for n in 0..5 {
        ana.says(&name, &format!("needle a{n}")).await;
        tomas.at(&two).says(&name, &format!("needle t{n}")).await;
    }
    finds(&ana, "needle", 10).await;
    finds(&ana.at(&two), "needle", 10).await;
    let doubled: i64 =
        sqlx::query_scalar("SELECT count(*) - 10 FROM message_search").fetch_one(&one.db).await.unwrap();
    assert_eq!(doubled, 0);
}

#[tokio::test]
async fn an_entry_that_is_committed_late_is_not_missed() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let (ana, bo, tomas) = (one.buyer("Ana").await, one.buyer("Bo").await, one.seller("Tomas").await);
    let (late, quick) = (room(&ana, &tomas), room(&bo, &tomas));
    ana.says(&late, "needle one").await;
    finds(&tomas, "needle", 1).await;

    // Ana's next message waits for its room's row, while Bo's on another node are stored and made findable.
    let mut lock = one.db.begin().await.unwrap();
    sqlx::query("SELECT FROM rooms WHERE last_body = 'needle one' FOR UPDATE")
        .execute(&mut *lock)
        .await
        .unwrap();
    let anas = ana.clone();
    let waiting = tokio::spawn(async move { anas.says(&late, "needle two").await });
    bo.at(&two).says(&quick, "needle three").await;
    finds(&tomas, "needle", 2).await;
    assert!(!waiting.is_finished());
    lock.rollback().await.unwrap();
    waiting.await.unwrap();
    finds(&tomas, "needle", 3).await;
}

#[tokio::test]
async fn what_nobody_told_of_is_found_with_the_next_message_or_the_next_start() {
    let mut app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let name = super::history::long_room(&app, &ana, &tomas, 250).await;
    ana.says(&name, "and one more entry").await;
    eventually("all 251", async || {
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM message_search").fetch_one(&app.db).await.unwrap();
        (rows == 251).then_some(())
    })
    .await;
    super::history::long_room(&app, &bo, &tomas, 3).await;
    app.restart().await;
    finds(&bo, "entry", 3).await;
}

#[tokio::test]
async fn rooms_that_are_behind_are_found_among_thousands_that_are_not() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    super::history::long_room(&app, &ana, &tomas, 3).await;
    sqlx::query(
        "WITH a AS (
             INSERT INTO accounts (email, name, password_hash)
             SELECT n || '@example.com', 'Somebody', '' FROM generate_series(1, 110) AS n RETURNING id
         ), b AS (
             INSERT INTO buyers (account_id) SELECT id FROM a RETURNING id
         ), c AS (
             INSERT INTO customers (account_id, shop_name) SELECT id, 'Somebody' FROM a RETURNING id
         )
         INSERT INTO rooms (buyer_id, seller_id) SELECT b.id, c.id FROM b, c",
    )
    .execute(&app.db)
    .await
    .unwrap();
    super::history::long_room(&app, &bo, &tomas, 4).await;
    assert_eq!(haggle::chat::reindex(&app.db).await.unwrap(), 7);
    finds(&tomas, "entry", 7).await;
}

#[tokio::test]
async fn searches_that_take_long_end_and_one_person_has_two_of_them() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let mut lock = app.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE message_search").execute(&mut *lock).await.unwrap();
    let ask = async || ana.send(ana.request(reqwest::Method::GET, "/messages?q=rare+bike")).await;
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    let mut answers = [one, two, three];
    answers.sort_by_key(|page| page.status);
    let [refused, long, too_long] = answers;
    assert_eq!([refused.status, long.status, too_long.status].map(|status| status.as_u16()), [429, 503, 503]);
    assert!(refused.text("[role=alert]").contains("other searches"));
    assert!(too_long.text("[role=alert]").contains("rarer word"));
    for page in [refused, long, too_long] {
        assert_eq!(page.attr(".inbox-search [name=q]", "value"), "rare bike");
    }
    lock.rollback().await.unwrap();
    ask().await.ok();
}
