use haggle::web::client_addr::TrustedProxies;
use reqwest::Method;

use crate::support::{PASSWORD, Person, TestApp};

async fn signed_in(person: &crate::support::Person) -> bool {
    person.get("/account").await.status == 200
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_signing_out_ends_it() {
    let app = TestApp::start().await;
    let ana = app.register_buyer("Ana").await;
    let first = ana.cookies().unwrap();
    ana.post("/logout", &[]).await.redirects_to("/");
    assert!(!signed_in(&ana).await);
    ana.set_cookie(&format!("{}; Path=/", first.to_str().unwrap()));
    assert!(!signed_in(&ana).await, "an ended session stays ended");
    ana.sign_in(PASSWORD).await.redirects_to("/");
    assert_ne!(ana.cookies().unwrap(), first, "rotated at sign-in");
    assert!(signed_in(&ana).await);
    ana.post("/logout", &[]).await.expect(303);
    ana.post("/logout", &[]).await.expect(303);
}

#[tokio::test]
async fn the_cookie_is_for_this_site_and_not_for_scripts() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    let page = app.visitor().post("/login", &fields).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let stored: (Vec<u8>,) = sqlx::query_as("SELECT id_hash FROM sessions ORDER BY created_at DESC LIMIT 1")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(stored.0.len(), 32, "a hash, not the cookie's id");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_look_the_same() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    let refused = |email: &'static str| {
        let visitor = app.visitor();
        async move {
            let page =
                visitor.post("/login", &[("email", email), ("password", "wrong password")]).await.refused();
            page.text("#password_error")
        }
    };
    assert_eq!(refused("ana@example.com").await, refused("nobody@example.com").await);
}

#[tokio::test]
async fn next_leads_only_to_own_paths() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let sign_in = async |next: &str| {
        let fields = [("email", &*ana.email), ("password", PASSWORD), ("next", next)];
        app.visitor().post("/login", &fields).await.location().to_owned()
    };
    assert_eq!(sign_in("/messages?page=2").await, "/messages?page=2");
    for foreign in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        assert_eq!(sign_in(foreign).await, "/", "{foreign}");
        let page = app.visitor().get(&format!("/login?next={foreign}")).await.ok();
        assert_eq!(page.attr("input[name=next]", "value"), "");
    }
    ana.get("/login?next=//evil.example").await.redirects_to("/");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_an_account_and_for_an_address() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    let guess = async |email: &str| {
        app.visitor()
            .post("/login", &[("email", email), ("password", "a guess or two")])
            .await
            .status
            .as_u16()
    };
    for _ in 0..10 {
        assert_eq!(guess("ana@example.com").await, 422);
    }
    assert_eq!(guess("ana@example.com").await, 429);
    assert_eq!(guess("ANA@example.com ").await, 429, "however it is spelled");
    assert_eq!(guess("bo@example.com").await, 422, "others go on");
    let mut statuses = Vec::new();
    for n in 0..30 {
        statuses.push(guess(&format!("somebody{n}@example.com")).await);
    }
    assert!(statuses.contains(&429), "but not for ever from one address");
}

/// Behind a proxy that says where people are.
async fn behind_a_proxy() -> TestApp {
    TestApp::start_adjusted(|app| app.accounts.trusted_proxies = TrustedProxies(1)).await
}

/// A try to sign in as Ana from this address; the answer's status.
async fn try_as_ana(browser: &Person, addr: &str, password: &str) -> u16 {
    let fields = [("email", "ana@example.com"), ("password", password)];
    let request = browser.request(Method::POST, "/login").header("x-forwarded-for", addr).form(&fields);
    browser.send(request).await.status.as_u16()
}

const STRANGER: &str = "203.0.113.9";

/// M1, C16.
#[tokio::test]
async fn a_stranger_cannot_close_an_account_for_its_owner() {
    let app = behind_a_proxy().await;
    app.buyer("Ana").await;
    while try_as_ana(&app.visitor(), STRANGER, "a guess or two").await != 429 {}
    assert_eq!(try_as_ana(&app.visitor(), STRANGER, PASSWORD).await, 429, "there it is closed");
    assert_eq!(try_as_ana(&app.visitor(), "198.51.100.7", PASSWORD).await, 303);
}

/// M1: also for whoever is at the stranger's own address, or behind the same wall.
#[tokio::test]
async fn a_browser_that_signed_in_before_has_a_budget_of_its_own() {
    let app = behind_a_proxy().await;
    app.buyer("Ana").await;
    let hers = app.visitor();
    assert_eq!(try_as_ana(&hers, STRANGER, PASSWORD).await, 303);
    hers.post("/logout", &[]).await.expect(303);
    while try_as_ana(&app.visitor(), STRANGER, "a guess or two").await != 429 {}
    assert_eq!(try_as_ana(&hers, STRANGER, PASSWORD).await, 303);
    // It isn't one for guessing either.
    hers.post("/logout", &[]).await.expect(303);
    let mut wrong = 0;
    while try_as_ana(&hers, STRANGER, "a guess or two").await == 422 {
        wrong += 1;
    }
    assert!(wrong <= 10, "{wrong}");
    // A new password makes all browsers strangers.
    let inside = app.visitor();
    assert_eq!(try_as_ana(&inside, "198.51.100.7", PASSWORD).await, 303);
    let fields = [("current_password", PASSWORD), ("password", "a new long password")];
    inside.post("/account/password", &fields).await.expect(303);
    let known: i64 =
        sqlx::query_scalar("SELECT count(*) FROM known_browsers").fetch_one(&app.db).await.unwrap();
    assert_eq!(known, 0);
}

