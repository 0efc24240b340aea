//! A product's address: the number, with what it is called behind it.

use crate::support::{Product, TestApp};

#[tokio::test]
async fn wrong_words_lead_to_the_right_ones_and_the_number_stays() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Škoda Fabia, červená").create(&app, &seller).await;
    let visitor = app.visitor();
    let right = format!("/products/{id}-skoda-fabia-cervena");
    for path in [&right, &format!("/products/{id}"), &format!("/products/{id}?from=mail")] {
        let page = visitor.get(path).await.ok();
        assert_eq!(page.text("h1"), "Škoda Fabia, červená");
        assert_eq!(page.attr("link[rel=canonical]", "href"), format!("{}{right}", app.origin()));
        assert_eq!(page.attr("meta[property='og:url']", "content"), format!("{}{right}", app.origin()));
    }
    for (wrong, leads_to) in [
        (format!("{id}-"), right.clone()),
        (format!("{id}-skoda"), right.clone()),
        (format!("{id}-Skoda-fabia-cervena"), right.clone()),
        (format!("{id}-x?a=1&b=%2F%2Fevil.example"), format!("{right}?a=1&b=%2F%2Fevil.example")),
        (format!("{id}-%0d%0aSet-Cookie:a=b"), right.clone()),
        (format!("{id}-%F0%9F%9A%B2"), right.clone()),
    ] {
        let answer = visitor.get(&format!("/products/{wrong}")).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (308, &*leads_to), "{wrong}");
        assert!(answer.header("cache-control").unwrap().contains("no-cache"), "titles change");
    }
    for nothing in
        [format!("x{id}"), format!("{id}x"), format!("-{id}"), "0-x".to_owned(), "4711-x".to_owned()]
    {
        visitor.get(&format!("/products/{nothing}")).await.expect(404);
    }
}

#[tokio::test]
async fn the_words_change_with_the_title() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    let form = seller.get(&format!("/seller/products/{id}/edit")).await.ok();
    seller.submit(&form.form("form[enctype]").set("title", "自転車")).await.expect(303);
    let answer = app.visitor().get(&format!("/products/{id}-lamp")).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (308, &*format!("/products/{id}")));
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    assert_eq!(page.attr("link[rel=canonical]", "href"), format!("{}/products/{id}", app.origin()));
}

#[tokio::test]
async fn one_writes_from_a_readable_address_and_lists_lead_to_it() {
    let app = TestApp::start().await;
    let (seller, ana) = (app.seller("Tomas").await, app.buyer("Ana").await);
    let id = Product::new("Red lamp").create(&app, &seller).await;
    Product::new("Blue lamp").create(&app, &seller).await;
    let path = format!("/products/{id}-red-lamp");
    let page = ana.get(&path).await.ok();
    ana.submit(&page.form("form.composer").set("body", "Hello"))
        .await
        .redirects_to(&format!("/products/{id}#entry_1"));
    assert_eq!(ana.get(&path).await.ok().texts(".timeline .bubble-body"), ["Hello"]);
    let lists = ["/", "/products", &format!("/sellers/{}", seller.seller_id())];
    for list in lists {
        assert_eq!(ana.get(list).await.ok().attrs(".product-card-title a", "href")[1], path, "{list}");
    }
    assert!(page.attr(".product-card-title a", "href").ends_with("-blue-lamp"), "what is similar");
}
