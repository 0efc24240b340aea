//! A fresh database: its first admin is led through everything in one page.

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn the_first_admin_opens_the_marketplace_in_one_page() {
    let app = TestApp::start().await;
    let path = app.state().admin.setup_key.path();
    let stranger = app.visitor();
    stranger.get("/setup").await.expect(404);
    stranger.get("/setup?key=00000000000000000000000000000000").await.expect(404);
    stranger.post("/setup", &[("email", "eve@example.com"), ("password", PASSWORD)]).await.expect(404);

    let ines = app.visitor();
    let form = ines.get(&path).await.ok().form("#setup").set("email", "ines@example.com");
    let weak = form.clone().set("password", "short").set("name", "Bazar");
    let refused = ines.submit(&weak).await.refused();
    assert!(refused.has("#password_error"));
    assert_eq!(refused.form("#setup").value("name"), "Bazar");
    let form = form.set("name", "Bazar").set("password", PASSWORD);
    let (one, other) = tokio::join!(ines.submit(&form), stranger.submit(&form));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404], "two at once make one admin");
    assert_eq!(app.visitor().get("/").await.ok().text(".logo"), "Bazar");
    let admin = app.visitor();
    admin.post("/login", &[("email", "ines@example.com"), ("password", PASSWORD)]).await.expect(303);
    // And is asked for a second factor first.
    assert!(admin.get("/account").await.ok().body().contains("ines@example.com"));
    app.visitor().get(&path).await.expect(404);
}
