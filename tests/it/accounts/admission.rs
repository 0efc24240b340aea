//! Who may register: anybody, whoever is invited, or whoever an admin approves.

use time::{Duration, OffsetDateTime};

use crate::support::{PASSWORD, Page, Person, Product, TestApp};

async fn with_policy(policy: &str) -> (TestApp, Person) {
    let app = TestApp::start().await;
    let admin = app.admin("Ines").await;
    let form = admin.get("/admin/settings").await.ok().form("#settings").set("registration", policy);
    admin.submit(&form).await.expect(303);
    (app, admin)
}

async fn invite(admin: &Person, uses: &str) -> String {
    let fields = [("note", "Choir"), ("uses", uses), ("days", "7")];
    let link = admin.post("/admin/invitations", &fields).await.ok().attr("[data-invitation]", "value");
    link.split_once("/register").map(|(_, query)| format!("/register{query}")).unwrap()
}

/// By the form, if there is one.
async fn register(person: &Person, path: &str, name: &str) -> Page {
    let form = person.get(path).await.ok().form(".auth-form form");
    let form = form.set("name", name).set("email", &format!("{}@example.com", name.to_lowercase()));
    person.submit(&form.set("password", PASSWORD).set("role", "buyer")).await
}

#[tokio::test]
async fn by_invitation_a_link_lets_in_as_many_as_it_says() {
    let (app, admin) = with_policy("invitation").await;
    let page = app.visitor().get("/register").await.ok();
    assert!(page.text("h1") == "By invitation" && !page.has(".auth-form form"));
    let fields = [("name", "Eve"), ("email", "eve@example.com"), ("password", PASSWORD), ("role", "buyer")];
    app.visitor().post("/register", &fields).await.expect(403);

    let link = invite(&admin, "2").await;
    // Two people at once for the last place: one of them gets it.
    register(&app.visitor(), &link, "Ana").await.expect(303);
    let (bo, cem) = (app.visitor(), app.visitor());
    let (one, other) = tokio::join!(register(&bo, &link, "Bo"), register(&cem, &link, "Cem"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
    assert!(app.visitor().get(&link).await.ok().text("main").contains("holds no longer"));
    assert_eq!(admin.get("/admin/invitations").await.ok().texts("tbody .tag"), ["Used up"]);

    let link = invite(&admin, "5").await;
    let list = admin.get("/admin/invitations").await.ok();
    assert!(!list.body().contains(link.split('=').next_back().unwrap()), "the link is shown once");
    admin.submit(&list.form("tbody form")).await.expect(303);
    assert!(!app.visitor().get(&link).await.ok().has(".auth-form form"));
    let log = admin.get("/admin/audit").await.ok().texts("tbody td").join(" | ");
    assert!(log.contains("Revoked an invitation | “Choir”") && log.contains("Made an invitation | “Choir”"));
    for (uses, days) in [("0", "7"), ("1001", "7"), ("1", "0"), ("1", "366"), ("x", "y")] {
        admin.post("/admin/invitations", &[("uses", uses), ("days", days)]).await.refused();
    }
}

#[tokio::test]
async fn whoever_waits_for_approval_is_told_and_is_a_visitor_until_then() {
    let (app, admin) = with_policy("approval").await;
    let seller = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    let ana = app.visitor();
    register(&ana, "/register", "Ana").await.redirects_to("/");
    let page = ana.get("/").await.ok();
    assert!(page.text("[data-pending]").starts_with("Ana, your account waits for approval."));
    assert!(ana.get(&format!("/products/{lamp}")).await.ok().has("[data-pending]"));
    for path in ["/account", "/messages", "/seller/products/new"] {
        let page = ana.get(path).await.expect(403);
        assert!(page.has("[data-pending]"), "{path}");
    }
    ana.post(&format!("/products/{lamp}/messages"), &[("body", "Hello")]).await.expect(403);
    ana.get_json("/messages").await.expect(401);
    let sent: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&app.db).await.unwrap();
    assert_eq!(sent, 0);

    // Signing out and in again changes nothing.
    ana.post("/logout", &[]).await.expect(303);
    assert!(!ana.get("/").await.ok().has("[data-pending]"));
    ana.post("/login", &[("email", "ana@example.com"), ("password", PASSWORD)]).await.expect(303);
    assert!(ana.get("/").await.ok().has("[data-pending]"));

    let queue = admin.get("/admin/approvals").await.ok();
    let form = queue.form("[aria-labelledby='people'] form").set("decision", "approve");
    admin.submit(&form).await.expect(303);
    ana.get("/account").await.ok();
    assert!(!ana.get("/").await.ok().has("[data-pending]"));
    let told = ana.get("/notices").await.ok();
    assert_eq!(
        told.text(".is-unread .notice-body"),
        "It was approved: you can write to people and sell now."
    );
    admin.submit(&form).await.expect(303);
    assert!(admin.get("/admin").await.ok().text(".flash-error").contains("decided this already"));

    let bo = app.visitor();
    register(&bo, "/register", "Bo").await.expect(303);
    let form = admin.get("/admin/approvals").await.ok().form("[aria-labelledby='people'] form");
    let form = form.set("decision", "refuse").set("reason", "Only for people of Brno.");
    admin.submit(&form).await.expect(303);
    assert!(bo.get("/").await.ok().text("[data-pending]").contains("Only for people of Brno."));
    bo.get("/account").await.expect(403);
    let later = OffsetDateTime::now_utc() + Duration::minutes(6);
    app.state().notices.letters.mail_due(later).await.unwrap();
    let letter: String =
        sqlx::query_scalar("SELECT letter::text FROM letters WHERE letter ->> 'to' = 'bo@example.com'")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert!(letter.contains("Your registration was not approved"), "{letter}");
    assert!(letter.contains("The reason given: Only for people of Brno."), "{letter}");
    let log = admin.get("/admin/audit").await.ok().texts("tbody td").join(" | ");
    assert!(log.contains("Refused a person | Bo (bo@example.com): Only for people of Brno."), "{log}");

    // Whoever has a link doesn't wait.
    let cem = app.visitor();
    register(&cem, &invite(&admin, "1").await, "Cem").await.expect(303);
    cem.get("/account").await.ok();
}
