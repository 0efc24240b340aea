//! Letters about what nobody came to read.

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{look, look_at};
use crate::support::{Person, Product, TestApp, room};

/// Writes the letters that are due as of so many seconds from now, and gives what is in the outbox.
async fn mail(app: &TestApp, seconds: i64) -> Vec<Value> {
    mail_at(app, OffsetDateTime::now_utc() + Duration::seconds(seconds)).await
}

async fn mail_at(app: &TestApp, now: OffsetDateTime) -> Vec<Value> {
    app.state().notices.letters.mail_due(now).await.expect("what is due is written");
    sqlx::query_scalar("DELETE FROM letters RETURNING letter").fetch_all(&app.db).await.unwrap()
}

/// The path behind the public address.
fn path(app: &TestApp, url: &Value) -> String {
    url.as_str().unwrap().strip_prefix(&app.origin()).unwrap().to_owned()
}

async fn reads(person: &Person, room: &str) {
    person.post(&format!("/rooms/{room}/read"), &[("seq", "999")]).await.expect(204);
}

#[tokio::test]
async fn one_letter_tells_of_all_that_waits_five_minutes() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(lamp, "Is it still there?").await;
    look(&app, 3).await;
    assert_eq!(mail(&app, 290).await.len(), 0);
    let letters = mail(&app, 301).await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter["to"], tomas.email);
    assert_eq!(letter["subject"], "Ana wrote to you about “Lamp”");
    let name = room(&ana, &tomas);
    for part in ["Is it still there?", &format!("{}/rooms/{name}", app.origin())] {
        assert!(letter["text"].as_str().unwrap().contains(part), "{part} in {letter}");
        assert!(letter["html"].as_str().unwrap().contains(part), "{part} in {letter}");
    }

    bo.messages_about(lamp, "And for less?").await;
    ana.sends(&name, "Hello?").await;
    look(&app, 3).await;
    let letters = mail(&app, 301).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["subject"], "Bo wrote to you about “Lamp”", "of Ana's room there was a letter");
    assert_eq!(mail(&app, 90_000).await.len(), 0);

    for buyer in [&ana, &bo] {
        reads(&tomas, &room(buyer, &tomas)).await;
    }
    notices_are_read(&app, &tomas).await;
    ana.sends(&name, "One more question").await;
    bo.sends(&room(&bo, &tomas), "Me too").await;
    look(&app, 3).await;
    let letters = mail(&app, 301).await;
    assert_eq!(letters.len(), 1, "one for both, after a visit");
    assert_eq!(letters[0]["subject"], "2 notices wait for you at Haggle");
    for part in ["Ana wrote to you", "One more question", "Bo wrote to you", "Me too"] {
        assert!(letters[0]["text"].as_str().unwrap().contains(part), "{part}");
    }
}

async fn notices_are_read(app: &TestApp, person: &Person) {
    crate::support::eventually("notices to be read", async || {
        (person.get("/").await.ok().text("[data-notices]") == "0").then_some(())
    })
    .await;
    look(app, 3).await;
}

#[tokio::test]
async fn reading_in_time_cancels_the_letter() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "Hello").await;
    look(&app, 3).await;
    reads(&tomas, &room(&ana, &tomas)).await;
    assert_eq!(mail(&app, 301).await.len(), 0);
    assert_eq!(mail(&app, 90_000).await.len(), 0);
}

#[tokio::test]
async fn thirty_messages_in_five_minutes_are_one_letter() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let began = OffsetDateTime::now_utc();
    let mut letters = 0;
    for n in 0..30 {
        let sent_at = began + Duration::seconds(10 * n);
        ana.sends(&name, &format!("Message {n}")).await;
        sqlx::query("UPDATE messages SET sent_at = $1 WHERE seq = $2")
            .bind(sent_at)
            .bind(n + 1)
            .execute(&app.db)
            .await
            .unwrap();
        sqlx::query("UPDATE rooms SET last_at = $1").bind(sent_at).execute(&app.db).await.unwrap();
        look_at(&app, sent_at + Duration::seconds(3)).await;
        letters += mail_at(&app, sent_at + Duration::seconds(3)).await.len();
    }
    letters += mail_at(&app, began + Duration::minutes(20)).await.len();
    assert_eq!(letters, 1);
}

#[tokio::test]
async fn a_letter_is_stopped_by_one_post_without_a_sign_in() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "Hello").await;
    look(&app, 3).await;
    let letter = mail(&app, 301).await.remove(0);
    let path = path(&app, &letter["unsubscribe_url"]);
    let nobody = app.visitor();
    let page = nobody.get(&path).await.ok();
    assert_eq!(page.text("h1"), "Stop these letters?");
    assert!(
        tomas.get("/settings/notices").await.ok().has("input[value='message:mail'][checked]"),
        "a look is none"
    );

    for _ in 0..2 {
        // As mail programs do it: no cookie, no origin, a body that the standard says.
        let request = nobody.request(reqwest::Method::POST, &path).form(&[("List-Unsubscribe", "One-Click")]);
        let request = request.header("origin", "https://mail.example").header("sec-fetch-site", "cross-site");
        nobody.send(request).await.expect(200);
    }
    assert!(!tomas.get("/settings/notices").await.ok().has("input[value='message:mail'][checked]"));
    assert!(
        ana.get("/settings/notices").await.ok().has("input[value='message:mail'][checked]"),
        "only theirs"
    );
    reads(&tomas, &room(&ana, &tomas)).await;
    notices_are_read(&app, &tomas).await;
    ana.sends(&room(&ana, &tomas), "Hello again").await;
    look(&app, 3).await;
    assert_eq!(mail(&app, 301).await.len(), 0);

    for wrong in ["/unsubscribe/x", &format!("{path}x"), "/u/", "/u/a.b"] {
        nobody.post(wrong, &[]).await.expect(404);
    }
    let short = path.replace("/unsubscribe/", "/u/");
    nobody.post(&short, &[]).await.expect(200);
}

#[tokio::test]
async fn two_nodes_write_one_letter_and_quiet_hours_hold_it() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let quiet = tomas.get("/settings/notices").await.ok().form(".settings form");
    let now = OffsetDateTime::now_utc();
    let hour = |hours: i64| format!("{:02}:00", (now + Duration::hours(hours)).hour());
    let quiet = quiet.set("quiet", "on").set("time_zone", "UTC").set("quiet_from", &hour(-1));
    tomas.submit(&quiet.set("quiet_to", &hour(2))).await.expect(303);
    ana.sends(&room(&ana, &tomas), "Hello").await;
    look(&app, 3).await;
    assert_eq!(mail(&app, 301).await.len(), 0, "it is quiet");
    let letters = app.state().notices.letters;
    let later = now + Duration::hours(3);
    let results = tokio::join!(letters.mail_due(later), letters.mail_due(later), letters.mail_due(later));
    results.0.and(results.1).and(results.2).unwrap();
    assert_eq!(mail(&app, 10_800).await.len(), 1);
}

#[tokio::test]
async fn without_previews_a_letter_names_nobody() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let mut form = tomas.get("/settings/notices").await.ok().form(".settings form");
    form.fields.retain(|(name, _)| name != "previews");
    tomas.submit(&form).await.expect(303);
    ana.sends(&room(&ana, &tomas), "A secret").await;
    look(&app, 3).await;
    let letter = mail(&app, 301).await.remove(0).to_string();
    assert!(letter.contains("New message at Haggle"), "{letter}");
    assert!(!letter.contains("Ana") && !letter.contains("secret"), "{letter}");
}
