//! The question, and where its answer goes.

use haggle::accounts::AccessSignal;
use haggle::accounts::tokens;

use super::{OWN, Pair, REDIRECT, allow, asked, exchange, holds, post, sql, start, told};
use crate::{
    accounts::second_factor::code,
    support::{PASSWORD, TestApp},
};

#[tokio::test]
async fn an_app_is_signed_in_to_by_a_browser_refreshed_and_signed_out() {
    let app = start().await;
    let ana = app.register_buyer("Ana").await;
    ana.post("/logout", &[]).await.expect(303);
    // The system browser opens, and nobody is signed in.
    let sent = ana.get(&asked(&[])).await;
    assert!(sent.location().starts_with("/login?next=/oauth/authorize%3F"), "{}", sent.location());
    let form = ana.follow(&sent).await.ok().form("form[action='/login']");
    let back = ana.submit(&form.set("email", &ana.email).set("password", PASSWORD)).await;
    let page = ana.follow(&back).await.ok();
    assert_eq!(
        page.texts(".scope-list li"),
        ["See and change your profile, and see your email address", "Read your conversations"]
    );
    assert!(
        page.text(".auth-form").contains("org.example.app") && page.text(".auth-form").contains(&ana.email)
    );
    let answer = ana.submit(&page.form("form[action='/oauth/authorize']").set("decision", "allow")).await;
    assert!(answer.location().starts_with(REDIRECT), "{}", answer.location());
    assert_eq!(told(&answer, "state").as_deref(), Some("a state"));
    assert_eq!(told(&answer, "iss"), Some(app.origin()));
    let tokens = exchange(&app, &told(&answer, "code").unwrap()).await.ok();
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    let answer = tokens.json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &3600.into()));
    assert_eq!(answer["scope"], "profile chat:read");
    let pair = Pair::of(tokens);
    let access = tokens::authenticate(&app.db, &pair.access).await.unwrap().expect("it holds");
    assert_eq!(
        (access.user.account_id, access.scopes.to_string()),
        (ana.account_id, "profile chat:read".into())
    );
    let line = ana.get("/account/sessions").await.ok();
    assert!(
        line.texts(".session-device").contains(&"Haggle App".to_owned()),
        "{:?}",
        line.texts(".session-device")
    );
    // The app signs out, and what it opened closes.
    let mut signals = app.state().accounts.access.subscribe(&access.user);
    post(&app, "/oauth/revoke", &[("token", &pair.refresh), ("client_id", OWN)]).await.ok();
    assert_eq!(signals.next_signal().await, AccessSignal::Ended);
    assert!(!holds(&app, &pair.access).await);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_on_the_way() {
    let app = start().await;
    let ana = app.register_buyer("Ana").await;
    let secret = ana.get("/account/second-factor").await.ok().text(".enrol-secret");
    ana.post("/account/second-factor", &[("code", &code(&secret, -1))]).await.ok();
    ana.post("/logout", &[]).await.expect(303);
    let sent = ana.get(&asked(&[])).await;
    let form = ana.follow(&sent).await.ok().form("form[action='/login']");
    let half = ana.submit(&form.set("email", &ana.email).set("password", PASSWORD)).await;
    half.redirects_to("/login/code");
    let back = ana.post("/login/code", &[("code", &code(&secret, 0))]).await;
    ana.follow(&back).await.ok().form("form[action='/oauth/authorize']");
}

#[tokio::test]
async fn whoever_was_asked_long_ago_is_asked_who_they_are() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let form =
        ana.get(&asked(&[])).await.ok().form("form[action='/oauth/authorize']").set("decision", "allow");
    sql(&app, "UPDATE sessions SET proved_at = now() - interval '11 minutes'").await;
    for sent in [ana.get(&asked(&[])).await, ana.submit(&form).await] {
        assert!(
            sent.location().starts_with("/account/confirm?next=/oauth/authorize%3F"),
            "{}",
            sent.location()
        );
    }
    let sent = ana.get(&asked(&[])).await;
    let question = ana.follow(&sent).await.ok().form(".auth-form form");
    let back = ana.submit(&question.set("proof_password", PASSWORD)).await;
    assert!(told(&allow(&ana, back.location()).await, "code").is_some());
}

/// The longest that an app may say comes back from the sign-in as it was.
#[tokio::test]
async fn a_long_state_outlasts_the_sign_in() {
    let app = start().await;
    let ana = app.register_buyer("Ana").await;
    ana.post("/logout", &[]).await.expect(303);
    let state = "a +%&=#é".repeat(60);
    let sent = ana.get(&asked(&[("state", &state)])).await;
    let form = ana.follow(&sent).await.ok().form("form[action='/login']");
    let back = ana.submit(&form.set("email", &ana.email).set("password", PASSWORD)).await;
    assert_eq!(told(&allow(&ana, back.location()).await, "state"), Some(state));
}