/// C16, L2.
#[tokio::test]
async fn right_passwords_cost_nothing_and_each_door_has_its_own_budget() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    for _ in 0..40 {
        assert_eq!(try_as_ana(&app.visitor(), "", PASSWORD).await, 303);
    }
    while try_as_ana(&app.visitor(), "", "a guess or two").await != 429 {}
    for n in 0..30 {
        let email = format!("somebody{n}@example.com");
        app.visitor().post("/login", &[("email", &*email), ("password", "a guess or two")]).await;
    }
    let new = [("email", "bo@example.com"), ("password", PASSWORD), ("name", "Bo"), ("role", "buyer")];
    app.visitor().post("/register", &new).await.expect(303);
}

/// L2.
#[tokio::test]
async fn a_stolen_session_has_few_guesses_at_the_password() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let guess = [("current_password", "a guess or two"), ("password", "a new long password")];
    for _ in 0..10 {
        ana.post("/account/password", &guess).await.refused();
    }
    ana.post("/account/password", &guess).await.expect(429);
}

/// L1.
#[tokio::test]
async fn of_password_changes_at_once_one_is_told_that_it_was_changed() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (one, other) = (ana.on_another_device(&app).await, ana.on_another_device(&app).await);
    let change = async |person: &Person, new: &str| {
        let fields = [("current_password", PASSWORD), ("password", new)];
        person.post("/account/password", &fields).await.status.as_u16()
    };
    let statuses = tokio::join!(change(&one, "one long password"), change(&other, "other long password"));
    let new = match statuses {
        (303, status) if status != 303 => "one long password",
        (status, 303) if status != 303 => "other long password",
        both => panic!("{both:?}"),
    };
    assert_eq!(try_as_ana(&app.visitor(), "", new).await, 303);
}

#[tokio::test]
async fn somebody_suspended_is_told_only_if_they_know_the_password() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    assert!(signed_in(&ana).await);
    sqlx::query("UPDATE accounts SET suspended_at = now()").execute(&app.db).await.unwrap();
    assert!(!signed_in(&ana).await, "an open session is worth nothing");
    assert!(ana.sign_in(PASSWORD).await.refused().text("#password_error").contains("suspended"));
    assert!(!ana.sign_in("wrong password").await.refused().text("#password_error").contains("suspended"));
}

#[tokio::test]
async fn sign_out_everywhere_and_a_changed_password_end_every_session() {
    let app = TestApp::start().await;
    let here = app.register_buyer("Ana").await;
    let there = here.on_another_device(&app).await;
    here.post("/account/sign-out-everywhere", &[]).await.redirects_to("/login");
    assert!(!signed_in(&here).await && !signed_in(&there).await);

    here.sign_in(PASSWORD).await.expect(303);
    there.sign_in(PASSWORD).await.expect(303);
    let change =
        |current: &'static str, new: &'static str| [("current_password", current), ("password", new)];
    here.post("/account/password", &change("not my password", "a new long password")).await.refused();
    here.post("/account/password", &change(PASSWORD, "short")).await.refused();
    assert!(signed_in(&there).await, "a refused change changes nothing");
    here.post("/account/password", &change(PASSWORD, "a new long password")).await.redirects_to("/account");
    assert!(signed_in(&here).await, "with a new session");
    assert!(!signed_in(&there).await);
    there.sign_in(PASSWORD).await.refused();
    there.sign_in("a new long password").await.expect(303);
}

#[tokio::test]
async fn a_password_change_ends_sign_ins_with_the_old_one() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let thief = || async {
        let browser = app.visitor();
        browser.post("/login", &[("email", "ana@example.com"), ("password", PASSWORD)]).await;
        browser
    };
    let fields = [("current_password", PASSWORD), ("password", "a new long password")];
    let (changed, ..) = tokio::join!(ana.post("/account/password", &fields), thief(), thief(), thief());
    changed.expect(303);
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM sessions s JOIN accounts a ON a.id = s.account_id
         WHERE coalesce((s.data->>'epoch')::int, 0) = a.session_epoch",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert_eq!(left, 1, "only the one that changed it");
    assert!(signed_in(&ana).await);
}

#[tokio::test]
async fn a_sign_in_checked_before_a_global_sign_out_fails() {
    let app = TestApp::start().await;
    let ana = app.register_buyer("Ana").await;
    assert!(signed_in(&ana).await);
    // Its row is there, as that of a session which is written after the others were deleted.
    sqlx::query("UPDATE accounts SET session_epoch = session_epoch + 1").execute(&app.db).await.unwrap();
    assert!(!signed_in(&ana).await);
    assert_eq!(ana.try_socket("/ws/inbox").await.err(), Some(401));
}

#[tokio::test]
async fn signing_in_as_somebody_else_signs_the_first_out() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    app.buyer("Bo").await;
    let mut socket = ana.socket("/ws/inbox").await;
    ana.post("/login", &[("email", "bo@example.com"), ("password", PASSWORD)]).await.expect(303);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(ana.get("/account").await.ok().attr("#name", "value"), "Bo");
}

#[tokio::test]
async fn a_session_in_use_does_not_expire() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    // Last written to 25 days ago.
    sqlx::query("UPDATE sessions SET expires_at = now() + interval '5 days', data = data - 'seen_day'")
        .execute(&app.db)
        .await
        .unwrap();
    ana.get("/messages").await.ok();
    let days: f64 = sqlx::query_scalar(
        "SELECT (extract(epoch FROM expires_at - now()) / 86400)::float8 FROM sessions WHERE account_id IS NOT NULL",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert!(days > 29.0, "{days}");
}
