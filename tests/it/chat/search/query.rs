//! Searching in one's own conversations.

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use super::long_room;
use crate::support::{Page, Person, Product, TestApp, eventually, picture, room};

/// `/messages?q=`, as the form sends it.
async fn search(person: &Person, question: &str) -> Page {
    let request = person.request(reqwest::Method::GET, "/messages").query(&[("q", question)]);
    person.send(request).await.ok()
}

/// Searches until so many messages are found.
pub(super) async fn finds(person: &Person, question: &str, count: usize) -> Page {
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
    ana.sends(&name, "Is the motorbike still there? I'd pay €1,250.").await;
    tomas.sends(&name, "No. But a BIKE is, and a lamp.").await;
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
        ana.sends(&name, body).await;
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
    tomas.sends(&name, "Only that scratch?").await;
    finds_only(&tomas, "scratch", &["You: Only that scratch?", "the scratch on the left"]).await;
}

#[tokio::test]
async fn only_ones_own_conversations_are_searched() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let (tomas, wei) = (app.seller("Tomas").await, app.seller("Wei").await);
    ana.sends(&room(&ana, &tomas), "the secret word").await;
    bo.sends(&room(&bo, &wei), "another secret word").await;
    // Sellers buy, too: Tomas has this room as a buyer.
    tomas.sends(&room(&tomas, &wei), "a third secret word").await;

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
    ana.sends(&room(&ana, &bela), "Hello").await;
    ana.sends(&room(&ana, &tomas), "Is that Béla's lamp?").await;
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
    let set = Product::new("Mahjong set").create(&app, &tomas).await;
    ana.messages_about(set, "Is it complete?").await;
    bo.sends(&room(&bo, &tomas), "Hello").await;
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
    ana.sends(&room(&ana, &tomas), body).await;
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
    ana.sends(&name, r"100% off_white \o/").await;
    ana.sends(&name, "100 offxwhite ???").await;
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
    let name = long_room(&app, &ana, &tomas, 45).await;
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
async fn a_search_hit_opens_in_its_context() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = long_room(&app, &ana, &tomas, 200).await;
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
async fn a_slow_search_ends_and_each_person_has_two() {
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