#[tokio::test]
async fn no_is_told_to_the_app() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let form = ana.get(&asked(&[])).await.ok().form("form[action='/oauth/authorize']");
    for form in [form.clone().set("decision", "cancel"), form.clone(), form.set("decision", "maybe")] {
        let answer = ana.submit(&form).await;
        assert_eq!(told(&answer, "error").as_deref(), Some("access_denied"));
        assert_eq!(told(&answer, "state").as_deref(), Some("a state"));
        assert_eq!((told(&answer, "iss"), told(&answer, "code")), (Some(app.origin()), None));
    }
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_isnt_the_apps() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let long = "x".repeat(2000);
    for otherwise in [
        ("client_id", ""),
        ("client_id", "nobody"),
        ("client_id", "haggle-app'--"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/signed-in"),
        ("redirect_uri", "https://app.example/signed-in/"),
        ("redirect_uri", "https://app.example/signed-in?a=b"),
        ("redirect_uri", "https://app.example:444/signed-in"),
        ("redirect_uri", "https://app.example.evil.example/signed-in"),
        ("redirect_uri", "https://app.example@evil.example/signed-in"),
        ("redirect_uri", "http://app.example/signed-in"),
        ("redirect_uri", "http://localhost/signed-in"),
        ("redirect_uri", "org.example.app:/elsewhere"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", "/account"),
        ("scope", &long),
    ] {
        for person in [&ana, &app.visitor()] {
            person.get(&asked(&[otherwise])).await.expect(400);
        }
        // Nor by the form, which anybody can fill in as they like.
        let form =
            ana.get(&asked(&[])).await.ok().form("form[action='/oauth/authorize']").set("decision", "allow");
        if otherwise.0 != "scope" {
            ana.submit(&form.set(otherwise.0, otherwise.1)).await.expect(400);
        }
    }
    ana.get(&format!("{}&redirect_uri=https://app.example/signed-in", asked(&[]))).await.expect(400);
    ana.get(&format!("{}&client_id={OWN}", asked(&[]))).await.expect(400);
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_app() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let long = "s".repeat(1001);
    for (name, value, error) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "profile admin", "invalid_scope"),
        ("state", &long, "invalid_request"),
    ] {
        for person in [&ana, &app.visitor()] {
            let answer = person.get(&asked(&[(name, value)])).await;
            assert!(answer.location().starts_with(REDIRECT), "{name}={value}");
            assert_eq!(told(&answer, "error").as_deref(), Some(error), "{name}={value}");
            assert_eq!(told(&answer, "state").is_some(), name != "state");
            assert_eq!(told(&answer, "iss"), Some(app.origin()));
        }
    }
}

/// RFC 8252, 7.3; and the page says where its form may lead, which browsers hold it to.
#[tokio::test]
async fn each_kind_of_address_is_reached() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    for (redirect, source) in [
        (REDIRECT, "org.example.app:"),
        ("http://127.0.0.1:49152/signed-in", "http://127.0.0.1:49152"),
        ("https://app.example/signed-in", "https://app.example"),
    ] {
        let page = ana.get(&asked(&[("redirect_uri", redirect)])).await.ok();
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains(&format!("form-action 'self' {source};")), "{policy}");
        assert!(page.header("cache-control").unwrap().contains("no-store"));
        let answer = allow(&ana, &asked(&[("redirect_uri", redirect)])).await;
        assert!(answer.location().starts_with(&format!("{redirect}?code=")), "{}", answer.location());
    }
}

#[tokio::test]
async fn what_an_app_says_is_text() {
    let app = start().await;
    let ines = app.admin("Ines").await;
    let ana = app.buyer("Ana").await;
    let fields = [("name", "<script>alert(1)</script>"), ("redirect_uris", "https://notes.example/done")];
    ines.post("/admin/apps", &fields).await.expect(303);
    let id = ines.get("/admin/apps").await.ok().texts("td code")[2].clone();
    let state = "\"><script>alert(2)</script>&code=x#y";
    let path = asked(&[("client_id", &id), ("redirect_uri", "https://notes.example/done"), ("state", state)]);
    let page = ana.get(&path).await.ok();
    assert!(!page.body().contains("<script>alert"), "{}", page.body());
    assert!(page.text("h1").contains("<script>alert(1)</script>"));
    let answer = allow(&ana, &path).await;
    assert_eq!(told(&answer, "state").as_deref(), Some(state));
    assert_ne!(told(&answer, "code").as_deref(), Some("x"));
}

#[tokio::test]
async fn who_may_have_no_apps_is_told() {
    let app = start().await;
    let (ines, ana) = (app.admin("Ines").await, app.buyer("Ana").await);
    ines.get(&asked(&[])).await.expect(403);
    let form =
        ana.get(&asked(&[])).await.ok().form("form[action='/oauth/authorize']").set("decision", "allow");
    ines.submit(&form).await.expect(403);
    sqlx::query(
        "INSERT INTO sessions (id_hash, account_id, data, expires_at, kind, name, epoch)
         SELECT sha256(n::text::bytea), $1, '{}', now() + interval '1 day', 'personal', 'x', 0 FROM generate_series(1, 50) n",
    )
    .bind(ana.account_id)
    .execute(&app.db)
    .await
    .unwrap();
    ana.get(&asked(&[])).await.expect(403);
    ana.submit(&form).await.expect(403);
    sql(&app, "UPDATE accounts SET admission = 'waiting'").await;
    ana.get(&asked(&[])).await.expect(403);
}

/// Without the setting there is no app of the marketplace's own.
#[tokio::test]
async fn the_own_app_goes_where_the_setting_says() {
    let app = TestApp::start().await;
    app.buyer("Ana").await.get(&asked(&[])).await.expect(400);
}
