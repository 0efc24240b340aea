//! Web push, from a message to the words on a locked screen.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{look, look_at, push, push_at, start};
use crate::support::{Person, Product, PushService, TestApp, eventually, room};

async fn subscriptions(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM push_subscriptions").fetch_one(&app.db).await.unwrap()
}

/// Ana has written to Tomas, whose phone is subscribed, and the tail has looked.
async fn written_to(app: &TestApp, service: &PushService) -> (Person, Person, String) {
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    let name = room(&ana, &tomas);
    ana.sends(&name, "Is it still there?").await;
    look(app, 3).await;
    (ana, tomas, name)
}

#[tokio::test]
async fn a_message_that_nobody_sees_reaches_the_phone() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    service.subscribe(&tomas, "laptop").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(lamp, "Is it still there?").await;
    look(&app, 3).await;
    push(&app, 8).await;
    assert_eq!(service.take().len(), 0, "ten seconds haven't passed");
    push(&app, 11).await;
    let pushes = service.take();
    let mut browsers: Vec<_> = pushes.iter().map(|push| &*push.browser).collect();
    browsers.sort_unstable();
    assert_eq!(browsers, ["laptop", "phone"]);

    let name = room(&ana, &tomas);
    for push in &pushes {
        let notification = &push.payload["notification"];
        assert_eq!(push.payload["web_push"], 8030);
        assert_eq!(notification["title"], "Ana");
        assert_eq!(notification["body"], "Lamp\nIs it still there?");
        assert_eq!(notification["navigate"], format!("{}/rooms/{name}", app.origin()));
        assert_eq!(notification["tag"], format!("message:{name}"));
        assert_eq!(notification["renotify"], true);
        assert_eq!(push.payload["app_badge"], 1);
        assert_eq!((push.length - 103) % 512, 0, "{} bytes", push.length);
        assert_eq!(push.headers["content-encoding"], "aes128gcm");
        assert_eq!(push.headers["ttl"], "86400");
        assert_eq!(push.headers["urgency"], "high");
        assert_eq!(push.headers["topic"].len(), 32);
        assert_eq!(push.claims["aud"], service.origin);
        let expires = push.claims["exp"].as_i64().unwrap() - OffsetDateTime::now_utc().unix_timestamp();
        assert!((0..=86_400).contains(&expires), "{expires}");
        assert_eq!(push.claims["sub"], app.origin());
        assert_eq!(push.key, tomas.get("/push/key").await.ok().body());
    }
    push(&app, 3_600).await;
    assert_eq!(service.take().len(), 0, "once");
    let unread = tomas.get_json("/notices").await.ok().json();
    assert_eq!(unread, json!({ "tags": [format!("message:{name}")], "badge": 1 }));
}

#[tokio::test]
async fn what_is_read_or_seen_meanwhile_is_not_pushed() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas, name) = written_to(&app, &service).await;
    let mut chat = tomas.socket(&format!("/ws/{name}")).await;
    let last = chat.expect("hello").await["last_seq"].clone();
    chat.send(json!({ "type": "shown", "seq": last })).await;
    eventually("the mark", async || {
        let shown: i64 =
            sqlx::query_scalar("SELECT seller_shown_seq FROM rooms").fetch_one(&app.db).await.unwrap();
        (shown == 1).then_some(())
    })
    .await;
    push(&app, 11).await;
    assert_eq!(service.take().len(), 0, "a visible page shows it");
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "1", "which isn't reading it");

    ana.sends(&name, "Hello?").await;
    look(&app, 3).await;
    tomas.post(&format!("/rooms/{name}/read"), &[("seq", "2")]).await.expect(204);
    push(&app, 11).await;
    push(&app, 3_600).await;
    assert_eq!(service.take().len(), 0, "read elsewhere: nothing is sent");
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "0");
}

/// The issue's own case: one notification that makes itself felt once, with the right badge.
#[tokio::test]
async fn thirty_messages_in_five_minutes_are_one_notification() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    let name = room(&ana, &tomas);
    let began = OffsetDateTime::now_utc();
    let mut pushes = Vec::new();
    for n in 0..30 {
        let sent_at = began + Duration::seconds(10 * n);
        ana.sends(&name, &format!("Message {n}")).await;
        // As if it had been sent then.
        sqlx::query("UPDATE messages SET sent_at = $1 WHERE seq = $2")
            .bind(sent_at)
            .bind(n + 1)
            .execute(&app.db)
            .await
            .unwrap();
        sqlx::query("UPDATE rooms SET last_at = $1").bind(sent_at).execute(&app.db).await.unwrap();
        look_at(&app, sent_at + Duration::seconds(3)).await;
        push_at(&app, sent_at + Duration::seconds(3)).await;
        pushes.extend(service.take());
    }
    push_at(&app, began + Duration::minutes(10)).await;
    pushes.extend(service.take());
    let notification = |name: &str| -> Vec<Value> {
        pushes.iter().map(|push| push.payload["notification"][name].clone()).collect()
    };
    assert_eq!(notification("renotify").iter().filter(|it| **it == true).count(), 1, "felt once");
    assert_eq!(notification("renotify")[0], true);
    assert!(
        notification("tag").iter().all(|tag| *tag == format!("message:{name}")),
        "one takes the other's place"
    );
    assert!(pushes.iter().all(|push| push.headers["topic"] == pushes[0].headers["topic"]));
    assert!((2..=7).contains(&pushes.len()), "{} pushes: no more than one a minute", pushes.len());
    let last = &pushes.last().unwrap().payload;
    assert_eq!((&last["app_badge"], &last["notification"]["body"]), (&json!(30), &json!("Message 29")));
}

