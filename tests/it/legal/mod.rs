//! Imprint, privacy, terms and rules: written, linked, agreed to, and never forgotten.

use crate::support::{PASSWORD, Page, Person, TestApp};

async fn publish(admin: &Person, page: &str, text: &str) -> Page {
    let path = format!("/admin/legal/{page}");
    let form = admin.get(&path).await.ok().form("#legal").set("text", text);
    admin.submit(&form).await
}

fn footer(page: &Page) -> Vec<String> {
    page.attrs(".footer a", "href").into_iter().filter(|to| to.starts_with("/legal/")).collect()
}

#[tokio::test]
async fn a_page_that_is_written_is_linked_from_every_page_in_all_its_versions() {
    let app = TestApp::start().await;
    let admin = app.admin("Ines").await;
    app.visitor().get("/legal/imprint").await.expect(404);
    assert_eq!(footer(&app.visitor().get("/").await.ok()), [""; 0]);
    publish(&admin, "imprint", "# Bazar s.r.o.\n\nWrite to [us](https://bazar.example), <b>not</b> them.")
        .await
        .redirects_to("/admin/legal");
    publish(&admin, "privacy", "We keep *little*.").await.expect(303);
    for path in ["/", "/login", "/products"] {
        assert_eq!(footer(&app.visitor().get(path).await.ok()), ["/legal/imprint", "/legal/privacy"]);
    }
    let page = app.visitor().get("/legal/imprint").await.ok();
    assert_eq!((page.text("h1"), page.text(".legal-text h2")), ("Imprint".into(), "Bazar s.r.o.".into()));
    assert!(page.text(".page-lead").starts_with("Version 1, since "));
    assert_eq!(page.attr(".legal-text a", "rel"), "nofollow noopener");
    assert!(!page.has(".legal-text b") && page.text(".legal-text").contains("<b>not</b> them"));
    let log = admin.get("/admin/audit").await.ok().texts("tbody td").join(" | ");
    assert!(log.contains("Published a legal page | Imprint, version 1"), "{log}");

    publish(&admin, "imprint", "Bazar a.s.").await.expect(303);
    let page = app.visitor().get("/legal/imprint").await.ok();
    assert_eq!(page.text(".legal-text"), "Bazar a.s.");
    assert_eq!(page.attrs(".legal-versions a", "href"), ["/legal/imprint/2", "/legal/imprint/1"]);
    let old = app.visitor().get("/legal/imprint/1").await.ok();
    assert!(old.text(".notice").contains("older version") && old.text(".legal-text").contains("s.r.o."));
    app.visitor().get("/legal/imprint/3").await.expect(404);

    // Taken away, but not forgotten.
    publish(&admin, "imprint", " ").await.expect(303);
    app.visitor().get("/legal/imprint").await.expect(404);
    app.visitor().get("/legal/imprint/2").await.ok();
    assert_eq!(footer(&app.visitor().get("/").await.ok()), ["/legal/privacy"]);
}

#[tokio::test]
async fn two_editors_at_once_and_a_preview_publish_nothing_by_accident() {
    let app = TestApp::start().await;
    let (ines, jana) = (app.admin("Ines").await, app.admin("Jana").await);
    let late = jana.get("/admin/legal/rules").await.ok().form("#legal").set("text", "Be kind, says Jana.");
    publish(&ines, "rules", "Be kind.").await.expect(303);
    let page = jana.submit(&late).await.refused();
    assert!(page.text(".flash-error").contains("published version 1 meanwhile"));
    assert_eq!(page.form("#legal").value("text"), "Be kind, says Jana.");
    let preview = jana.submit(&page.form("#legal").set("action", "preview")).await.ok();
    assert_eq!(preview.text(".legal-text"), "Be kind, says Jana.");
    assert_eq!(app.visitor().get("/legal/rules").await.ok().text(".legal-text"), "Be kind.");
    jana.submit(&page.form("#legal")).await.expect(303);
    assert_eq!(app.visitor().get("/legal/rules").await.ok().text(".legal-text"), "Be kind, says Jana.");
    let long = "x".repeat(60_001);
    assert!(publish(&ines, "rules", &long).await.refused().has("#text_error"));
}

#[tokio::test]
async fn whoever_registers_agrees_to_what_holds_then() {
    let app = TestApp::start().await;
    let admin = app.admin("Ines").await;
    assert!(!app.visitor().get("/register").await.ok().has("[name='agree']"));
    publish(&admin, "terms", "Terms.").await.expect(303);
    publish(&admin, "rules", "Rules.").await.expect(303);
    publish(&admin, "privacy", "Privacy.").await.expect(303);
    let ana = app.visitor();
    let page = ana.get("/register").await.ok();
    assert_eq!(page.attrs("form .check a", "href"), ["/legal/terms", "/legal/rules"]);
    let agree = page.attr("[name='agree']", "value");
    let form = page.form(".auth-form form").set("name", "Ana").set("email", "ana@example.com");
    let form = form.set("password", PASSWORD).set("role", "buyer");
    let refused = ana.submit(&form).await.refused();
    assert!(refused.text("#agree_error").starts_with("Please read these"));
    assert_eq!(refused.form(".auth-form form").value("name"), "Ana");

    publish(&admin, "terms", "New terms.").await.expect(303);
    let refused = ana.submit(&form.clone().set("agree", &agree)).await.refused();
    assert!(refused.text("#agree_error").contains("have changed since"));
    let now = refused.attr("[name='agree']", "value");
    ana.submit(&form.set("agree", &now)).await.expect(303);
    let agreed: Vec<(String, i32)> = sqlx::query_as(
        "SELECT g.page, g.version FROM legal_agreements g JOIN accounts a ON a.id = g.account_id
         WHERE a.email = 'ana@example.com' ORDER BY g.page",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert_eq!(agreed, [("rules".to_owned(), 1), ("terms".to_owned(), 2)]);
}

/// Whose work this is. A library that is added gets its line.
#[tokio::test]
async fn the_about_page_names_every_library_and_its_licence() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/about").await.ok();
    let named = page.texts(".legal-text td:first-child");
    let manifest = include_str!("../../../Cargo.toml");
    let section =
        manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[dev-dependencies]").next().unwrap();
    let crates = section.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let missing: Vec<&str> = crates
        .map(|line| match line.split_once("package = \"") {
            Some((_, package)) => package.split('"').next().unwrap(),
            None => line.split(' ').next().unwrap(),
        })
        .filter(|name| !named.iter().any(|it| it == name))
        .collect();
    assert_eq!(missing, [""; 0], "src/legal/libraries.tsv");
}
