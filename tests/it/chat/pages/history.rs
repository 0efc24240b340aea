//! Pages of a timeline.

use serde_json::{Value, json};

use crate::support::{Person, TestApp, room};

/// A room with `entries` entries, every third from the seller, put straight into the database.
pub async fn long_room(app: &TestApp, buyer: &Person, seller: &Person, entries: i64) -> String {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "WITH r AS (
             INSERT INTO rooms (buyer_id, seller_id, last_seq, buyer_total, seller_total, last_from, last_body, last_at)
             VALUES ({}, {}, {entries}, {entries} - {entries} / 3, {entries} / 3,
                     CASE WHEN {entries} % 3 = 0 THEN 'seller' ELSE 'buyer' END, 'entry {entries}', now()) RETURNING id
         ), m AS (
             INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
             SELECT r.id, n, n - n / 3, gen_random_uuid(), 'entry ' || n, now() FROM r, generate_series(1, {entries}) n WHERE n % 3 <> 0
         )
         INSERT INTO post_messages (room_id, seq, ordinal, client_id, body, sent_at)
         SELECT r.id, n, n / 3, gen_random_uuid(), 'entry ' || n, now() FROM r, generate_series(1, {entries}) n WHERE n % 3 = 0",
        buyer.buyer_id(),
        seller.seller_id()
    )))
    .execute(&app.db)
    .await
    .unwrap();
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
    room(buyer, seller)
}

fn seqs(history: &Value) -> Vec<i64> {
    history["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn history_comes_in_pages_from_either_end() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/rooms/{}/messages", long_room(&app, &ana, &tomas, 120).await);
    for (query, wanted, more) in [
        ("", 71..=120, true),
        ("?limit=100", 21..=120, true),
        ("?before=71", 21..=70, true),
        ("?before=21&limit=20", 1..=20, false),
        ("?after=0", 1..=50, true),
        ("?after=100", 101..=120, false),
        ("?after=100&limit=10", 101..=110, true),
        ("?before=1000", 71..=120, true),
    ] {
        let history = tomas.get_json(&format!("{path}{query}")).await.ok().json();
        assert_eq!(seqs(&history), wanted.collect::<Vec<_>>(), "{query}");
        assert_eq!((&history["more"], &history["last_seq"]), (&json!(more), &json!(120)), "{query}");
    }
    for nothing in ["?after=120", "?after=9223372036854775807", "?before=1"] {
        let history = ana.get_json(&format!("{path}{nothing}")).await.ok().json();
        assert_eq!((seqs(&history), &history["more"]), (vec![], &json!(false)), "{nothing}");
    }
    for nonsense in [
        "?after=1&before=2",
        "?after=x",
        "?after=-1",
        "?before=0",
        "?limit=0",
        "?limit=101",
        "?after=99999999999999999999",
    ] {
        ana.get_json(&format!("{path}{nonsense}")).await.expect(400);
    }
}

#[tokio::test]
async fn without_javascript_earlier_and_later_pages_are_links() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = long_room(&app, &ana, &tomas, 120).await;
    let page = ana.get(&format!("/rooms/{name}/messages")).await.ok();
    assert_eq!(page.texts(".timeline .bubble-body").first().map(String::as_str), Some("entry 71"));
    let page = ana.get(&page.attr("a[data-older]", "href")).await.ok();
    assert_eq!(page.texts(".timeline .bubble-body").last().map(String::as_str), Some("entry 70"));
    let page = ana.get(&page.attr("a[data-older]", "href")).await.ok();
    assert!(!page.has("a[data-older]"), "the beginning");
    // A browser without JavaScript asks for the history as HTML, too.
    assert!(ana.get(&format!("/rooms/{name}/messages?after=100")).await.ok().has("#entry_101"));
}

#[tokio::test]
async fn a_room_begins_where_its_reader_stopped() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = long_room(&app, &ana, &tomas, 120).await;
    // Every third entry is his.
    for (read, first, line) in
        [(0, 1, "entry 3"), (20, 16, "entry 21"), (66, 64, "entry 69"), (75, 71, "entry 78")]
    {
        ana.get(&format!("/rooms/{name}/seen.gif?seq={read}")).await.ok();
        let page = ana.get(&format!("/rooms/{name}")).await.ok();
        let bodies = page.texts(".timeline .bubble-body");
        assert_eq!((bodies[0].clone(), bodies.len()), (format!("entry {first}"), 50), "read up to {read}");
        assert_eq!(page.text(".unread-line + .entry .bubble-body"), line);
        assert_eq!(page.has("a[data-newest]"), first < 71);
    }
    let page = ana.get(&format!("/rooms/{name}/messages")).await.ok();
    assert!(page.has("#entry_120") && !page.has(".unread-line"), "the end is always to be had");
    ana.get(&format!("/rooms/{name}/seen.gif?seq=120")).await.ok();
    assert!(!ana.get(&format!("/rooms/{name}")).await.ok().has(".unread-line"));
}

#[tokio::test]
async fn an_empty_room_has_an_empty_history() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let history = ana.get_json(&format!("/rooms/{}/messages?after=0", room(&ana, &tomas))).await.ok().json();
    assert_eq!(
        history,
        json!({ "entries": [], "last_seq": 0, "read": { "buyer": 0, "seller": 0 }, "more": false, "rev": 0 })
    );
}
