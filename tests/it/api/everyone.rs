//! What anybody may read, and one's own account.

use reqwest::header::HeaderMap;
use serde_json::json;

use crate::support::{Product, TestApp};

#[tokio::test]
async fn an_app_shows_products_before_anybody_signs_in() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Reading lamp")
        .description("Bright.")
        .price(2550, "EUR")
        .place("Brno")
        .photos(2)
        .create(&app, &tomas)
        .await;
    Product::new("Rug").price(900, "EUR").category("tools-and-garden").create(&app, &tomas).await;
    let nobody = app.program();
    let list = nobody.get("/products?q=lamp").await.ok().json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let card = &list["data"][0];
    assert_eq!(card["id"], lamp.to_string());
    assert_eq!(card["price"], json!({"amount_minor": 2550, "currency": "EUR"}));
    assert_eq!((&card["state"], &card["url"]), (&json!("listed"), &json!(format!("/products/{lamp}"))));
    assert!(card["created_at"].as_str().unwrap().ends_with('Z'));
    assert!(card["cover"]["small"].as_str().unwrap().starts_with("/media/"));
    let detail = nobody.get(&format!("/products/{lamp}")).await.ok().json();
    assert_eq!(detail["photos"].as_array().unwrap().len(), 2);
    assert_eq!((&detail["description"], &detail["seller"]["name"]), (&json!("Bright."), &json!("Tomas")));
    nobody.get(&format!("/products/{lamp}/similar")).await.ok();
    let seller = nobody.get(&format!("/sellers/{}", tomas.seller_id())).await.ok().json();
    assert_eq!((&seller["name"], &seller["offers"]), (&json!("Tomas"), &json!(2)));
    let offers = nobody.get(&format!("/sellers/{}/products", tomas.seller_id())).await.ok().json();
    assert_eq!(offers["data"].as_array().unwrap().len(), 2);
    let categories = nobody.get("/categories").await.ok().json();
    assert!(categories["data"].as_array().unwrap().iter().any(|it| it["slug"] == "home"));
    assert_eq!(nobody.get("/places?q=br").await.ok().json()["data"][0]["name"], "Brno");
    let root = nobody.get("/").await.ok().json();
    assert_eq!((&root["version"], &root["limits"]["page"]), (&json!("v1"), &json!(100)));
    // What is taken down is gone.
    tomas.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);
    nobody.get(&format!("/products/{lamp}")).await.expect(410);
    nobody.get("/products/999999").await.expect(404);
}

/// The filters are the page's, and so are their answers.
#[tokio::test]
async fn the_page_and_the_api_find_the_same() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    for n in 0..12_i64 {
        Product::new(["Lamp", "Rug", "Blue lamp"][n as usize % 3])
            .price(100 * (n % 5), if n % 4 == 0 { "CZK" } else { "EUR" })
            .place(["Brno", "Praha"][n as usize % 2])
            .condition(["good", "new"][n as usize % 2])
            .create(&app, &tomas)
            .await;
    }
    let (nobody, visitor) = (app.program(), app.visitor());
    for query in [
        "",
        "q=lamp",
        "q=lamp+-blue",
        "category=home&condition=new",
        "min=1&max=3",
        "sort=price_low",
        "sort=price_high&currency=EUR",
        "place=br",
        "q=lamp&sort=newest&place=praha",
    ] {
        let list = nobody.get(&format!("/products?limit=100&{query}")).await.ok().json();
        let found: Vec<String> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["url"].as_str().unwrap().to_owned())
            .collect();
        let page = visitor.get(&format!("/products?{query}")).await.ok();
        // Programs get the plain numbers, which stay as they are.
        let shown = page.attrs(".product-card-title a", "href");
        let shown: Vec<String> =
            shown.iter().map(|path| path.split('-').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(found, shown, "{query}");
    }
}

#[tokio::test]
async fn one_changes_ones_own_account() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let program = app.program_of(&ana).await;
    let me = program.get("/me").await.ok().json();
    assert_eq!((&me["name"], &me["seller"]), (&json!("Ana"), &json!(null)));
    assert_eq!(me["buyer_id"], ana.buyer_id().to_string());
    let change = json!({"about_line": "Collects lamps.", "seller": {"name": "Ana's lamps", "place": "Brno"}});
    let changed = program.patch("/me", HeaderMap::new(), &change).await.ok().json();
    assert_eq!((&changed["about_line"], &changed["name"]), (&json!("Collects lamps."), &json!("Ana")));
    assert_eq!(changed["seller"]["name"], "Ana's lamps");
    let again = program.get("/me").await.ok().json();
    assert_eq!(again, changed);
    // What was left out stays.
    let place = json!({"seller": {"place": "Praha"}});
    let changed = program.patch("/me", HeaderMap::new(), &place).await.ok().json();
    assert_eq!(
        (&changed["seller"]["name"], &changed["seller"]["place"]),
        (&json!("Ana's lamps"), &json!("Praha"))
    );
    let refused = program.patch("/me", HeaderMap::new(), &json!({"name": " "})).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/name");
    let refused =
        program.patch("/me", HeaderMap::new(), &json!({"seller": {"name": "Haggle"}})).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/seller/name");
}
