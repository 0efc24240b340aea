//! Sitemaps: what is listed, and nothing else.

use crate::support::{Product, TestApp};

use super::xml::{assert_valid, values};

/// Everything that the index leads to, as paths.
async fn listed(app: &TestApp) -> Vec<String> {
    let visitor = app.visitor();
    let mut found = Vec::new();
    for file in files(app).await {
        let page = visitor.get(&file).await.ok();
        assert_valid(&page, "application/xml", "sitemap");
        found.extend(values(&page, "loc").iter().map(|url| path_of(app, url)));
    }
    found
}

async fn files(app: &TestApp) -> Vec<String> {
    let visitor = app.visitor();
    let robots = visitor.get("/robots.txt").await.ok().body();
    let index = robots.lines().find_map(|line| line.strip_prefix("Sitemap: ")).expect("a sitemap").to_owned();
    let index = visitor.get(index.strip_prefix(&app.origin()).expect("absolute")).await.ok();
    assert_valid(&index, "application/xml", "sitemap");
    values(&index, "loc").iter().map(|url| path_of(app, url)).collect()
}

fn path_of(app: &TestApp, url: &str) -> String {
    url.strip_prefix(&app.origin()).unwrap_or_else(|| panic!("{url}")).to_owned()
}

#[tokio::test]
async fn what_can_be_bought_is_in_a_sitemap_and_nothing_else() {
    let app = TestApp::start().await;
    let (seller, admin) = (app.seller("Tomas").await, app.admin("Root").await);
    let empty = listed(&app).await;
    assert!(empty.iter().all(|path| !path.starts_with("/products/")), "{empty:?}");
    for page in ["/", "/products", "/about", "/products?category=vehicles"] {
        assert!(empty.contains(&page.to_owned()), "{page} of {empty:?}");
    }
    let mut ids = Vec::new();
    for title in ["Lamp & shade", "自転車", "Reserved", "Deleted", "Hidden", "Waiting"] {
        ids.push(Product::new(title).create(&app, &seller).await);
    }
    Product::new("Sold").sold().create(&app, &seller).await;
    let paused = app.seller("Other").await;
    Product::new("Paused").create(&app, &paused).await;
    haggle::products::set_seller_paused(&app.db, paused.seller_id(), true, 1).await.unwrap();
    seller.post(&format!("/seller/products/{}/reserve", ids[2]), &[]).await.expect(303);
    seller.post(&format!("/seller/products/{}/delete", ids[3]), &[]).await.expect(303);
    admin.post(&format!("/admin/products/{}/hide", ids[4]), &[]).await.expect(303);
    sqlx::query("UPDATE products SET hidden_at = now(), review = 'waiting' WHERE id = $1")
        .bind(ids[5])
        .execute(&app.db)
        .await
        .unwrap();
    let products: Vec<String> =
        listed(&app).await.into_iter().filter(|path| path.starts_with("/products/")).collect();
    let expected = [format!("{}-lamp-and-shade", ids[0]), ids[1].to_string(), format!("{}-reserved", ids[2])];
    assert_eq!(products, expected.map(|segment| format!("/products/{segment}")));
    for path in products {
        app.visitor().get(&path).await.ok();
    }
}

/// Ranges of numbers with nothing in them are no files, and a large one comes whole.
#[tokio::test]
async fn a_large_marketplace_comes_in_parts() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    sqlx::query(
        "INSERT INTO products (id, seller_id, category_id, title, description, price_minor, currency, condition, place)
         OVERRIDING SYSTEM VALUE
         SELECT n, $1, 1, 'Thing ' || n, '', n, 'EUR', 'good', 'Porto'
         FROM (SELECT * FROM generate_series(1, 2500) UNION ALL VALUES (50000), (50001), (149999), (200000)) AS t (n)",
    )
    .bind(seller.seller_id())
    .execute(&app.db)
    .await
    .unwrap();
    sqlx::query("UPDATE products SET sold_at = now() WHERE id = 200000").execute(&app.db).await.unwrap();
    let visitor = app.visitor();
    let name = |part| format!("/sitemaps/products-{part}.xml");
    assert_eq!(files(&app).await, ["/sitemaps/pages.xml".to_owned(), name(1), name(2), name(3)]);
    let first = visitor.get(&name(1)).await.ok();
    assert_valid(&first, "application/xml", "sitemap");
    let urls = values(&first, "loc");
    assert_eq!((urls.len(), values(&first, "lastmod").len()), (2501, 2501));
    assert_eq!(path_of(&app, &urls[0]), "/products/1-thing-1");
    assert_eq!(path_of(&app, &urls[2500]), "/products/50000-thing-50000");
    assert_eq!(values(&visitor.get(&name(2)).await.ok(), "loc").len(), 1);
    for nothing in [
        "products-0",
        "products-4",
        "products-5",
        "products--1",
        "products-",
        "products-1x",
        "x",
        "products-99999999999999999999",
        "products-9223372036854775807",
    ] {
        visitor.get(&format!("/sitemaps/{nothing}.xml")).await.expect(404);
    }
    // Programs get a sentence, not a page.
    let refused = visitor.get("/sitemaps/products-4.xml").await;
    assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(!refused.body().contains('<'));
}

#[tokio::test]
async fn many_sitemaps_at_once_are_read_one_after_the_other() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    sqlx::query(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
         SELECT $1, 1, 'Thing', '', n, 'EUR', 'good', 'Porto' FROM generate_series(1, 5000) AS n",
    )
    .bind(seller.seller_id())
    .execute(&app.db)
    .await
    .unwrap();
    let ask = async |_| values(&app.visitor().get("/sitemaps/products-1.xml").await.ok(), "loc").len();
    let lengths = futures_util::future::join_all((0..12).map(ask)).await;
    assert_eq!(lengths, [5000; 12]);
}
