//! Codes by an app, and recovery codes.

use haggle::accounts::{SECURITY_JOB, totp_code, totp_step_at};
use time::OffsetDateTime;

use crate::support::{PASSWORD, Page, Person, TestApp};

/// What an app shows: the code of now, or of so many steps after.
pub(super) fn code(secret: &str, steps: i64) -> String {
    let mut bits = 0_u64;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in secret.bytes() {
        let five = match letter {
            b'A'..=b'Z' => letter - b'A',
            digit => digit - b'2' + 26,
        };
        (bits, count) = (bits << 5 | u64::from(five), count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let step = totp_step_at(OffsetDateTime::now_utc().unix_timestamp());
    format!("{:06}", totp_code(&bytes, step + steps))
}

/// Sets one up as people do; its secret, and the page with the recovery codes.
async fn enrol(person: &Person) -> (String, Page) {
    let page = person.get("/account/second-factor").await.ok();
    let secret = page.text(".enrol-secret");
    assert!(page.has(".enrol-qr svg"));
    person.post("/account/second-factor", &[("code", "000000")]).await.refused();
    // Of the step before, so that the next one is free for signing in.
    let page = person.post("/account/second-factor", &[("code", &code(&secret, -1))]).await.ok();
    assert_eq!(page.count(".recovery-codes li"), 10);
    (secret, page)
}

/// Of which the worker makes notices, in their order.
async fn security_jobs(app: &TestApp, person: &Person) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT payload ->> 'what' FROM jobs WHERE name = $1 AND payload ->> 'account_id' = $2 ORDER BY id",
    )
    .bind(SECURITY_JOB)
    .bind(person.account_id.to_string())
    .fetch_all(&app.db)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_sign_in_needs_a_code_that_works_once() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (secret, _) = enrol(&ana).await;
    assert_eq!(security_jobs(&app, &ana).await, ["second_factor_added"]);
    ana.post("/logout", &[]).await.expect(303);
    ana.get("/login/code").await.redirects_to("/login");
    ana.sign_in(PASSWORD).await.redirects_to("/login/code");
    ana.get("/account").await.redirects_to("/login?next=/account");
    ana.post("/login/code", &[("code", "12345")]).await.refused();
    let now = code(&secret, 0);
    ana.post("/login/code", &[("code", &now)]).await.redirects_to("/");
    ana.get("/account").await.ok();

    let other = app.visitor();
    let fields = [("email", &*ana.email), ("password", PASSWORD)];
    other.post("/login", &fields).await.redirects_to("/login/code");
    other.post("/login/code", &[("code", &now)]).await.refused();
}

#[tokio::test]
async fn the_same_code_at_once_opens_one_session() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (secret, _) = enrol(&ana).await;
    let now = code(&secret, 0);
    let enter = async || {
        let there = app.visitor();
        there.post("/login", &[("email", &*ana.email), ("password", PASSWORD)]).await.expect(303);
        there.post("/login/code", &[("code", &now)]).await.status.as_u16()
    };
    let mut statuses = [0; 4];
    let [a, b, c, d] = &mut statuses;
    (*a, *b, *c, *d) = tokio::join!(enter(), enter(), enter(), enter());
    assert_eq!(statuses.iter().filter(|&&status| status == 303).count(), 1, "{statuses:?}");
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (_, page) = enrol(&ana).await;
    let codes = page.texts(".recovery-codes li");
    let typed = codes[3].to_lowercase().replace('-', " ");
    for expected in [303, 422] {
        ana.post("/logout", &[]).await.expect(303);
        ana.sign_in(PASSWORD).await.redirects_to("/login/code");
        ana.post("/login/code", &[("code", &typed)]).await.expect(expected);
    }
}

/// A new session, another network: it is the account's budget.
#[tokio::test]
async fn guessing_codes_is_slowed_down_for_the_account() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    enrol(&ana).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let there = app.visitor();
        there.post("/login", &[("email", &*ana.email), ("password", PASSWORD)]).await.expect(303);
        for _ in 0..5 {
            statuses.push(there.post("/login/code", &[("code", "000000")]).await.status.as_u16());
        }
    }
    // One of ten went when it was set up.
    assert!(statuses.ends_with(&[429, 429, 429, 429, 429]), "{statuses:?}");
}

#[tokio::test]
async fn a_new_password_by_mail_keeps_the_second_factor() {
    let app = TestApp::start().await;
    app.start_jobs();
    let ana = app.buyer("Ana").await;
    enrol(&ana).await;
    let lost = app.visitor();
    lost.post("/forgot-password", &[("email", &ana.email)]).await.ok();
    let link = app.letter_to(&ana.email).await.link();
    let form = lost.get(&link).await.ok().form("form[action='/reset-password']");
    lost.submit(&form.set("password", "a bicycle in the rain")).await.expect(303);
    ana.sign_in("a bicycle in the rain").await.redirects_to("/login/code");
}

#[tokio::test]
async fn turning_it_off_needs_a_code() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (secret, _) = enrol(&ana).await;
    let path = "/account/second-factor/remove";
    ana.post(path, &[("code", "000000")]).await.refused();
    ana.post(path, &[("code", &code(&secret, 0))]).await.redirects_to("/account");
    assert_eq!(security_jobs(&app, &ana).await, ["second_factor_added", "second_factor_removed"]);
    ana.post("/logout", &[]).await.expect(303);
    ana.sign_in(PASSWORD).await.redirects_to("/");
}

/// A dump of the database opens nothing.
#[tokio::test]
async fn the_secret_is_stored_sealed() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (secret, page) = enrol(&ana).await;
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT row_to_json(t)::text FROM totp_secrets t UNION ALL SELECT row_to_json(s)::text FROM sessions s
         UNION ALL SELECT row_to_json(r)::text FROM recovery_codes r",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    let recovery = &page.texts(".recovery-codes li")[0];
    assert!(rows.len() >= 12 && rows.iter().all(|row| !row.contains(&secret) && !row.contains(recovery)));
}

/// L4.
#[tokio::test]
async fn an_admin_sets_one_up_before_the_first_page_and_another_one_helps() {
    let app = TestApp::start().await;
    let (ines, jonas) = (app.admin("Ines").await, app.admin("Jonas").await);
    sqlx::query("UPDATE accounts SET is_demo = false").execute(&app.db).await.unwrap();
    for path in ["/admin", "/admin/people"] {
        ines.get(path).await.redirects_to("/account/second-factor");
    }
    let suspend = format!("/admin/people/{}/suspend", jonas.account_id);
    ines.post(&suspend, &[]).await.redirects_to("/account/second-factor");
    enrol(&ines).await;
    ines.get("/admin").await.ok();
    let (secret, _) = enrol(&jonas).await;
    jonas.post("/account/second-factor/remove", &[("code", &code(&secret, 0))]).await.expect(403);

    // Jonas loses his phone.
    let help = format!("/admin/people/{}/remove-second-factor", jonas.account_id);
    ines.post(&help, &[]).await.redirects_to("/admin/people");
    jonas.sign_in(PASSWORD).await.redirects_to("/");
    jonas.get("/admin").await.redirects_to("/account/second-factor");
    let log = ines.get("/admin/audit").await.ok();
    assert!(
        log.body().contains("Took away a second factor") && log.body().contains("Jonas (jonas@example.com)")
    );
}
