//! Passkeys, with an authenticator in software. What browsers do is in `tests/browser/passkeys.test.mjs`.

use haggle::web::forgery::PublicOrigin;
use serde_json::{Value, json};

use crate::support::{Authenticator, PASSWORD, Page, Person, TestApp};

const ORIGIN: &str = "http://localhost";

async fn start() -> TestApp {
    TestApp::start_called(|marketplace| marketplace.origin = PublicOrigin(ORIGIN.into())).await
}

async fn question(person: &Person, path: &str) -> Value {
    person.post_json(&format!("{path}/challenge"), &json!({})).await.ok().json()
}

async fn add(person: &Person, device: &mut Authenticator, name: &str) -> Page {
    let answer = device.create(&question(person, "/account/passkeys").await);
    person.post("/account/passkeys", &[("passkey_name", name), ("credential", &answer)]).await
}

/// Somebody who has one.
async fn with_passkey(person: &Person) -> Authenticator {
    let mut device = Authenticator::at(ORIGIN);
    add(person, &mut device, "Phone").await.ok();
    device
}

async fn answer(person: &Person, path: &str, answer: &str) -> Page {
    person.post(path, &[("credential", answer), ("next", "/messages")]).await
}

/// Asks, answers, sends.
async fn sign_in(person: &Person, device: &mut Authenticator, path: &str) -> Page {
    let text = device.get(&question(person, path).await);
    answer(person, path, &text).await
}

async fn change_challenge(app: &TestApp, sql: &str) {
    let sql = format!("UPDATE sessions SET data = {sql} WHERE data ? 'passkey_challenge'");
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.db).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}

#[tokio::test]
async fn a_passkey_alone_signs_its_owner_in_and_is_removed() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut phone = Authenticator::at(ORIGIN);
    let codes = add(&ana, &mut phone, " My  phone ").await.ok();
    assert_eq!(codes.count(".recovery-codes li"), 10, "the way back comes with the first one");
    let mut key = Authenticator::at(ORIGIN);
    add(&ana, &mut key, "Key on the ring").await.redirects_to("/account/second-factor");
    let page = ana.get("/account/second-factor").await.ok();
    assert_eq!(page.texts("#passkeys .session-device"), ["My phone", "Key on the ring"]);
    assert_eq!(page.body().matches("not used yet").count(), 2);

    let there = app.visitor();
    let login = there.get("/login").await.ok();
    assert!(login.has("form[data-passkey][hidden]") && login.has("[autocomplete='username webauthn']"));
    sign_in(&there, &mut phone, "/login/passkey").await.redirects_to("/messages");
    let page = there.get("/account/second-factor").await.ok();
    assert_eq!(page.body().matches("not used yet").count(), 1);

    let forms = page.attrs("#passkeys .session-line form", "action");
    there.post(&forms[0], &[]).await.redirects_to("/account/second-factor");
    let elsewhere = app.visitor();
    sign_in(&elsewhere, &mut phone, "/login/passkey").await.refused();
    sign_in(&elsewhere, &mut key, "/login/passkey").await.redirects_to("/messages");
    // Nobody else's.
    let bo = app.buyer("Bo").await;
    bo.post(&forms[1], &[]).await.expect(404);
    elsewhere.post(&forms[1], &[]).await.expect(303);
    assert!(!elsewhere.get("/account/second-factor").await.ok().has("#codes"));
    ana.sign_in(PASSWORD).await.redirects_to("/");
}

#[tokio::test]
async fn after_the_password_a_passkey_or_a_recovery_code_is_asked_for() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut phone = Authenticator::at(ORIGIN);
    let codes = add(&ana, &mut phone, "Phone").await.ok().texts(".recovery-codes li");
    ana.post("/logout", &[]).await.expect(303);
    ana.sign_in(PASSWORD).await.redirects_to("/login/code");
    ana.get("/account").await.redirects_to("/login?next=/account");
    assert!(ana.get("/login/code").await.ok().has("form[data-passkey]"));
    // Somebody else's, good as it is, isn't hers.
    let bo = app.buyer("Bo").await;
    let mut his = with_passkey(&bo).await;
    sign_in(&ana, &mut his, "/login/code/passkey").await.refused();
    sign_in(&ana, &mut phone, "/login/code/passkey").await.redirects_to("/");
    ana.get("/account").await.ok();

    // Without a script, and without the phone.
    let there = app.visitor();
    there.post("/login", &[("email", &*ana.email), ("password", PASSWORD)]).await.redirects_to("/login/code");
    there.post("/login/code", &[("code", &codes[0])]).await.redirects_to("/");
}