#[tokio::test]
async fn answers_of_push_services_decide_about_subscriptions() {
    let (app, service) = (start().await, PushService::start().await);
    let (_, tomas, _) = written_to(&app, &service).await;
    service.subscribe(&tomas, "busy").await;
    service.subscribe(&tomas, "gone").await;
    service.answer("gone", 410, None);
    service.answer("busy", 429, Some("120"));
    service.answer("busy", 503, None);
    push(&app, 11).await;
    assert_eq!(service.take().len(), 3);
    assert_eq!(subscriptions(&app).await, 2, "what is gone is forgotten");
    push(&app, 60).await;
    assert_eq!(service.take().len(), 0, "not before it says");
    push(&app, 132).await;
    assert_eq!(
        service.take().iter().map(|push| &*push.browser).collect::<Vec<_>>(),
        ["busy"],
        "nobody else again"
    );
    push(&app, 900).await;
    assert_eq!(service.take().len(), 1);
    push(&app, 90_000).await;
    assert_eq!(service.take().len(), 0, "it was taken at last");
}

#[tokio::test]
async fn three_refusals_in_a_row_end_a_subscription() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas, name) = written_to(&app, &service).await;
    for (n, left) in [(1, 1), (2, 1), (3, 0)] {
        service.answer("phone", 403, None);
        push(&app, 11).await;
        assert_eq!((service.take().len(), subscriptions(&app).await), (1, left), "refusal {n}");
        tomas.post(&format!("/rooms/{name}/read"), &[("seq", "9")]).await.expect(204);
        eventually("the notice to be read", async || {
            (tomas.get("/").await.ok().text("[data-notices]") == "0").then_some(())
        })
        .await;
        ana.sends(&name, "And now?").await;
        look(&app, 3).await;
    }
    push(&app, 11).await;
    assert_eq!(service.take().len(), 0);
}

#[tokio::test]
async fn a_push_is_not_led_elsewhere() {
    let (app, service) = (start().await, PushService::start().await);
    written_to(&app, &service).await;
    let other = PushService::start().await;
    service.answer("phone", 307, Some(&format!("{}/phone", other.origin)));
    push(&app, 11).await;
    assert_eq!((service.take().len(), other.take().len()), (1, 0));
}

#[tokio::test]
async fn two_nodes_push_once() {
    let (app, service) = (start().await, PushService::start().await);
    written_to(&app, &service).await;
    let other = app.beside().await;
    tokio::join!(push(&app, 11), push(&other, 11), push(&app, 11), push(&other, 11));
    assert_eq!(service.take().len(), 1);
}

#[tokio::test]
async fn only_addresses_outside_the_house_are_taken() {
    let app = TestApp::start().await;
    let service = PushService::start().await;
    let ana = app.buyer("Ana").await;
    let mut subscription = service.subscription("phone");
    for wrong in [
        subscription["endpoint"].as_str().unwrap().to_owned(),
        "https://127.0.0.1/x".to_owned(),
        "https://169.254.169.254/latest".to_owned(),
        "https://[::1]/x".to_owned(),
        "https://localhost/x".to_owned(),
        "http://push.example/x".to_owned(),
        "nonsense".to_owned(),
    ] {
        subscription["endpoint"] = json!(wrong);
        ana.post_json("/account/push", &subscription).await.expect(400);
    }
    subscription["endpoint"] = json!("https://push.example/x");
    ana.post_json("/account/push", &json!({ "endpoint": "https://push.example/x" })).await.expect(400);
    let mut wrong_key = subscription.clone();
    wrong_key["keys"]["p256dh"] = json!("B".repeat(87));
    ana.post_json("/account/push", &wrong_key).await.expect(400);
    assert_eq!(subscriptions(&app).await, 0);
    ana.post_json("/account/push", &subscription).await.expect(204);
}

#[tokio::test]
async fn a_browser_is_told_only_while_it_is_signed_in() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    for n in 0..12 {
        service.subscribe(&tomas, &format!("browser{n}")).await;
    }
    assert_eq!(subscriptions(&app).await, 10, "the oldest went");
    service.subscribe(&tomas, "browser11").await;
    assert_eq!(subscriptions(&app).await, 10, "twice is once");
    let phone = tomas.on_another_device(&app).await;
    service.subscribe(&phone, "phone").await;
    phone.post("/logout", &[]).await.expect(303);
    assert_eq!(subscriptions(&app).await, 9, "a sign-out ends its own");

    let theirs = service.subscription("browser11");
    let mut stolen = theirs.clone();
    stolen["keys"]["auth"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
    ana.post_json("/account/push", &stolen).await.expect(400);
    ana.post_json("/account/push/remove", &json!({ "endpoint": theirs["endpoint"] })).await.expect(204);
    assert_eq!(subscriptions(&app).await, 9, "nobody takes or ends another's");
    tomas.post_json("/account/push/remove", &json!({ "endpoint": theirs["endpoint"] })).await.expect(204);
    assert_eq!(subscriptions(&app).await, 8);
    tomas.post("/account/sign-out-everywhere", &[]).await.expect(303);
    assert_eq!(subscriptions(&app).await, 0);
}
