//! Personal tokens: made and ended by their owner, and worth nothing on pages.

use haggle::accounts::{AccessSignal, Scope, tokens};
use reqwest::{Method, header::AUTHORIZATION};

use crate::support::{PASSWORD, Page, Person, TestApp, eventually};

async fn holds(app: &TestApp, token: &str) -> bool {
    tokens::authenticate(&app.db, token).await.expect("an answer").is_some()
}

/// The form as a browser sends it.
async fn make(person: &Person, name: &str, scopes: &[&str], days: &str) -> Page {
    let mut fields = vec![("name", name), ("days", days)];
    fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
    person.post("/account/tokens", &fields).await
}

#[tokio::test]
async fn a_token_is_shown_once_and_says_whose_it_is() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let made = make(&tomas, "Backup script", &["products:read", "chat:read"], "30").await.ok();
    let token = made.text("[data-token]");
    assert!(token.starts_with("hg_pat_") && token.len() == 50, "{token}");
    let page = tomas.get("/account/tokens").await.ok();
    assert!(!page.body().contains(&token) && page.header("cache-control").unwrap().contains("no-store"));
    assert_eq!(page.texts(".session-device"), ["Backup script"]);
    assert!(page.texts(".session-line .panel-text")[1].contains("not used yet"));
    let access = tokens::authenticate(&app.db, &token).await.unwrap().expect("it holds");
    assert_eq!((access.user.account_id, access.user.seller_id), (tomas.account_id, Some(tomas.seller_id())));
    assert_eq!(access.scopes.iter().collect::<Vec<_>>(), [Scope::ProductsRead, Scope::ChatRead]);
    assert!(
        tomas.get("/account/tokens").await.ok().texts(".session-line .panel-text")[1].contains("last used")
    );
    // Nothing in the database opens it.
    let stored = "SELECT count(*) FROM access_tokens t JOIN sessions s ON s.id_hash = t.session_id_hash
                  WHERE s::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || $1 || '%'";
    let found: i64 = sqlx::query_scalar(stored).bind(&token[7..]).fetch_one(&app.db).await.unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn what_is_wrong_in_the_form_is_said() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    for (name, scopes, days) in [
        ("", &["profile"][..], "30"),
        ("x", &[], "30"),
        ("x", &["admin"], "30"),
        ("x", &["profile"], "0"),
        ("x", &["profile"], "366"),
        ("x", &["profile"], "soon"),
        (&"x".repeat(61), &["profile"], "30"),
    ] {
        let again = make(&ana, name, scopes, days).await.refused();
        assert_eq!(again.count(".field-error"), 1, "{name} {days}");
    }
    let again = make(&ana, "<b>x</b>", &["profile", "push"], "no").await.refused();
    let form = again.form("form[action='/account/tokens']");
    assert_eq!(form.value("name"), "<b>x</b>");
    assert_eq!(form.fields.iter().filter(|(name, _)| name == "scopes").count(), 2);
}

/// A page is for cookies, whoever the token is of; and a cookie can't be made of a grant.
#[tokio::test]
async fn tokens_open_no_pages() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let token = app.token(&ana, &["profile"]).await;
    for path in ["/account", "/messages", "/account/sessions", "/account/tokens"] {
        let visitor = app.visitor();
        let request = visitor.request(Method::GET, path).header(AUTHORIZATION, format!("Bearer {token}"));
        visitor.send(request).await.redirects_to(&format!("/login?next={path}"));
        let visitor = app.visitor();
        visitor.set_cookie(&format!("haggle={token}; Path=/"));
        visitor.get(path).await.redirects_to(&format!("/login?next={path}"));
    }
    // Even if somebody knew what its hash is of.
    let id = tower_sessions::session::Id::default();
    sqlx::query("WITH t AS (DELETE FROM access_tokens) UPDATE sessions SET id_hash = $1, data = $2 WHERE kind = 'personal'")
        .bind(haggle::accounts::session_store::id_hash(&id))
        .bind(serde_json::json!({ "account_id": ana.account_id, "epoch": 0 }))
        .execute(&app.db)
        .await
        .unwrap();
    let visitor = app.visitor();
    visitor.set_cookie(&format!("haggle={id}; Path=/"));
    visitor.get("/account").await.redirects_to("/login?next=/account");
}

#[tokio::test]
async fn whatever_ends_sessions_ends_tokens_and_closes_what_they_opened() {
    let app = TestApp::start().await;
    let ines = app.admin("Ines").await;
    for (nth, how) in
        ["one", "page", "others", "everywhere", "password", "suspension"].into_iter().enumerate()
    {
        let ana = app.buyer(&format!("Ana {nth}")).await;
        let token = app.token(&ana, &["chat:read"]).await;
        let access = tokens::authenticate(&app.db, &token).await.unwrap().expect("it holds");
        let mut signals = app.state().accounts.access.subscribe(&access.user);
        assert!(access.user.still_signed_in(&app.db).await.unwrap());
        let page = ana.get("/account/sessions").await.ok();
        match how {
            "one" => ana.submit(&page.form("form[action='/account/sessions/end']")).await,
            "page" => {
                let page = ana.get("/account/tokens").await.ok();
                ana.submit(&page.form("form[action$='/end']")).await
            }
            "others" => ana.post("/account/sessions/end-others", &[]).await,
            "everywhere" => ana.post("/account/sign-out-everywhere", &[]).await,
            "password" => {
                let fields = [("current_password", PASSWORD), ("password", "another fine password")];
                ana.post("/account/password", &fields).await
            }
            _ => ines.post(&format!("/admin/people/{}/suspend", ana.account_id), &[]).await,
        }
        .expect(303);
        assert_eq!(signals.next_signal().await, AccessSignal::Ended, "{how}");
        assert!(!access.user.still_signed_in(&app.db).await.unwrap(), "{how}");
        assert!(!holds(&app, &token).await, "{how}");
    }
}

