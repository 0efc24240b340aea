//! Asking again before what does lasting harm in a stranger's hands.

use haggle::web::forgery::PublicOrigin;
use serde_json::json;

use crate::support::{Authenticator, PASSWORD, Person, TestApp};

/// Everybody was last asked so long ago.
async fn age(app: &TestApp, minutes: i32) {
    sqlx::query("UPDATE sessions SET proved_at = now() - make_interval(mins => $1)")
        .bind(minutes)
        .execute(&app.db)
        .await
        .unwrap();
}

async fn is_asked(person: &Person, path: &str) -> bool {
    person.post(path, &[]).await.has("[name='proof_password']")
}

#[tokio::test]
async fn a_form_is_carried_out_with_the_answer_as_it_was_sent() {
    let app = TestApp::start().await;
    app.start_jobs();
    let ana = app.buyer("Ana").await;
    age(&app, 9).await;
    assert!(!is_asked(&ana, "/account/email").await, "nine minutes are no time");
    age(&app, 11).await;
    let fields = [("email", "new+tag@example.com"), ("current_password", "typed by mistake")];
    let asked = ana.post("/account/email", &fields).await.ok();
    assert!(!asked.body().contains("typed by mistake"));
    let form = asked.form(".auth-form form");
    assert_eq!(form.value("email"), "new+tag@example.com");
    let again = ana.submit(&form.clone().set("proof_password", "a guess or two")).await.refused();
    assert!(!again.body().contains("a guess or two"));
    let form = again.form(".auth-form form");
    ana.submit(&form.set("proof_password", PASSWORD)).await.redirects_to("/account");
    app.letter_to("new+tag@example.com").await;
    // That was a proof.
    ana.get("/account/second-factor").await.ok();
}

#[tokio::test]
async fn a_page_comes_after_the_answer() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    ana.get("/account/second-factor").await.ok();
    age(&app, 11).await;
    let asked = ana.get("/account/second-factor?from=here").await;
    asked.redirects_to("/account/confirm?next=/account/second-factor%3Ffrom%3Dhere");
    let form = ana.follow(&asked).await.ok().form(".auth-form form");
    ana.submit(&form.set("proof_password", PASSWORD)).await.redirects_to("/account/second-factor?from=here");
    ana.get("/account/second-factor").await.ok();
    ana.get("/account/confirm?next=https://evil.example").await.redirects_to("/account");
}

/// Another session of the same person has its own.
#[tokio::test]
async fn signing_in_is_a_proof_of_this_session() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    age(&app, 11).await;
    let there = ana.on_another_device(&app).await;
    there.get("/account/second-factor").await.ok();
    ana.get("/account/second-factor").await.expect(303);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    age(&app, 11).await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let guess = [("proof_password", "a guess or two")];
        statuses.push(ana.post("/account/confirm", &guess).await.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[10]), (422, 429), "{statuses:?}");
}

#[tokio::test]
async fn a_passkey_is_an_answer_and_a_program_is_told_where_to_go() {
    let app =
        TestApp::start_called(|marketplace| marketplace.origin = PublicOrigin("http://localhost".into()))
            .await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let (mut hers, mut his) = (Authenticator::at("http://localhost"), Authenticator::at("http://localhost"));
    for (person, device) in [(&ana, &mut hers), (&bo, &mut his)] {
        let question = person.post_json("/account/passkeys/challenge", &json!({})).await.ok().json();
        let made = device.create(&question);
        person.post("/account/passkeys", &[("passkey_name", "Phone"), ("credential", &made)]).await.ok();
    }
    age(&app, 11).await;
    let refused = ana.post_json("/account/passkeys/challenge", &json!({})).await.expect(403);
    assert_eq!(refused.json()["confirm"], "/account/confirm");
    assert_eq!(refused.json()["code"], "confirm_needed");
    // What the script does then: the name isn't lost.
    let asked = bo.post("/account/passkeys", &[("passkey_name", "Key"), ("credential", "")]).await.ok();
    let form = asked.form("form:not([data-passkey])[action='/account/passkeys']");
    let page = bo.submit(&form.set("proof_password", PASSWORD)).await.ok();
    assert_eq!(page.form("form[data-passkey]").value("passkey_name"), "Key");
    let asked = ana.post("/account/second-factor/codes", &[]).await.ok();
    let form = asked.form("form[data-passkey]");
    for (device, status) in [(&mut his, 422), (&mut hers, 200)] {
        let question = ana.post_json("/account/confirm/challenge", &json!({})).await.ok().json();
        let answer = device.get(&question);
        let page = ana.submit(&form.clone().set("proof_passkey", &answer)).await.expect(status);
        assert_eq!(page.count(".recovery-codes li") == 10, status == 200);
    }
}

#[tokio::test]
async fn an_admin_is_asked_and_others_see_no_difference() {
    let app = TestApp::start().await;
    let (ines, ana) = (app.admin("Ines").await, app.buyer("Ana").await);
    age(&app, 11).await;
    let suspend = format!("/admin/people/{}/suspend", ana.account_id);
    ana.post(&suspend, &[]).await.expect(404);
    app.visitor().post(&suspend, &[]).await.redirects_to("/login?next=/");
    let form = ines.post(&suspend, &[("next", "/admin")]).await.ok().form(".auth-form form");
    ana.get("/account").await.ok();
    ines.submit(&form.set("proof_password", PASSWORD)).await.redirects_to("/admin");
    ana.get("/account").await.redirects_to("/login?next=/account");
}

/// What is typed into a long form isn't lost.
#[tokio::test]
async fn settings_are_saved_after_the_answer() {
    let app = TestApp::start().await;
    let ines = app.admin("Ines").await;
    let form = ines.get("/admin/settings").await.ok().form("form[action='/admin/settings']");
    age(&app, 11).await;
    let asked = ines.submit(&form.set("name", "Bazar & Söhne")).await.ok();
    let form = asked.form(".auth-form form").set("proof_password", PASSWORD);
    ines.submit(&form).await.expect(303);
    assert!(ines.get("/admin/settings").await.ok().body().contains("Bazar &#38; Söhne"));
}

#[tokio::test]
async fn everything_that_does_lasting_harm_is_guarded() {
    let app = TestApp::start().await;
    let (ines, ana) = (app.admin("Ines").await, app.buyer("Ana").await);
    age(&app, 11).await;
    for path in [
        "/account/email",
        "/account/second-factor",
        "/account/second-factor/codes",
        "/account/second-factor/remove",
        "/account/export",
        "/account/passkeys",
        "/account/passkeys/1/remove",
        "/account/tokens",
    ] {
        assert!(is_asked(&ana, path).await, "{path}");
    }
    for what in ["suspend", "restore", "demote", "remove-second-factor"] {
        let path = format!("/admin/people/{}/{what}", ana.account_id);
        assert!(is_asked(&ines, &path).await, "{path}");
    }
    for path in ["/admin/settings", "/admin/apps", "/admin/apps/x/remove"] {
        assert!(is_asked(&ines, path).await, "{path}");
    }
}