#[tokio::test]
async fn an_answer_counts_once_for_five_minutes_for_what_was_asked() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut phone = with_passkey(&ana).await;
    let there = app.visitor();
    let path = "/login/passkey";

    // A wrong one uses the question up.
    let good = phone.get(&question(&there, path).await);
    answer(&there, path, "{}").await.refused();
    answer(&there, path, &good).await.refused();

    // Too late.
    let late = phone.get(&question(&there, path).await);
    change_challenge(&app, "jsonb_set(data, '{passkey_challenge,at}', to_jsonb((data->'passkey_challenge'->>'at')::bigint - 301))").await;
    answer(&there, path, &late).await.refused();

    // To the question before.
    let old = phone.get(&question(&there, path).await);
    question(&there, path).await;
    answer(&there, path, &old).await.refused();

    // In another browser.
    let stolen = phone.get(&question(&there, path).await);
    answer(&app.visitor(), path, &stolen).await.refused();

    // To what another site has asked, and without a fingerprint.
    let mut phished = phone.clone();
    phished.origin = "http://localhost.evil.example";
    sign_in(&there, &mut phished, path).await.refused();
    let mut lying_around = phone.clone();
    lying_around.verifies = false;
    sign_in(&there, &mut lying_around, path).await.refused();

    // As what it isn't for.
    ana.sign_in(PASSWORD).await.redirects_to("/login/code");
    let for_code = phone.get(&question(&ana, "/login/code/passkey").await);
    answer(&ana, path, &for_code).await.refused();

    sign_in(&there, &mut phone, path).await.redirects_to("/messages");
}

/// The same answer several times at once, with the same cookie.
#[tokio::test]
async fn an_answer_at_once_opens_one_session() {
    let app = start().await;
    let mut phone = with_passkey(&app.buyer("Ana").await).await;
    let there = app.visitor();
    let path = "/login/passkey";
    let text = phone.get(&question(&there, path).await);
    let cookies = there.cookies().unwrap();
    let enter = async || {
        let tab = app.visitor();
        tab.set_cookie(cookies.to_str().unwrap());
        answer(&tab, path, &text).await.status.as_u16()
    };
    let (a, b, c) = tokio::join!(enter(), enter(), enter());
    assert_eq!([a, b, c].iter().filter(|&&status| status == 303).count(), 1, "{a} {b} {c}");
}

