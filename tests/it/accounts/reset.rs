//! A lost password: a letter, a link, a new one.

use crate::support::{DbProxy, PASSWORD, Person, TestApp, eventually};

const NEW: &str = "a bicycle in the rain";

async fn app() -> TestApp {
    let app = TestApp::start().await;
    app.start_jobs();
    app
}

async fn ask(person: &Person, email: &str) -> crate::support::Page {
    person.post("/forgot-password", &[("email", email)]).await
}

#[tokio::test]
async fn a_letter_brings_a_new_password_and_ends_every_session() {
    let app = app().await;
    let ana = app.buyer("Ana").await;
    let mut inbox = ana.socket("/ws/inbox").await;
    let lost = app.visitor();
    ask(&lost, &ana.email).await.ok();
    let link = app.letter_to(&ana.email).await.link();
    lost.get(&link).await.ok();
    ana.get("/account").await.ok();
    let form = lost.get(&link).await.ok().form("form[action='/reset-password']");
    lost.submit(&form.clone().set("password", "short")).await.refused();
    lost.submit(&form.clone().set("password", NEW)).await.redirects_to("/login");
    assert_eq!(inbox.closed().await, 4401);
    ana.get("/account").await.redirects_to("/login?next=/account");
    ana.sign_in(PASSWORD).await.refused();
    ana.sign_in(NEW).await.redirects_to("/");
    eventually("two notices", async || {
        let bodies = ana.get("/notices").await.ok().texts(".notice-body").join(" | ");
        (bodies.contains("Your password was changed.") && bodies.contains("a browser that is new"))
            .then_some(())
    })
    .await;
    lost.submit(&form.set("password", "another long one")).await.expect(410);
}

#[tokio::test]
async fn only_the_newest_link_works_and_only_for_half_an_hour() {
    let app = app().await;
    let ana = app.buyer("Ana").await;
    ask(&ana, &ana.email).await.ok();
    let first = app.letter_to(&ana.email).await.link();
    ask(&ana, &ana.email).await.ok();
    let second = app.letter_to(&ana.email).await.link();
    ana.get(&first).await.expect(410);
    let form = ana.get(&second).await.ok().form("form[action='/reset-password']");
    let ttl: f64 =
        sqlx::query_scalar("SELECT extract(epoch FROM expires_at - created_at)::float8 FROM account_links")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(ttl, 1800.0);
    sqlx::query("UPDATE account_links SET expires_at = now()").execute(&app.db).await.unwrap();
    ana.submit(&form.set("password", NEW)).await.expect(410);
}

#[tokio::test]
async fn what_is_stored_opens_nothing() {
    let app = app().await;
    let ana = app.buyer("Ana").await;
    ask(&ana, &ana.email).await.ok();
    let link = app.letter_to(&ana.email).await.link();
    let token = link.split_once("token=").unwrap().1.to_owned();
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT row_to_json(l)::text FROM account_links l UNION ALL SELECT row_to_json(j)::text FROM jobs j
         UNION ALL SELECT row_to_json(l)::text FROM letters l",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert!(rows.len() >= 2 && rows.iter().all(|row| !row.contains(&token)));
}

/// The answer and what it costs: the request looks nothing up.
#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer_for_the_same_work() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    let (proxy, pool) = DbProxy::to(&app.db).await;
    let node = app.beside_over(pool).await;
    let mut answers = Vec::new();
    for (path, fields) in [
        ("/forgot-password", [("email", "ana@example.com"), ("password", "")]),
        ("/forgot-password", [("email", "bo@example.com"), ("password", "")]),
        ("/login", [("email", "ana@example.com"), ("password", "a guess or two")]),
        ("/login", [("email", "bo@example.com"), ("password", "a guess or two")]),
    ] {
        let mut least = usize::MAX;
        let mut page = None;
        // What the node does by itself meanwhile counts too. Right after it did something it is quiet for a while.
        for _ in 0..5 {
            proxy.statements();
            eventually("the node looks at its settings", async || (proxy.statements() > 0).then_some(()))
                .await;
            page = Some(node.visitor().post(path, &fields).await);
            least = least.min(proxy.statements());
        }
        let page = page.unwrap();
        let body = page.body().replace("ana@example.com", "…").replace("bo@example.com", "…");
        answers.push((page.status, body, least));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[2], answers[3]);
    assert!(answers[2].2 > 0);
}

#[tokio::test]
async fn nobody_gets_letters_without_end() {
    let app = app().await;
    let ana = app.buyer("Ana").await;
    for _ in 0..3 {
        ask(&app.visitor(), &ana.email).await.ok();
        app.letter_to(&ana.email).await;
        // Until it is over, asking again is the same request.
        eventually("the job to be over", async || {
            let open = "SELECT count(*) FROM jobs WHERE name = 'accounts.send_link' AND done_at IS NULL";
            (sqlx::query_scalar::<_, i64>(open).fetch_one(&app.db).await.unwrap() == 0).then_some(())
        })
        .await;
    }
    ask(&app.visitor(), &ana.email).await.ok();
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE name = 'accounts.send_link'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!((waiting, app.letters().len()), (3, 0));
}

/// The link is made of the public address, whatever the request says.
#[tokio::test]
async fn a_forged_host_gets_into_no_letter() {
    let app = app().await;
    let ana = app.buyer("Ana").await;
    let request = ana.request(reqwest::Method::POST, "/forgot-password").form(&[("email", &*ana.email)]);
    ana.send(request.header("host", "evil.example").header("x-forwarded-host", "evil.example")).await.ok();
    let letter = app.letter_to(&ana.email).await;
    assert!(letter.text.contains(&app.origin()) && !letter.raw.contains("evil"), "{}", letter.text);
}
