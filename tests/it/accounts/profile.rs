use crate::support::TestApp;

#[tokio::test]
async fn a_changed_name_is_everywhere() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let page = ana.get("/account").await.ok();
    ana.submit(&page.form("form[action='/account']").set("name", "Ana Maria")).await.redirects_to("/account");
    let page = ana.get("/account").await.ok();
    assert_eq!(page.attr("#name", "value"), "Ana Maria");
    assert!(page.text(".menu-head").contains("Ana Maria"));
    let page = ana.post("/account", &[("name", "")]).await.refused();
    assert!(page.has("#name_error"));
}

/// The only button of an empty marketplace leads somewhere, also for somebody new.
#[tokio::test]
async fn whoever_wants_to_sell_is_shown_the_form_at_once() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    for _ in 0..2 {
        let page = ana.get("/seller/products/new").await.ok();
        assert!(page.has(".product-form form") && page.has(".nav a[href='/seller/dashboard']"));
    }
    let shops: Vec<String> =
        sqlx::query_scalar("SELECT shop_name FROM customers").fetch_all(&app.db).await.unwrap();
    assert_eq!(shops, ["Ana"]);
    app.admin("Root").await.get("/seller/products/new").await.expect(403);
}

#[tokio::test]
async fn start_selling_makes_a_seller_of_a_buyer() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    ana.get("/seller/dashboard").await.expect(403);
    let page = ana.get("/account").await.ok();
    let form =
        page.form("form[action='/account/sell']").set("shop_name", "Ana’s attic").set("place", "Porto");
    ana.submit(&form).await.redirects_to("/seller/dashboard");
    let shop: (String, String) =
        sqlx::query_as("SELECT shop_name, place FROM customers").fetch_one(&app.db).await.unwrap();
    assert_eq!(shop, ("Ana’s attic".into(), "Porto".into()));

    let long = "x".repeat(2001);
    for (field, value) in
        [("shop_name", ""), ("shop_name", &"x".repeat(81)), ("place", &"x".repeat(81)), ("about", &*long)]
    {
        let fields = [("shop_name", "Shop"), ("place", "Porto"), ("about", "All tried out.")];
        let fields = fields.map(|(name, fine)| (name, if name == field { value } else { fine }));
        let page = ana.post("/account/sell", &fields).await.refused();
        assert!(page.has(&format!("#{field}_error")), "{field}");
    }
    ana.post("/account/sell", &[("shop_name", "Attic"), ("about", "Two\r\nlines")])
        .await
        .redirects_to("/account");
    let about: String = sqlx::query_scalar("SELECT about FROM customers").fetch_one(&app.db).await.unwrap();
    assert_eq!(about, "Two\nlines");
}

#[tokio::test]
async fn admins_have_no_seat_and_no_shop() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    root.post("/account/sell", &[("shop_name", "Shop")]).await.refused();
    let page = root.get("/account").await.ok();
    assert!(!page.has("form[action='/account/sell']") && !page.has(".nav a[href='/messages']"));
    assert_eq!(
        root.socket("/ws/inbox").await.expect("hello").await["total"],
        0,
        "a bell, and no conversations"
    );
}
