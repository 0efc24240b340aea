//! What whoever runs the place says of it: name, contact, address, currency.

use haggle::web::{Contact, forgery::PublicOrigin};
use reqwest::{Method, header};

use crate::support::{Product, TestApp};

#[tokio::test]
async fn a_marketplace_has_a_name_and_somebody_to_write_to() {
    let app = TestApp::start_called(|marketplace| {
        marketplace.name = "Bazar <Brno>".to_owned();
        marketplace.contact = Contact::parse("help@bazar.example");
    })
    .await;
    let visitor = app.visitor();
    for path in ["/", "/products", "/login", "/register"] {
        let page = visitor.get(path).await.ok();
        assert!(page.text("title").contains("Bazar <Brno>"), "{path}: {}", page.text("title"));
        assert_eq!(page.text(".logo"), "Bazar <Brno>");
        assert_eq!(
            page.attrs(".footer a", "href").iter().filter(|to| *to == "mailto:help@bazar.example").count(),
            1
        );
        assert!(!page.body().contains("Haggle"), "{path}");
    }
    let nothing = visitor.get("/nothing").await.expect(404);
    assert!(nothing.text("main").contains("help@bazar.example"), "{}", nothing.text("main"));
    let contact = visitor.get("/.well-known/security.txt").await.ok().body();
    assert!(contact.contains("Contact: mailto:help@bazar.example\n"), "{contact}");

    let plain = TestApp::start().await.visitor().get("/").await.ok();
    assert!(plain.text("title").contains("Haggle") && !plain.body().contains("mailto:"));
}

#[tokio::test]
async fn a_marketplace_may_have_one_currency() {
    let app = TestApp::start_called(|marketplace| marketplace.currencies = vec!["CZK".to_owned()]).await;
    let seller = app.seller("Tomas").await;
    let older = Product::new("Lamp").price(500, "EUR").create(&app, &seller).await;
    let form = seller.get("/seller/products/new").await.ok();
    assert_eq!(form.attrs("#currency option", "value"), ["CZK"]);
    assert!(!app.visitor().get("/products").await.ok().has("#currency"));
    // What was offered before keeps its price.
    let edit = seller.get(&format!("/seller/products/{older}/edit")).await.ok();
    assert_eq!(edit.attrs("#currency option", "value"), ["EUR", "CZK"]);
    let foreign =
        form.form(".product-form form").set("title", "Chair").set("price", "5").set("place", "Brno");
    let foreign = foreign.set("category", "home").set("condition", "good").set("description", "Four legs.");
    let mut forged = foreign.clone();
    forged.fields.retain(|(name, _)| name != "currency");
    forged.fields.push(("currency".into(), "EUR".into()));
    assert!(seller.submit(&forged).await.refused().body().contains("Prices here are in CZK."));
    assert!(seller.follow(&seller.submit(&foreign).await).await.ok().text(".product-price").contains("Kč"));
}

/// Case 23.
#[tokio::test]
async fn whoever_came_by_http_is_shown_the_https_address() {
    let app = TestApp::start_called(|marketplace| {
        marketplace.origin = PublicOrigin("https://market.example".into())
    })
    .await;
    let visitor = app.visitor();
    for path in ["/login", "/register"] {
        let page = visitor.get(path).await.ok();
        assert_eq!(page.attrs(".auth .notice a", "href"), [format!("https://market.example{path}")]);
    }
    for (name, value) in [
        ("host", "market.example"),
        ("host", "market.example:443"),
        ("x-forwarded-proto", "https"),
        ("via", "1.1 proxy"),
    ] {
        let there = visitor.request(Method::GET, "/login").header(name, value);
        assert!(!visitor.send(there).await.ok().has(".auth .notice"), "{name}: {value}");
    }
    assert!(!TestApp::start().await.visitor().get("/login").await.ok().has(".auth .notice"));
}

/// L8: neither can be told from the other by its length on the line.
#[tokio::test]
async fn what_answers_a_question_of_somebody_signed_in_is_not_compressed() {
    let app = TestApp::start().await;
    let (ana, visitor) = (app.buyer("Ana").await, app.visitor());
    let encoding = async |person: &crate::support::Person, path: &str| {
        let request = person.request(Method::GET, path).header(header::ACCEPT_ENCODING, "gzip");
        person.send(request).await.ok().header("content-encoding").map(str::to_owned)
    };
    assert_eq!(encoding(&ana, "/messages?q=secret").await, None);
    assert_eq!(encoding(&ana, "/products?category=home&q=secret").await, None);
    assert_eq!(encoding(&ana, "/messages").await.as_deref(), Some("gzip"));
    assert_eq!(encoding(&visitor, "/products?q=secret").await.as_deref(), Some("gzip"));
}
