//! What somebody chooses: kinds by channels, quiet hours in their time zone, previews.

use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{look, push, push_at, start};
use crate::support::{Form, Person, Product, PushService, TestApp, room};

/// The page's form, as it stands.
async fn form(person: &Person) -> Form {
    person.get("/settings/notices").await.ok().form(".settings form")
}

fn without(form: Form, choice: &str) -> Form {
    let fields = form.fields.into_iter().filter(|(_, value)| value != choice).collect();
    Form { fields, ..form }
}

fn at(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}

/// As if all that waits had happened then.
async fn move_notices(app: &TestApp, then: OffsetDateTime) {
    sqlx::query("UPDATE notices SET began_at = $1, happened_at = $1, push_at = $1 + interval '10 seconds'")
        .bind(then)
        .execute(&app.db)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_kind_that_is_switched_off_is_not_pushed() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    let page = tomas.get("/settings/notices").await.ok();
    let off = without(page.form(".settings form"), "message:push");
    tomas.submit(&off).await.redirects_to("/settings/notices");
    let kept = form(&tomas).await;
    assert!(!kept.fields.contains(&("choice".to_owned(), "message:push".to_owned())));
    assert!(kept.fields.contains(&("choice".to_owned(), "message:mail".to_owned())));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    look(&app, 3).await;
    push(&app, 11).await;
    assert_eq!(service.take().len(), 0);
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "1", "the bell has it");

    tomas.submit(&kept.set("choice", "message:push")).await.expect(303);
    ana.sends(&name, "Hello?").await;
    look(&app, 3).await;
    push(&app, 11).await;
    assert_eq!(service.take().len(), 1);
}

#[tokio::test]
async fn the_bell_leaves_out_a_kind_that_is_switched_off() {
    let app = TestApp::start().await;
    app.state().notices.start(&app.supervisor());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let root = app.admin("Root").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let mut open = tomas.socket("/ws/inbox").await;
    open.expect("hello").await;
    ana.sends(&room(&ana, &tomas), "Hello").await;
    look(&app, 3).await;
    root.post(&format!("/admin/products/{lamp}/hide"), &[]).await.expect(303);
    open.expect_where("two", |frame| *frame == json!({ "type": "notices", "unread": 2 })).await;

    let on = form(&tomas).await;
    tomas.submit(&without(on.clone(), "message:bell")).await.expect(303);
    open.expect_where("one", |frame| *frame == json!({ "type": "notices", "unread": 1 })).await;
    let page = tomas.get("/notices").await.ok();
    assert_eq!(page.text("[data-notices]"), "1");
    assert_eq!(page.texts(".notice-title bdi"), ["Lamp"]);
    // Notifications on this device are told by push, and stay.
    let told = tomas.get_json("/notices").await.ok().json();
    assert_eq!(told["tags"].as_array().map(Vec::len), Some(2), "{told}");

    // What isn't seen isn't read.
    tomas.submit(&page.form(".notice-all")).await.expect(303);
    open.expect_where("none", |frame| *frame == json!({ "type": "notices", "unread": 0 })).await;
    tomas.submit(&on).await.expect(303);
    open.expect_where("the message", |frame| *frame == json!({ "type": "notices", "unread": 1 })).await;
    assert_eq!(tomas.get("/notices").await.ok().texts(".is-unread .notice-title bdi"), ["Ana"]);
}

#[tokio::test]
async fn without_previews_a_push_names_nobody() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    let off = without(form(&tomas).await, "nothing");
    let fields = off.fields.into_iter().filter(|(name, _)| name != "previews").collect();
    tomas.submit(&Form { action: off.action, fields }).await.expect(303);
    ana.sends(&room(&ana, &tomas), "A secret").await;
    look(&app, 3).await;
    push(&app, 11).await;
    let pushes = service.take();
    assert_eq!(pushes[0].payload["notification"]["title"], "New message");
    assert!(
        !pushes[0].payload.to_string().contains("secret") && !pushes[0].payload.to_string().contains("Ana")
    );
}

/// In the night of 24 October 2026 clocks in Berlin go back an hour: 7:00 is at 6:00 UTC, and was at 5:00 the day before.
#[tokio::test]
async fn quiet_hours_follow_summer_time_and_end_with_one_summary() {
    let (app, service) = (start().await, PushService::start().await);
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    service.subscribe(&tomas, "phone").await;
    let quiet = form(&tomas).await.set("quiet", "on").set("time_zone", "Europe/Berlin");
    tomas.submit(&quiet.set("quiet_from", "22:00").set("quiet_to", "07:00")).await.expect(303);
    ana.sends(&room(&ana, &tomas), "Good night").await;
    bo.sends(&room(&bo, &tomas), "Are you awake?").await;
    look(&app, 3).await;
    move_notices(&app, at("2026-10-24T21:30:00Z")).await;
    for quiet in
        ["2026-10-24T21:31:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T05:59:00Z"]
    {
        push_at(&app, at(quiet)).await;
        assert_eq!(service.take().len(), 0, "{quiet}");
    }
    assert_eq!(tomas.get("/").await.ok().text("[data-notices]"), "2", "the bell doesn't wait");
    push_at(&app, at("2026-10-25T06:00:01Z")).await;
    let pushes = service.take();
    assert_eq!(pushes.len(), 1, "one summary");
    let notification = &pushes[0].payload["notification"];
    assert_eq!(notification["title"], "2 notices while it was quiet");
    assert_eq!(notification["navigate"], format!("{}/notices", app.origin()));
    push_at(&app, at("2026-10-25T12:00:00Z")).await;
    assert_eq!(service.take().len(), 0);

    ana.sends(&room(&ana, &tomas), "Good morning").await;
    look(&app, 3).await;
    move_notices(&app, at("2026-10-25T20:30:00Z")).await;
    push_at(&app, at("2026-10-25T20:31:00Z")).await;
    assert_eq!(service.take().len(), 2, "half past nine, winter time: not quiet yet");
}

#[tokio::test]
async fn what_is_no_time_is_refused_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let wrong = form(&ana).await.set("quiet", "on").set("quiet_from", "late").set("time_zone", "Moon/Sea");
    let page = ana.submit(&without(wrong, "product:push")).await.refused();
    assert_eq!(page.count(".field-error:not([hidden])"), 2);
    assert!(!page.has("input[value='product:push'][checked]"));
    assert!(page.has("input[value='message:push'][checked]"));
}

#[tokio::test]
async fn push_is_offered_once_there_was_something_to_tell() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    assert!(!ana.get("/settings/notices").await.ok().has("[data-push-on]"));
    ana.sends(&room(&ana, &tomas), "Hello").await;
    for person in [&ana, &tomas] {
        assert!(person.get("/settings/notices").await.ok().has("[data-push-on]"), "{}", person.name);
    }
}
