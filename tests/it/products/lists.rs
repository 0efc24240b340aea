//! Home, cards, and a seller's public page.

use crate::support::{Product, TestApp};

use super::titles;

#[tokio::test]
async fn an_empty_marketplace_says_what_to_do() {
    let app = TestApp::start().await;
    let home = app.visitor().get("/").await.ok();
    assert_eq!(home.text(".empty-title"), "Nothing is for sale yet");
    assert_eq!(home.count(".category-tile"), 12);
    let browse = app.visitor().get("/products").await.ok();
    assert_eq!(browse.text(".page-lead"), "Nothing found");
}

#[tokio::test]
async fn home_shows_the_newest_first_and_only_what_can_be_bought() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let mut ids = Vec::new();
    for title in ["Oldest", "Hidden", "Deleted", "Paused", "Newest"] {
        ids.push(Product::new(title).create(&app, &seller).await);
    }
    Product::new("Sold").sold().create(&app, &seller).await;
    for (column, id) in [("hidden_at", ids[1]), ("deleted_at", ids[2]), ("paused_at", ids[3])] {
        let sql = format!("UPDATE products SET {column} = now() WHERE id = {id}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.db).await.unwrap();
    }
    for path in ["/", "/products", "/products?q=hidden+OR+newest+OR+oldest+OR+sold+OR+paused&sort=newest"] {
        assert_eq!(titles(&app.visitor(), path).await, ["Newest", "Oldest"], "{path}");
    }
}

#[tokio::test]
async fn a_card_leads_to_the_chat_or_to_the_form() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").photos(1).price(125_000, "EUR").create(&app, &seller).await;
    let chat = format!("/products/{id}-lamp#chat");
    let edit = format!("/seller/products/{id}/edit");
    let action = ".product-card-chat";
    for person in [app.visitor(), app.buyer("Ana").await, app.seller("Rita").await] {
        let home = person.get("/").await.ok();
        assert_eq!(home.attr(action, "href"), chat);
        assert_eq!(home.text(action), "Chat Seller about Lamp");
        assert_eq!(home.text(".product-card-price"), "€1,250");
    }
    assert_eq!(seller.get("/").await.ok().attr(action, "href"), edit);
    let admin = app.admin("Root").await;
    assert!(!admin.get("/").await.ok().has(action), "admins can't join conversations");
}

#[tokio::test]
async fn everything_people_write_is_shown_as_text() {
    let app = TestApp::start().await;
    let seller = app.seller("<b>Tom</b>").await;
    let script = "<script>alert(1)</script>\"' &amp;";
    let product = Product::new(script).description(script).place("<i>Porto</i>").photos(2);
    let id = product.create(&app, &seller).await;
    for path in ["/", "/products", &format!("/products/{id}"), &format!("/sellers/{}", seller.seller_id())] {
        let page = app.visitor().get(path).await.ok();
        let body = page.body();
        assert!(!body.contains("<script>alert"), "{path}");
        assert!(!body.contains("<i>Porto") && !body.contains("<b>Tom"), "{path}");
    }
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    assert_eq!(page.text("h1"), script);
    assert_eq!(page.attr("meta[property='og:title']", "content"), script);
    let found = app.visitor().get("/products?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E").await.ok();
    assert!(!found.body().contains("<script>alert"));
}

#[tokio::test]
async fn a_sellers_page_lists_sold_products_last() {
    let app = TestApp::start().await;
    let seller = app.seller("Second Spin").await;
    Product::new("Camera").create(&app, &seller).await;
    Product::new("Lamp").sold().create(&app, &seller).await;
    Product::new("Bicycle").create(&app, &seller).await;
    let path = format!("/sellers/{}", seller.seller_id());
    let page = app.visitor().get(&path).await.ok();
    assert_eq!(page.text("h1"), "Second Spin");
    assert_eq!(page.texts(".product-card-title"), ["Bicycle", "Camera", "Lamp"]);
    assert_eq!(page.text(".section-head h2"), "2 offers");
    assert_eq!(page.texts(".is-sold .product-card-title"), ["Lamp"]);

    app.visitor().get("/sellers/999").await.expect(404);
    app.visitor().get("/sellers/x").await.expect(404);
    let nobody = app.seller("Rita").await;
    let empty = nobody.get(&format!("/sellers/{}", nobody.seller_id())).await.ok();
    assert_eq!(empty.text(".empty-title"), "Nothing here at the moment");
}

#[tokio::test]
async fn a_suspended_sellers_page_is_gone_but_for_admins() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let path = format!("/sellers/{}", seller.seller_id());
    sqlx::query("UPDATE accounts SET suspended_at = now() WHERE id = $1")
        .bind(seller.account_id)
        .execute(&app.db)
        .await
        .unwrap();
    app.buyer("Ana").await.get(&path).await.expect(410);
    app.admin("Root").await.get(&path).await.ok();
}