#[tokio::test]
async fn a_registration_is_the_account_s_that_asked() {
    let app = start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let mut phone = Authenticator::at(ORIGIN);
    let made = phone.create(&question(&ana, "/account/passkeys").await);
    question(&bo, "/account/passkeys").await;
    let fields = [("passkey_name", "Phone"), ("credential", &*made)];
    bo.post("/account/passkeys", &fields).await.refused();
    ana.post("/account/passkeys", &fields).await.ok();
    ana.post("/account/passkeys", &fields).await.refused();
    // The device is told of what it has already.
    let again = question(&ana, "/account/passkeys").await;
    assert_eq!(again["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(again["publicKey"]["rp"]["id"], "localhost");
    // Nothing of the account's number is in it.
    assert_ne!(again["publicKey"]["user"]["id"], ana.account_id.to_string());
}

/// The same gate as behind a password.
#[tokio::test]
async fn whoever_is_suspended_or_not_admitted_gets_no_further_by_a_passkey() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut phone = with_passkey(&ana).await;
    let set = async |sql: &'static str| sqlx::query(sql).execute(&app.db).await.unwrap();
    set("UPDATE accounts SET suspended_at = now() WHERE name = 'Ana'").await;
    let there = app.visitor();
    let page = sign_in(&there, &mut phone, "/login/passkey").await.refused();
    assert!(page.body().contains("This account is suspended."));
    set("UPDATE accounts SET suspended_at = NULL, admission = 'waiting' WHERE name = 'Ana'").await;
    sign_in(&there, &mut phone, "/login/passkey").await.expect(303);
    assert!(there.get("/").await.ok().has("[data-pending]"));
    there.get("/account").await.expect(403);
}

/// A synchronised key counts nothing, a copied one goes back: both are let in, and the second is in the log.
#[tokio::test]
async fn a_count_that_goes_back_is_not_refused() {
    let app = start().await;
    let mut phone = with_passkey(&app.buyer("Ana").await).await;
    for count in [5, 3, 0, 6] {
        phone.set_count(count);
        sign_in(&app.visitor(), &mut phone, "/login/passkey").await.expect(303);
    }
    let count: i64 = sqlx::query_scalar("SELECT sign_count FROM passkeys").fetch_one(&app.db).await.unwrap();
    assert_eq!(count, 6);
}

#[tokio::test]
async fn an_admin_with_a_passkey_has_a_second_factor_and_keeps_it() {
    let app = start().await;
    let (ines, jonas) = (app.admin("Ines").await, app.admin("Jonas").await);
    sqlx::query("UPDATE accounts SET is_demo = false").execute(&app.db).await.unwrap();
    ines.get("/admin").await.redirects_to("/account/second-factor");
    with_passkey(&ines).await;
    ines.get("/admin").await.ok();
    let mut his = with_passkey(&jonas).await;
    let id: i64 = sqlx::query_scalar("SELECT id FROM passkeys WHERE account_id = $1")
        .bind(jonas.account_id)
        .fetch_one(&app.db)
        .await
        .unwrap();
    jonas.post(&format!("/account/passkeys/{id}/remove"), &[]).await.expect(403);

    // Jonas loses his phone: another admin helps, and whoever finds it is not let in.
    let help = format!("/admin/people/{}/remove-second-factor", jonas.account_id);
    ines.post(&help, &[]).await.redirects_to("/admin/people");
    sign_in(&app.visitor(), &mut his, "/login/passkey").await.refused();
    jonas.sign_in(PASSWORD).await.redirects_to("/");
    jonas.get("/admin").await.redirects_to("/account/second-factor");
}

#[tokio::test]
async fn its_owner_is_told_by_mail_of_a_new_one_and_of_one_that_goes() {
    let app = start().await;
    app.start_jobs();
    let ana = app.buyer("Ana").await;
    sqlx::query("UPDATE accounts SET email_confirmed_at = now()").execute(&app.db).await.unwrap();
    let mut phone = with_passkey(&ana).await;
    let letter = app.letter_to(&ana.email).await;
    assert!(letter.subject.contains("has a new passkey"), "{}", letter.subject);
    // Of a browser that is new to the account, too.
    sign_in(&app.visitor(), &mut phone, "/login/passkey").await.expect(303);
    let letter = app.letter_to(&ana.email).await;
    assert!(letter.subject.contains("new sign-in"), "{}", letter.subject);
    let id: i64 = sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&app.db).await.unwrap();
    ana.post(&format!("/account/passkeys/{id}/remove"), &[]).await.expect(303);
    let letter = app.letter_to(&ana.email).await;
    assert!(letter.subject.contains("passkey was removed"), "{}", letter.subject);
}

#[tokio::test]
async fn questions_and_wrong_answers_have_a_budget() {
    let app = start().await;
    let there = app.visitor();
    let ask = async || there.post_json("/login/passkey/challenge", &json!({})).await.status.as_u16();
    assert_eq!(until_refused(ask).await, 200);
    // What a stranger leaves is gone in five minutes.
    let left: bool =
        sqlx::query_scalar("SELECT bool_and(expires_at < now() + interval '6 minutes') FROM sessions")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert!(left);
    let guess = async || answer(&there, "/login/passkey", "{}").await.status.as_u16();
    assert_eq!(until_refused(guess).await, 422);
}

/// What there was before a refusal; there are thirty at once, and more while it takes.
async fn until_refused(attempt: impl AsyncFn() -> u16) -> u16 {
    let first = attempt().await;
    for _ in 0..200 {
        match attempt().await {
            429 => return first,
            status => assert_eq!(status, first),
        }
    }
    panic!("never refused");
}

/// Browsers have passkeys only for names, over https.
#[tokio::test]
async fn where_there_can_be_none_the_page_says_why() {
    let http = |marketplace: &mut haggle::web::Marketplace| {
        marketplace.origin = PublicOrigin("http://market.example".into());
    };
    for (app, why) in
        [(TestApp::start_called(http).await, "need https"), (TestApp::start().await, "bare address")]
    {
        let ana = app.buyer("Ana").await;
        let page = ana.get("/account/second-factor").await.ok();
        assert!(page.text("#passkeys").contains(why) && !page.has("form[data-passkey]"));
        assert!(!app.visitor().get("/login").await.ok().has("form[data-passkey]"));
        app.visitor().post_json("/login/passkey/challenge", &json!({})).await.expect(404);
    }
}
