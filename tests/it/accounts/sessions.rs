//! Where one is signed in, and signing out there.

use reqwest::header::USER_AGENT;

use crate::support::{PASSWORD, TestApp};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let ana = app.register_buyer("Ana").await;
    let there = app.visitor();
    let fields = [("email", &*ana.email), ("password", PASSWORD)];
    let request = there.request(reqwest::Method::POST, "/login").header(USER_AGENT, FIREFOX).form(&fields);
    there.send(request).await.expect(303);
    let page = ana.get("/account/sessions").await.ok();
    let devices = page.texts(".session-device");
    assert_eq!(devices, ["An unknown browser This browser", "Firefox on Linux"]);
    assert!(page.body().contains("127.0.0.x"));
    let mut inbox = there.socket("/ws/inbox").await;
    ana.submit(&page.form("form[action='/account/sessions/end']")).await.redirects_to("/account/sessions");
    assert_eq!(inbox.closed().await, 4401);
    there.get("/account").await.redirects_to("/login?next=/account");
    ana.get("/account").await.ok();
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (there, elsewhere) = (ana.on_another_device(&app).await, ana.on_another_device(&app).await);
    ana.post("/account/sessions/end-others", &[]).await.redirects_to("/account/sessions");
    for other in [there, elsewhere] {
        other.get("/account").await.redirects_to("/login?next=/account");
    }
    assert_eq!(ana.get("/account/sessions").await.ok().count(".session-line"), 1);
}

#[tokio::test]
async fn nobody_ends_somebody_elses_session() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    ana.on_another_device(&app).await;
    let page = ana.get("/account/sessions").await.ok();
    bo.submit(&page.form("form[action='/account/sessions/end']")).await.expect(303);
    assert_eq!(ana.get("/account/sessions").await.ok().count(".session-line"), 2);
}

/// L4.
#[tokio::test]
async fn an_admins_session_ends_after_half_a_day_without_use() {
    let app = TestApp::start().await;
    let (root, ana) = (app.admin("Root").await, app.buyer("Ana").await);
    for (person, hours) in [(&root, 12.0), (&ana, 30.0 * 24.0)] {
        person.get("/account").await.ok();
        let left: f64 = sqlx::query_scalar(
            "SELECT extract(epoch FROM expires_at - now())::float8 / 3600 FROM sessions WHERE account_id = $1",
        )
        .bind(person.account_id)
        .fetch_one(&app.db)
        .await
        .unwrap();
        assert!(left <= hours && left > hours - 1.0, "{left}");
    }
}

/// Using a session writes its row once an hour, not at every request.
#[tokio::test]
async fn the_last_use_is_written_once_an_hour() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    ana.get("/account").await.ok();
    let version = async || {
        let sql = "SELECT xmin::text FROM sessions WHERE account_id = $1";
        sqlx::query_scalar::<_, String>(sql).bind(ana.account_id).fetch_one(&app.db).await.unwrap()
    };
    let before = version().await;
    ana.get("/account").await.ok();
    assert_eq!(version().await, before);
    sqlx::query("UPDATE sessions SET data = jsonb_set(data, '{seen_hour}', '1')")
        .execute(&app.db)
        .await
        .unwrap();
    let before = version().await;
    ana.get("/account").await.ok();
    assert_ne!(version().await, before);
}

#[tokio::test]
async fn a_sign_in_from_a_new_browser_is_told_to_a_confirmed_address() {
    let app = TestApp::start().await;
    app.start_jobs();
    let ana = app.register_buyer("Ana").await;
    let sign_in = async || ana.on_another_device(&app).await;
    sign_in().await;
    sqlx::query("UPDATE accounts SET email_confirmed_at = now()").execute(&app.db).await.unwrap();
    // Known since the registration.
    ana.post("/logout", &[]).await.expect(303);
    ana.sign_in(PASSWORD).await.expect(303);
    let queued = "SELECT count(*) FROM jobs WHERE name = 'mail.send'";
    assert_eq!(sqlx::query_scalar::<_, i64>(queued).fetch_one(&app.db).await.unwrap(), 0);
    sign_in().await;
    let letter = app.letter_to(&ana.email).await;
    assert!(letter.subject.contains("new sign-in") && letter.text.contains("127.0.0.x"), "{}", letter.text);
    assert_eq!(letter.link(), "/account/sessions");
}
