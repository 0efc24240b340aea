//! Apps that an admin adds and removes.

use haggle::accounts::{AccessSignal, oauth::AppRedirects, tokens};

use super::{Pair, allow, asked, exchange_as, holds, refused, sql, start, told};

#[tokio::test]
async fn an_app_is_added_used_and_removed_with_all_its_grants() {
    let app = start().await;
    let (ines, ana) = (app.admin("Ines").await, app.buyer("Ana").await);
    let uris = "https://notes.example/done\r\ncom.example.notes:/done";
    ines.post("/admin/apps", &[("name", "Notes"), ("redirect_uris", uris)]).await.redirects_to("/admin/apps");
    let page = ines.get("/admin/apps").await.ok();
    assert!(page.text(".flash").contains("client ID"), "{}", page.text(".flash"));
    let id = page.texts("td code")[2].clone();
    let path = asked(&[("client_id", &id), ("redirect_uri", "com.example.notes:/done")]);
    let page = ana.get(&path).await.ok();
    assert!(
        page.text("h1").contains("Notes") && page.text(".auth-form").contains("isn’t the marketplace’s own")
    );
    let code = told(&allow(&ana, &path).await, "code").unwrap();
    let otherwise = [("client_id", &*id), ("redirect_uri", "com.example.notes:/done")];
    let pair = Pair::of(exchange_as(&app, &code, &otherwise).await);
    let access = tokens::authenticate(&app.db, &pair.access).await.unwrap().expect("it holds");
    let mut signals = app.state().accounts.access.subscribe(&access.user);
    let page = ines.get("/admin/apps").await.ok();
    assert_eq!(page.texts("tr td.cell-number"), ["0", "1"]);
    ines.submit(&page.form("form[action$='/remove']")).await.redirects_to("/admin/apps");
    assert_eq!(signals.next_signal().await, AccessSignal::Ended);
    assert!(!holds(&app, &pair.access).await);
    ana.get(&path).await.expect(400);
    refused(exchange_as(&app, &code, &otherwise).await, "invalid_client");
    let audit = ines.get("/admin/audit").await.ok().body();
    assert!(audit.contains("Added an app") && audit.contains("Removed an app") && audit.contains(&id));
}

#[tokio::test]
async fn what_isnt_an_app_is_refused_and_the_own_one_stays() {
    let app = start().await;
    let ines = app.admin("Ines").await;
    let eleven = (0..11).map(|n| format!("https://notes.example/{n}")).collect::<Vec<_>>().join("\n");
    for (name, uris) in [
        ("", "https://notes.example/"),
        ("Notes", ""),
        ("Notes", "javascript:alert(1)"),
        ("Notes", "http://notes.example/"),
        ("Notes", "https://notes.example/#x"),
        ("Notes", &eleven),
        (&"x".repeat(61), "https://notes.example/"),
    ] {
        let again = ines.post("/admin/apps", &[("name", name), ("redirect_uris", uris)]).await.refused();
        assert_eq!(again.count(".field-error"), 1, "{name} {uris}");
    }
    for nobody in ["haggle-app", "nothing", "%00"] {
        ines.post(&format!("/admin/apps/{nobody}/remove"), &[]).await.redirects_to("/admin/apps");
        assert!(ines.get("/admin/apps").await.ok().text(".flash").contains("no such app"));
    }
    assert_eq!(ines.get("/admin/apps").await.ok().count("tbody tr"), 1);
    sql(
        &app,
        "INSERT INTO oauth_clients (client_id, name) SELECT 'x' || n, 'x' FROM generate_series(1, 100) n",
    )
    .await;
    ines.post("/admin/apps", &[("name", "Notes"), ("redirect_uris", "https://notes.example/")])
        .await
        .refused();
}

/// Before anything is served.
#[test]
fn a_wrong_setting_is_refused_in_words() {
    assert!(AppRedirects::parse("").is_ok() && AppRedirects::parse("https://a.example/x, org.x:/y").is_ok());
    for wrong in ["javascript:alert(1)", "https://a.example/x,http://b.example/"] {
        let refused = AppRedirects::parse(wrong).unwrap_err().to_string();
        assert!(refused.starts_with("HAGGLE_APP_REDIRECTS: a redirect address is https://"), "{refused}");
    }
}
