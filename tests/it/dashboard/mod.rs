//! "My Seller Dashboard", as its seller meets it.

use crate::support::{Page, Product, TestApp, room};

#[tokio::test]
async fn a_seller_sees_how_it_goes_and_who_is_writing() {
    let app = TestApp::start().await;
    let (seller, buyer) = (app.seller("Rita").await, app.buyer("Ana").await);
    let bicycle = Product::new("City bicycle").price(125_000, "EUR").create(&app, &seller).await;
    Product::new("Lamp").sold().create(&app, &seller).await;
    Product::new("Somebody else's").create(&app, &app.seller("Tomas").await).await;
    buyer.get(&format!("/products/{bicycle}")).await.ok();
    buyer.messages_about(bicycle, "Is it still there?").await;
    buyer.messages_about(bicycle, "I could come on Saturday.").await;

    app.state().products.view_counter.flush(&app.db).await.unwrap();
    let page = seller.get("/seller/dashboard").await.ok();
    assert_eq!(
        page.texts(".stat"),
        ["Unread messages 2", "Conversations 1", "For sale 1", "Sold 1", "Views 1"]
    );
    let key = room(&buyer, &seller);
    assert_eq!(page.attr(".inbox-link", "href"), format!("/rooms/{key}"));
    assert_eq!(page.text(".inbox-name"), "Ana");
    assert_eq!(page.text(".inbox-preview"), "I could come on Saturday.");
    assert_eq!(page.text(&format!("#room_{key} [data-row-unread]")), "2");
    assert_eq!(page.text(".panel-head a[href='/messages']"), "View Messages");

    assert_eq!(page.count("tbody tr"), 2);
    let row = format!("#product_{bicycle}");
    assert_eq!(page.text(&format!("{row} .tag")), "For sale");
    assert_eq!(page.texts(&format!("{row} .cell-number")), ["€1,250", "1", "1"]);

    seller.get(&format!("/rooms/{key}")).await.ok();
    seller.sends(&key, "It is.").await;
    let page = seller.get("/seller/dashboard").await.ok();
    assert_eq!(page.text(".inbox-preview"), "You: It is.");
}

#[tokio::test]
async fn quick_actions_come_back_to_where_they_were() {
    let app = TestApp::start().await;
    let seller = app.seller("Rita").await;
    let lamp = Product::new("Lamp & shade").create(&app, &seller).await;
    let list = "/seller/dashboard?q=lamp%20%26&show=for_sale&page=1";
    let page = seller.get(list).await.ok();
    let sold = seller.submit(&page.form("form[action$='/sold']")).await;
    sold.redirects_to(list);
    assert_eq!(seller.follow(&sold).await.ok().text("#products .empty-title"), "No matches");

    let page = seller.get("/seller/dashboard").await.ok();
    assert_eq!(page.text(&format!("#product_{lamp} .tag")), "Sold");
    seller.submit(&page.form("form[action$='/available']")).await.expect(303);
    let page = seller.get("/seller/dashboard").await.ok();
    assert_eq!(page.text(".confirm-title"), "Delete “Lamp & shade”?");
    seller.submit(&page.form("form[action$='/delete']")).await.redirects_to("/seller/dashboard?page=1");
    assert_eq!(seller.get("/seller/dashboard").await.ok().count("tbody tr"), 0);
}

#[tokio::test]
async fn an_empty_dashboard_says_what_to_do() {
    let app = TestApp::start().await;
    let page = app.register_seller("Rita").await.get("/seller/dashboard").await.ok();
    assert_eq!(page.texts(".empty-title"), ["Nobody has written yet", "Nothing for sale yet"]);
    assert_eq!(page.text("h1"), "My Seller Dashboard");
    assert!(page.has(".empty a[href='/seller/products/new']"));
    assert!(!page.has("[role=search] [name=show]"), "there is nothing to look for");
}

#[tokio::test]
async fn who_sells_hundreds_of_things_finds_each() {
    let app = TestApp::start().await;
    let seller = app.seller("Rita").await;
    let lamp = Product::new("A 100% good lamp").create(&app, &seller).await;
    sqlx::query(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition,
                               place, sold_at, hidden_at, created_at)
         SELECT seller_id, category_id, 'Book ' || i, '', 100, 'EUR', 'good', 'Porto',
                CASE WHEN i > 200 THEN now() END, CASE WHEN i = 7 THEN now() END, created_at + i * interval '1 s'
         FROM products, generate_series(1, 250) AS i WHERE id = $1",
    )
    .bind(lamp)
    .execute(&app.db)
    .await
    .unwrap();

    let titles = |page: Page| page.texts("tbody .cell-main a");
    let see = async |query: &str| seller.get(&format!("/seller/dashboard{query}")).await.ok();
    let first = see("").await;
    assert_eq!(first.text(".pager-place"), "Page 1 of 13");
    assert_eq!(titles(first)[..2], ["Book 250", "Book 249"]);
    assert_eq!(titles(see("?page=99").await).last().unwrap(), "A 100% good lamp");
    assert_eq!(titles(see("?q=100%25").await), ["A 100% good lamp"]);
    assert_eq!(titles(see("?q=_").await).len(), 0);
    assert_eq!(
        titles(see("?q=BOOK++7%00").await),
        [
            "Book 79", "Book 78", "Book 77", "Book 76", "Book 75", "Book 74", "Book 73", "Book 72",
            "Book 71", "Book 70", "Book 7"
        ]
    );
    assert_eq!(titles(see("?show=hidden").await), ["Book 7"]);
    assert_eq!(see("?show=sold").await.text(".pager-place"), "Page 1 of 3");
    assert_eq!(see("?show=nonsense").await.text(".pager-place"), "Page 1 of 13");
}

#[tokio::test]
async fn it_is_for_sellers() {
    let app = TestApp::start().await;
    let visitor = app.visitor().get("/seller/dashboard").await;
    visitor.redirects_to("/login?next=/seller/dashboard");
    for person in [app.buyer("Ana").await, app.admin("Root").await] {
        let page = person.get("/seller/dashboard").await.expect(403);
        assert!(page.body().contains("This page is for sellers."));
    }
}
