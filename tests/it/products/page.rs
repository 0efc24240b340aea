//! A product's own page (the conversation in it is chat's).

use crate::support::{Product, TestApp};

use super::titles;

async fn views(app: &TestApp, id: i64) -> i64 {
    app.state().products.view_counter.flush(&app.db).await.unwrap();
    sqlx::query_scalar("SELECT views FROM products WHERE id = $1").bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn everything_about_a_product_is_on_its_page() {
    let app = TestApp::start().await;
    let seller = app.seller("Second Spin").await;
    let product = Product::new("City bicycle").description("Three gears.\n\nServiced.").price(18_500, "EUR");
    let id = product.category("vehicles").place("Porto").photos(3).create(&app, &seller).await;
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    assert_eq!(page.text("h1"), "City bicycle");
    assert_eq!(page.text(".product-price"), "€185");
    assert_eq!(page.texts(".facts dd")[..2], ["Good", "Porto"]);
    assert_eq!(page.text(".prose"), "Three gears. Serviced.");
    assert_eq!(page.texts(".crumbs a"), ["All", "Vehicles"]);
    assert_eq!(page.attr("a.seller-card", "href"), format!("/sellers/{}", seller.seller_id()));
    assert!(page.text(".seller-card-meta").ends_with("1 offer"));
    assert_eq!(page.attr(".product-chat-link", "href"), "#chat");

    // The gallery works by links alone.
    assert_eq!(page.attrs(".gallery-thumb", "href"), ["#photo_1", "#photo_2", "#photo_3"]);
    assert_eq!(page.attrs(".gallery-photo", "id"), ["photo_1", "photo_2", "photo_3"]);
    for photo in page.attrs(".gallery-photo img", "width") {
        assert_eq!(photo, "1200", "nothing moves when it arrives");
    }
}

#[tokio::test]
async fn a_link_to_it_is_shown_with_picture_and_price() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").description(&"word ".repeat(100)).photos(1).create(&app, &seller).await;
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    let meta = |property: &str| page.attr(&format!("meta[property='{property}']"), "content");
    assert_eq!(meta("og:title"), "Lamp");
    assert_eq!(meta("og:url"), format!("{}/products/{id}-lamp", app.origin()));
    assert!(meta("og:image").starts_with(&format!("{}/media/", app.origin())));
    assert!(meta("og:image").ends_with("/preview.jpg"));
    assert_eq!((meta("og:image:width"), meta("og:image:height")), ("1200".into(), "900".into()));
    assert!(
        meta("og:description").starts_with("€25 · Lisbon · word word")
            && meta("og:description").ends_with('…')
    );

    let plain = Product::new("Chair").description("").create(&app, &seller).await;
    let page = app.visitor().get(&format!("/products/{plain}")).await.ok();
    assert!(!page.has("meta[property='og:image']"));
    assert_eq!(page.count(".gallery-photo img"), 1, "a picture stands in for the photos");
    assert!(!page.has(".gallery-thumb") && !page.has(".prose"));
}

#[tokio::test]
async fn looks_are_counted_but_not_the_sellers_own() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    let path = format!("/products/{id}");
    // L9: somebody who reloads looks once a day.
    for _ in 0..3 {
        app.visitor().get(&path).await.ok();
    }
    app.buyer("Ana").await.get(&path).await.ok();
    seller.get(&path).await.ok();
    assert_eq!(views(&app, id).await, 2);
    let own = seller.get(&path).await.ok();
    assert_eq!(own.texts(".facts dt"), ["Condition", "Place", "Listed", "Views"]);
    assert_eq!(own.texts(".facts dd")[3], "2");
    assert!(own.has(&format!(".product-actions a[href='/seller/products/{id}/edit']")));
}

#[tokio::test]
async fn similar_things_share_the_category_and_the_words() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Red bicycle").category("vehicles").create(&app, &seller).await;
    Product::new("Blue bicycle").category("vehicles").create(&app, &seller).await;
    Product::new("Car").category("vehicles").create(&app, &seller).await;
    Product::new("Sold bicycle").category("vehicles").sold().create(&app, &seller).await;
    Product::new("Bicycle book").category("books").create(&app, &seller).await;
    assert_eq!(titles(&app.visitor(), &format!("/products/{id}")).await, ["Blue bicycle", "Car"]);
}

