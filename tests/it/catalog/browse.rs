//! Browse and search.

use haggle::products::{self, Viewer};

use crate::support::{Product, TestApp};

use super::titles;

/// A small marketplace with something for every filter.
async fn marketplace() -> TestApp {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let put = async |product: Product| product.create(&app, &seller).await;
    put(Product::new("Red bicycle").category("vehicles").price(12_000, "EUR").place("Porto")).await;
    put(Product::new("Blue bicycle").category("vehicles").price(80_00, "EUR").place("Brno").condition("new"))
        .await;
    put(Product::new("Bicycles, a book").category("books").price(15_50, "EUR").place("Porto 4000")).await;
    put(Product::new("Wall lamp").description("Fits a bicycle too.").price(15_000, "CZK").place("Brno"))
        .await;
    put(Product::new("Kittens").category("pets").price(0, "EUR").place("100%_")).await;
    app
}

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let mut found = titles(&app.visitor(), &format!("/products?{query}")).await;
    found.sort();
    found
}

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let app = marketplace().await;
    for (query, expected) in [
        ("category=pets", vec!["Kittens"]),
        ("condition=new", vec!["Blue bicycle"]),
        ("place=porto", vec!["Bicycles, a book", "Red bicycle"]),
        ("place=PORTO+4", vec!["Bicycles, a book"]),
        ("place=100%25_", vec!["Kittens"]),
        ("place=%25", vec![]),
        ("currency=CZK", vec!["Wall lamp"]),
        ("min=80&max=120", vec!["Blue bicycle", "Red bicycle"]),
        ("min=80,01", vec!["Red bicycle"]),
        ("max=15.50", vec!["Bicycles, a book", "Kittens"]),
        ("max=150&currency=CZK", vec!["Wall lamp"]),
        ("q=bicycle&category=vehicles&max=100", vec!["Blue bicycle"]),
        ("q=bicycle&place=Brno&condition=new&min=1&max=1.000", vec!["Blue bicycle"]),
    ] {
        assert_eq!(found(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn search_ranks_the_title_above_the_description() {
    let app = marketplace().await;
    let best = titles(&app.visitor(), "/products?q=bicycles").await;
    assert_eq!(best.len(), 4);
    assert_eq!(best[3], "Wall lamp", "a word in the description comes last");
    assert_eq!(found(&app, "q=bicycle+-red+-lamp+-book").await, ["Blue bicycle"]);
    assert_eq!(found(&app, "q=%22wall+lamp%22").await, ["Wall lamp"]);
    assert_eq!(found(&app, "q=lamp+OR+kittens").await, ["Kittens", "Wall lamp"]);
    // No text is an error: not quotes, operators, nothing at all, or what isn't text.
    for q in ["%22", "%22%22%27", "%26%7C%21%28", "%00", "the", "+", "a%3A%2A", "%5C", "\u{1f6b2}"] {
        app.visitor().get(&format!("/products?q={q}")).await.ok();
    }
    assert_eq!(app.visitor().get(&format!("/products?q={}", "x".repeat(3000))).await.status, 200);
}

#[tokio::test]
async fn prices_are_sorted_within_one_currency() {
    let app = marketplace().await;
    let low = titles(&app.visitor(), "/products?sort=price_low").await;
    assert_eq!(low, ["Kittens", "Bicycles, a book", "Blue bicycle", "Red bicycle"]);
    let page = app.visitor().get("/products?sort=price_high").await.ok();
    assert_eq!(
        page.texts(".product-card-title"),
        ["Red bicycle", "Blue bicycle", "Bicycles, a book", "Kittens"]
    );
    assert!(page.texts(".active-filter")[0].starts_with("Prices in EUR"));
    assert_eq!(page.attr("#currency option[selected]", "value"), "EUR");
    assert_eq!(titles(&app.visitor(), "/products?sort=price_low&currency=CZK").await, ["Wall lamp"]);
}

#[tokio::test]
async fn what_cant_be_understood_is_said_beside_its_field() {
    let app = marketplace().await;
    let page =
        app.visitor().get("/products?min=cheap&max=12.34.56&category=x&condition=x&currency=x").await.ok();
    assert_eq!(page.count(".product-card"), 5, "what isn't understood doesn't narrow");
    assert_eq!(page.attr("[name=min]", "value"), "cheap");
    for field in ["min", "max", "category", "condition", "currency"] {
        assert!(!page.text(&format!("#{field}_error")).is_empty(), "{field}");
    }
    let page = app.visitor().get("/products?min=120&max=80").await.ok();
    assert_eq!(page.count(".product-card"), 2, "a range upside down is swapped, with a word about it");
    assert!(page.text(".page-note").contains("swapped"));
    for query in
        ["after=x", "after=", "after=eyJrZXkiOjF9", "page=7", "sort=x", "sort=relevance", "unknown=1"]
    {
        assert_eq!(found(&app, query).await.len(), 5, "{query}");
    }
}

#[tokio::test]
async fn every_filter_in_use_can_be_taken_away() {
    let app = marketplace().await;
    let visitor = app.visitor();
    let page = visitor.get("/products?q=bicycle&category=vehicles&min=100&max=200&place=Porto").await.ok();
    assert_eq!(page.text("h1"), "“bicycle” in Vehicles");
    assert_eq!(page.attr("#search", "value"), "bicycle");
    assert_eq!(page.text(".filters-count"), "3");
    // `data-unread` is the inbox's: its script writes into whatever has it.
    assert!(!page.has(".filters [data-unread]"));
    assert!(!visitor.get("/products?q=bicycle").await.ok().has(".filters-count"));
    let without = page.attrs(".active-filter", "href");
    assert_eq!(without.len(), 4);
    assert_eq!(without[2], "/products?q=bicycle&category=vehicles&place=Porto");
    for path in without {
        assert!(visitor.get(&path).await.ok().count(".active-filter") == 3, "{path}");
    }
    let form = page.form(".filters-form");
    assert_eq!((form.value("q"), form.value("min"), form.value("place")), ("bicycle", "100", "Porto"));
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    sqlx::query(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place, created_at)
         SELECT $1, 1, 'Thing ' || n, '', n, 'EUR', 'good', 'Porto', now() - n * interval '1 minute'
         FROM generate_series(1, 1100) AS n",
    )
    .bind(seller.seller_id())
    .execute(&app.db)
    .await
    .unwrap();
    let visitor = app.visitor();
    for query in
        ["place=porto", "q=thing", "q=thing&sort=newest", "", "sort=price_low", "place=porto&sort=price_high"]
    {
        let mut path = format!("/products?{query}");
        let mut seen = Vec::new();
        for page in 0..5 {
            let page_of_list = visitor.get(&path).await.ok();
            assert_eq!(page_of_list.text(".page-lead"), "1,100 offers", "{query}");
            let titles = page_of_list.texts(".product-card-title");
            assert_eq!(titles.len(), 24, "{query}");
            seen.extend(titles);
            assert!(page_of_list.has("a[rel=next]"));
            path = page_of_list.attr("a[rel=next]", "href").to_owned();
            // Added meanwhile, at the top, it moves nothing.
            Product::new(&format!("Thing new {page}"))
                .place("Porto")
                .price(0, "EUR")
                .create(&app, &seller)
                .await;
            sqlx::query("DELETE FROM products WHERE title LIKE 'Thing new%'").execute(&app.db).await.unwrap();
        }
        let highest = query.contains("price_high");
        let expected: Vec<String> =
            (1..=120).map(|n| format!("Thing {}", if highest { 1101 - n } else { n })).collect();
        assert_eq!(seen, expected, "{query}");
    }
    let sellers = visitor.get(&format!("/sellers/{}?page=2", seller.seller_id())).await.ok();
    assert_eq!(sellers.texts(".product-card-title")[0], "Thing 25");
}

#[tokio::test]
async fn paused_sellers_are_out_of_sight_until_they_are_back() {
    let app = marketplace().await;
    let seller: i64 = sqlx::query_scalar("SELECT id FROM customers").fetch_one(&app.db).await.unwrap();
    let one: i64 = sqlx::query_scalar("SELECT id FROM products LIMIT 1").fetch_one(&app.db).await.unwrap();
    // As after the admin's own form: there at once.
    products::set_seller_paused(&app.db, seller, true, 1).await.unwrap();
    app.state().products.catalogue.bump();
    assert_eq!(found(&app, "").await.len(), 0);
    app.visitor().get(&format!("/products/{one}")).await.expect(410);
    products::set_seller_paused(&app.db, seller, false, 1).await.unwrap();
    app.state().products.catalogue.bump();
    assert_eq!(found(&app, "").await.len(), 5);
    assert!(!Viewer::default().is(&seller));
}