#[tokio::test]
async fn a_token_that_has_ended_otherwise_opens_nothing() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let token = app.token(&ana, &["profile"]).await;
    let (wrong, undo) = (
        [
            "UPDATE access_tokens SET expires_at = now() - interval '1 second'",
            "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE kind <> 'browser'",
            "UPDATE accounts SET session_epoch = session_epoch + 1",
            "UPDATE accounts SET admission = 'waiting'",
            "UPDATE accounts SET admission = 'refused'",
            "UPDATE accounts SET suspended_at = now()",
            "UPDATE accounts SET is_admin = true",
        ],
        "WITH t AS (UPDATE access_tokens SET expires_at = now() + interval '1 day'),
              s AS (UPDATE sessions SET expires_at = now() + interval '1 day')
         UPDATE accounts SET session_epoch = 0, admission = 'admitted', suspended_at = NULL, is_admin = false",
    );
    for sql in wrong {
        assert!(holds(&app, &token).await);
        sqlx::query(sql).execute(&app.db).await.unwrap();
        assert!(!holds(&app, &token).await, "{sql}");
        sqlx::query(undo).execute(&app.db).await.unwrap();
    }
    for wrong in ["", "hg_pat_", &token[1..], &format!("{token}x"), &token.replace("hg_pat_", "hg_at_")] {
        assert!(!holds(&app, wrong).await, "{wrong}");
    }
}

#[tokio::test]
async fn nobody_ends_somebody_elses_token_and_a_browser_is_no_token() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let token = app.token(&ana, &["profile"]).await;
    let form = ana.get("/account/tokens").await.ok().form("form[action$='/end']");
    bo.submit(&form).await.expect(404);
    assert!(holds(&app, &token).await);
    bo.on_another_device(&app).await;
    let session = bo.get("/account/sessions").await.ok().form("form[action='/account/sessions/end']");
    bo.post(&format!("/account/tokens/{}/end", session.value("session")), &[]).await.expect(404);
    ana.submit(&form).await.redirects_to("/account/tokens");
    assert!(!holds(&app, &token).await);
}

/// Those of one moment too.
#[tokio::test]
async fn an_account_has_so_many_tokens_and_no_more() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    sqlx::query(
        "INSERT INTO sessions (id_hash, account_id, data, expires_at, kind, name, epoch)
         SELECT sha256(n::text::bytea), $1, '{}', now() + interval '1 day', 'personal', 'x', 0 FROM generate_series(1, 48) n",
    )
    .bind(ana.account_id)
    .execute(&app.db)
    .await
    .unwrap();
    let tries = (0..6).map(|_| make(&ana, "Script", &["profile"], "1"));
    let answers = futures_util::future::join_all(tries).await;
    let made = answers.iter().filter(|page| page.status == 200).count();
    assert_eq!(made, 2, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
}

#[tokio::test]
async fn making_one_is_told_and_listed() {
    let app = TestApp::start().await;
    app.start_jobs();
    let ana = app.buyer("Ana").await;
    app.token(&ana, &["profile", "products:write"]).await;
    let words = "A token for your account was made";
    eventually("the notice", async || ana.get("/notices").await.body().contains(words).then_some(())).await;
    let page = ana.get("/account/sessions").await.ok();
    assert!(
        page.texts(".session-device").contains(&"x Token".to_owned()),
        "{:?}",
        page.texts(".session-device")
    );
    assert!(page.body().contains("List, change and take down your products"));
    let copy = haggle::accounts::export_account(&app.db, ana.account_id).await.unwrap().unwrap();
    let sessions = copy["sessions"].as_array().unwrap();
    assert!(
        sessions.iter().any(|it| it["kind"] == "personal" && it["scopes"][1] == "products:write"),
        "{copy}"
    );
}

/// An admin's powers are for whoever sits there.
#[tokio::test]
async fn an_admin_has_none() {
    let app = TestApp::start().await;
    let ines = app.admin("Ines").await;
    make(&ines, "Script", &["profile"], "30").await.expect(403);
    assert_eq!(ines.get("/account/tokens").await.ok().count("form[action='/account/tokens']"), 0);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_written_once_an_hour() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let token = app.token(&ana, &["profile"]).await;
    let version = async || {
        assert!(holds(&app, &token).await);
        let sql = "SELECT xmin::text FROM sessions WHERE kind = 'personal'";
        sqlx::query_scalar::<_, String>(sql).fetch_one(&app.db).await.unwrap()
    };
    let first = version().await;
    assert_eq!(version().await, first);
    let aged = "UPDATE sessions SET last_used_at = now() - interval '61 minutes' WHERE kind = 'personal'";
    sqlx::query(aged).execute(&app.db).await.unwrap();
    assert_ne!(version().await, first);
}