#[tokio::test]
async fn what_is_sold_says_so() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").sold().create(&app, &seller).await;
    let page = app.buyer("Ana").await.get(&format!("/products/{id}")).await.ok();
    assert_eq!(page.text(".notice"), "Sold. You can still ask Tomas about it.");
    assert!(page.has(".product.is-sold"));
}

#[tokio::test]
async fn what_is_deleted_is_gone_for_everybody() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    seller.post(&format!("/seller/products/{id}/delete"), &[]).await.redirects_to("/seller/dashboard");
    for person in [&app.visitor(), &seller, &app.admin("Root").await] {
        person.get(&format!("/products/{id}")).await.expect(410);
    }
    app.visitor().get("/products/999999").await.expect(404);
    app.visitor().get("/products/abc").await.expect(404);
    app.visitor().get("/products/99999999999999999999").await.expect(404);
}

#[tokio::test]
async fn what_an_admin_hides_only_its_seller_and_admins_see() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    let admin = app.admin("Root").await;
    admin.post(&format!("/admin/products/{id}/hide"), &[]).await.expect(303);
    let path = format!("/products/{id}");
    app.visitor().get(&path).await.expect(410);
    app.buyer("Ana").await.get(&path).await.expect(410);
    assert!(seller.get(&path).await.ok().text(".notice").contains("has hidden this product"));
    admin.get(&path).await.ok();
    admin.post(&format!("/admin/products/{id}/show"), &[]).await.expect(303);
    app.visitor().get(&path).await.ok();
}

#[tokio::test]
async fn what_is_reserved_says_so_and_can_still_be_asked_about() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    let path = format!("/products/{id}");
    seller.post(&format!("/seller/products/{id}/reserve"), &[("next", &path)]).await.redirects_to(&path);
    let ana = app.buyer("Ana").await;
    let page = ana.get(&path).await.ok();
    assert_eq!(page.text(".notice"), "Reserved for somebody. You can still ask Tomas about it.");
    assert!(ana.get("/products").await.ok().text(".product-card").contains("Reserved"));
    ana.post(&format!("{path}/messages"), &[("body", "If it falls through?")]).await.expect(303);
    assert!(seller.get("/seller/dashboard?show=reserved").await.ok().text("table").contains("Lamp"));

    seller.post(&format!("/seller/products/{id}/available"), &[]).await.expect(303);
    assert!(!ana.get(&path).await.ok().has(".notice"));
    app.seller("Other").await.post(&format!("/seller/products/{id}/reserve"), &[]).await.expect(404);
    let moves: Vec<String> = sqlx::query_scalar(
        "SELECT from_state || ' ' || reason || ' ' || to_state FROM product_state_changes
         WHERE account_id = $1 ORDER BY id",
    )
    .bind(seller.account_id)
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert_eq!(moves, ["listed reserve reserved", "reserved relist listed"]);
}

#[tokio::test]
async fn a_suspended_sellers_product_in_flight_is_not_shown() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    // Suspended after the form was begun: the row is made by what the account is at that moment.
    let mut tx = app.db.begin().await.unwrap();
    sqlx::query("UPDATE accounts SET suspended_at = now() WHERE id = $1")
        .bind(seller.account_id)
        .execute(&mut *tx)
        .await
        .unwrap();
    let fields = [
        ("title", "Lamp"),
        ("description", "Bright"),
        ("category", "vehicles"),
        ("condition", "good"),
        ("price", "25"),
        ("currency", "EUR"),
        ("place", "Porto"),
    ];
    let path = "/seller/products".to_owned();
    let (answer, ()) = tokio::join!(seller.post(&path, &fields), async {
        crate::support::eventually("the form to wait for the account", async || {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO products%'",
            )
            .fetch_one(&app.db)
            .await
            .unwrap();
            (waiting == 1).then_some(())
        })
        .await;
        tx.commit().await.unwrap();
    });
    answer.expect(303);
    let state: String = sqlx::query_scalar("SELECT state FROM products").fetch_one(&app.db).await.unwrap();
    assert_eq!(state, "paused");
    assert!(!app.visitor().get("/products").await.ok().has(".product-card"));
}
