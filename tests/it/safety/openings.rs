//! How many conversations somebody may begin, and the same words to many.

use haggle::{chat::MessageLimits, safety::NewRoomQuota};
use uuid::Uuid;

use crate::{
    chat::send,
    support::{Person, Product, TestApp, room},
};

async fn older(app: &TestApp, person: &Person) {
    sqlx::query("UPDATE accounts SET created_at = now() - interval '8 days' WHERE id = $1")
        .bind(person.account_id)
        .execute(&app.db)
        .await
        .unwrap();
}

async fn sellers(app: &TestApp, count: usize) -> Vec<Person> {
    let mut sellers = Vec::new();
    for n in 0..count {
        sellers.push(app.seller(&format!("Shop {n}")).await);
    }
    sellers
}

async fn start() -> TestApp {
    TestApp::start_with(MessageLimits::default().with_new_rooms(NewRoomQuota { per_day: 8 })).await
}

#[tokio::test]
async fn a_young_account_begins_a_quarter_and_answers_never_count() {
    let app = start().await;
    let (ana, shops) = (app.buyer("Ana").await, sellers(&app, 4).await);
    let lamp = Product::new("Lamp").create(&app, &shops[3]).await;
    ana.sends(&room(&ana, &shops[0]), "Hello").await;
    ana.sends(&room(&ana, &shops[1]), "Hello").await;
    // The third: by form, by script, from a product's page, by socket; the words are kept.
    let path = format!("/rooms/{}/messages", room(&ana, &shops[2]));
    let page = ana.post(&path, &[("body", "One too many")]).await.expect(429);
    assert!(page.body().contains("You can begin 2 conversations a day in your first week"));
    assert!(page.body().contains("in 24 hours") && page.body().contains("One too many"));
    let page = ana.post(&format!("/products/{lamp}/messages"), &[("body", "Is it there?")]).await.expect(429);
    assert!(page.body().contains("Is it there?"));
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &shops[2]))).await;
    socket.send(send("One too many")).await;
    assert_eq!(socket.expect("error").await["code"], "too_many_rooms");
    // Where they talk already they go on, and whoever is written to answers whom they like.
    ana.sends(&room(&ana, &shops[0]), "And how large is it?").await;
    for buyer in ["Bo", "Cy", "Di"] {
        let buyer = app.buyer(buyer).await;
        buyer.sends(&room(&buyer, &shops[0]), "Hello").await;
        shops[0].sends(&room(&buyer, &shops[0]), "Hello!").await;
    }
    older(&app, &ana).await;
    for shop in &shops[2..] {
        ana.sends(&room(&ana, shop), "Now?").await;
    }
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn first_messages_at_the_same_moment_share_one_budget() {
    let app = start().await;
    let (ana, shops) = (app.buyer("Ana").await, sellers(&app, 12).await);
    older(&app, &ana).await;
    let sent = shops.iter().map(|shop| {
        let path = format!("/rooms/{}/messages", room(&ana, shop));
        let ana = &ana;
        async move { ana.post(&path, &[("body", "Hello")]).await.status.as_u16() }
    });
    let statuses = futures_util::future::join_all(sent).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 8, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 4, "{statuses:?}");
    // The same message again is no new conversation, and a day later there is room.
    let id = Uuid::new_v4().to_string();
    let first = statuses.iter().position(|status| *status == 303).unwrap();
    let known = format!("/rooms/{}/messages", room(&ana, &shops[first]));
    for _ in 0..2 {
        ana.post(&known, &[("body", "Again"), ("client_id", &*id)]).await.expect(303);
    }
    let refused = statuses.iter().position(|status| *status == 429).unwrap();
    sqlx::query("UPDATE openings SET opened_at = opened_at - interval '24 hours'")
        .execute(&app.db)
        .await
        .unwrap();
    ana.sends(&room(&ana, &shops[refused]), "A day later").await;
}

#[tokio::test]
async fn the_same_words_to_many_open_one_case() {
    let app = TestApp::start().await;
    let (ana, shops, admin) = (app.buyer("Ana").await, sellers(&app, 5).await, app.admin("Root").await);
    older(&app, &ana).await;
    for (n, shop) in shops.iter().enumerate() {
        let price = 40 + n;
        let words =
            format!("Hello dear, I am very interested in your item and will pay {price} by my courier today");
        ana.sends(&room(&ana, shop), &words).await;
    }
    let queue = admin.get("/admin/cases").await.ok();
    assert_eq!(queue.count("tbody tr"), 1);
    let case = admin.get(&queue.attr("tbody a", "href")).await.ok();
    assert!(case.body().contains("The same text to many people"));
    assert!(case.text(".excerpt .prose").contains("by my courier"));
    // What everybody asks opens none.
    let bo = app.buyer("Bo").await;
    older(&app, &bo).await;
    for shop in &shops {
        bo.sends(&room(&bo, shop), "Is this still available?").await;
    }
    assert_eq!(admin.get("/admin/cases").await.ok().count("tbody tr"), 1);
}
