//! What search engines read of a product is what its page shows.

use serde_json::{Value, json};

use crate::support::{Page, Product, TestApp};

/// The page's only block of it, as an HTML parser and then a JSON parser find it.
#[track_caller]
fn data(page: &Page) -> Value {
    let texts = page.texts("script[type='application/ld+json']");
    assert_eq!(texts.len(), 1);
    serde_json::from_str(&texts[0]).unwrap_or_else(|error| panic!("{error}: {}", texts[0]))
}

#[tokio::test]
async fn structured_data_agrees_with_the_page() {
    let app = TestApp::start().await;
    let seller = app.seller("Second Spin").await;
    let nasty = "12\" rim </script><script>alert(1)</script><!-- ' & \u{2028}";
    for (product, price, currency, shown, state) in [
        (Product::new("City bicycle").price(18_550, "EUR").photos(2), "185.50", "EUR", "€185.50", "InStock"),
        (Product::new("Round sum").price(18_500, "EUR"), "185.00", "EUR", "€185", "InStock"),
        (Product::new("Kittens").price(0, "EUR").category("pets"), "0.00", "EUR", "Free", "InStock"),
        (Product::new("Sold lamp").price(2_500, "CZK").sold(), "25.00", "CZK", "25\u{a0}Kč", "SoldOut"),
        (Product::new("Radio").price(18_500, "JPY"), "18500", "JPY", "¥18,500", "InStock"),
        (Product::new("Carpet").price(1_250, "KWD"), "1.250", "KWD", "1.250\u{a0}KWD", "InStock"),
        (Product::new(nasty).description(nasty), "25.00", "EUR", "€25", "InStock"),
    ] {
        let id = product.create(&app, &seller).await;
        let page = app.visitor().get(&format!("/products/{id}")).await.ok();
        let data = data(&page);
        let offer = &data["offers"];
        assert_eq!((&data["@context"], &data["@type"]), (&json!("https://schema.org"), &json!("Product")));
        assert_eq!((&offer["@type"], &offer["seller"]["name"]), (&json!("Offer"), &json!("Second Spin")));
        assert_eq!((&offer["price"], &offer["priceCurrency"]), (&json!(price), &json!(currency)));
        assert_eq!(page.attr("meta[property='product:price:amount']", "content"), price);
        assert_eq!(page.text(".product-price").replace(' ', "\u{a0}"), shown);
        assert_eq!(offer["availability"], format!("https://schema.org/{state}"));
        assert_eq!(page.text(".product").contains("Sold. You can"), state == "SoldOut");
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(plain(data["name"].as_str().unwrap()), page.text("h1"));
        assert_eq!(plain(data["description"].as_str().unwrap()), page.text(".prose"));
        assert_eq!(data["category"], *page.texts(".crumbs a").last().unwrap());
        let canonical = page.attr("link[rel=canonical]", "href");
        assert_eq!((&data["url"], &offer["url"]), (&json!(canonical), &json!(canonical)));
        let images = data["image"].as_array().cloned().unwrap_or_default();
        assert_eq!(images.len(), page.count(".gallery-thumb"));
        for image in &images {
            assert!(image.as_str().unwrap().starts_with(&format!("{}/media/", app.origin())), "{image}");
        }
        let has_condition = page.texts(".facts dt")[0] == "Condition";
        assert_eq!(offer["itemCondition"].is_string(), has_condition);
        assert!(!page.body().contains("<script>alert"));
    }
}

#[tokio::test]
async fn a_condition_is_told_in_schema_orgs_words() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    for (condition, expected) in
        [("new", "New"), ("like_new", "Used"), ("good", "Used"), ("fair", "Used"), ("for_parts", "Damaged")]
    {
        let id = Product::new("Lamp").condition(condition).create(&app, &seller).await;
        let data = data(&app.visitor().get(&format!("/products/{id}")).await.ok());
        assert_eq!(data["offers"]["itemCondition"], format!("https://schema.org/{expected}Condition"));
    }
}

#[tokio::test]
async fn what_isnt_for_everybody_isnt_told() {
    let app = TestApp::start().await;
    let (seller, ana, admin) =
        (app.seller("Zacharias").await, app.buyer("Ana").await, app.admin("Root").await);
    let id = Product::new("Lamp").create(&app, &seller).await;
    let path = format!("/products/{id}");
    seller.post(&format!("/seller/products/{id}/reserve"), &[]).await.expect(303);
    let offer = data(&ana.get(&path).await.ok())["offers"].clone();
    assert_eq!(offer["availability"], "https://schema.org/LimitedAvailability");

    sqlx::query("UPDATE customers SET hides_from_visitors = true").execute(&app.db).await.unwrap();
    app.state().products.catalogue.bump();
    let for_visitors = app.visitor().get(&path).await.ok();
    assert!(data(&for_visitors)["offers"]["seller"].is_null() && !for_visitors.body().contains("Zacharias"));

    admin.post(&format!("/admin/products/{id}/hide"), &[]).await.expect(303);
    for person in [&seller, &admin] {
        assert!(!person.get(&path).await.ok().has("script[type='application/ld+json']"));
    }
}
