//! A seller's forms.

use reqwest::Method;
use reqwest::multipart::Form;

use crate::support::{PASSWORD, Product, TestApp};

use super::{filled, id_of, keys, photo};

#[tokio::test]
async fn a_seller_puts_something_up_for_sale() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let form = seller.get("/seller/products/new").await.ok();
    assert_eq!(form.form(".product-form form").action, "/seller/products");
    assert_eq!(form.attr("#photos", "accept"), "image/jpeg,image/png,image/webp,image/gif");

    let done = seller.post_multipart("/seller/products", filled().part("photos", photo("a.jpg"))).await;
    let id = id_of(&done);
    let page = seller.follow(&done).await.ok();
    assert_eq!(page.text("h1"), "City bicycle");
    assert_eq!(page.text(".product-price"), "€1,250.50");
    assert_eq!(page.text(".flash-success"), "It’s live. Everyone can see it now.");
    assert_eq!(page.count(".gallery-photo"), 1);

    let edit = seller.get(&format!("/seller/products/{id}/edit")).await.ok();
    let edit = edit.form("form[enctype]");
    assert_eq!((edit.value("price"), edit.value("category")), ("1250.50", "vehicles"));
    assert_eq!(edit.value("description"), "Three gears.\nServiced in October.");
    let changed = edit.set("price", "99").set("title", "Bicycle").set("currency", "CZK");
    seller.submit(&changed).await.redirects_to(&format!("/products/{id}"));
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    assert_eq!((page.text("h1"), page.text(".product-price")), ("Bicycle".into(), "99 Kč".into()));
    assert_eq!(page.count(".gallery-photo"), 1, "a form without files keeps the photos");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_the_photos() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let wrong = Form::new()
        .text("title", "Lamp <3")
        .text("price", "a lot")
        .text("currency", "EUR")
        .text("category", "nothing")
        .text("place", "")
        .part("photos", photo("a.jpg"))
        .part("photos", photo("b.jpg"));
    let page = seller.post_multipart("/seller/products", wrong).await.refused();
    for field in ["price", "category", "condition", "place"] {
        assert!(page.has(&format!("#{field}_error")), "{field}");
        assert_eq!(page.attr(&format!("#{field}"), "aria-invalid"), "true", "{field}");
    }
    assert!(!page.has("#title_error") && !page.has("#description_error"));
    assert_eq!(page.text("[role=alert]"), "Please look at the fields marked below. Nothing is lost.");
    let form = page.form("form[enctype]");
    assert_eq!((form.value("title"), form.value("price")), ("Lamp <3", "a lot"));
    let drafts = page.attrs("[name=kept]", "value");
    assert_eq!(drafts.len(), 2);

    let right = form.set("price", "25").set("category", "home").set("condition", "fair").set("place", "Brno");
    let done = seller.submit(&right).await;
    assert_eq!(keys(&app, id_of(&done)).await, drafts);
}

#[tokio::test]
async fn nobody_gets_photos_that_arent_theirs() {
    let app = TestApp::start().await;
    let (tomas, rita) = (app.seller("Tomas").await, app.seller("Rita").await);
    let refused =
        tomas.post_multipart("/seller/products", Form::new().part("photos", photo("a.jpg"))).await.refused();
    let draft = refused.attr("[name=kept]", "value");
    let published =
        id_of(&tomas.post_multipart("/seller/products", filled().part("photos", photo("b.jpg"))).await);
    let stolen = filled().text("kept", draft).text("kept", keys(&app, published).await[0].clone());
    let mine = id_of(&rita.post_multipart("/seller/products", stolen).await);
    assert!(keys(&app, mine).await.is_empty());
    assert_eq!(keys(&app, published).await.len(), 1);
}

#[tokio::test]
async fn only_its_seller_can_change_a_product() {
    let app = TestApp::start().await;
    let owner = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &owner).await;
    let edit = format!("/seller/products/{id}/edit");
    let paths = ["edit", "delete", "sold", "available"].map(|what| format!("/seller/products/{id}/{what}"));

    let (rita, ana, root) = (app.seller("Rita").await, app.buyer("Ana").await, app.admin("Root").await);
    rita.get(&edit).await.expect(404);
    for path in &paths {
        rita.post(path, &[("title", "Stolen")]).await.expect(404);
        root.post(path, &[]).await.expect(403);
        ana.post(path, &[]).await.expect(403);
        let visitor = app.visitor().post(path, &[]).await.expect(303);
        assert!(visitor.location().starts_with("/login"));
    }
    app.visitor().get(&edit).await.redirects_to(&format!("/login?next={edit}"));
    let page = app.visitor().get(&format!("/products/{id}")).await.ok();
    assert_eq!((page.text("h1"), page.has(".notice")), ("Lamp".into(), false));
}

#[tokio::test]
async fn sold_and_available_again() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    let page = format!("/products/{id}");
    let button = seller.get(&page).await.ok().form(".product-actions form[action$=sold]");
    seller.submit(&button).await.redirects_to(&page);
    assert!(!app.visitor().get("/").await.ok().has(".product-card"));
    let again = seller.get(&page).await.ok().form(".product-actions form[action$=available]");
    seller.submit(&again).await.redirects_to(&page);
    assert!(app.visitor().get("/").await.ok().has(".product-card"));

    let path = format!("/seller/products/{id}/sold");
    seller.post(&path, &[]).await.redirects_to("/seller/dashboard");
    seller.post(&path, &[("next", "https://evil.example/")]).await.redirects_to("/seller/dashboard");
}

#[tokio::test]
async fn a_deleted_product_cant_be_changed_any_more() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &seller).await;
    seller.post(&format!("/seller/products/{id}/delete"), &[]).await.expect(303);
    for what in ["delete", "sold", "available", "edit"] {
        seller.post(&format!("/seller/products/{id}/{what}"), &[("title", "x")]).await.expect(404);
    }
}

#[tokio::test]
async fn texts_at_their_limits() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let form = |title: String, description: String| {
        filled_without(&["title", "description"]).text("title", title).text("description", description)
    };
    let fits = form("é".repeat(120), "ü".repeat(8000));
    seller.post_multipart("/seller/products", fits).await.expect(303);
    let page =
        seller.post_multipart("/seller/products", form("é".repeat(121), "ü".repeat(8001))).await.refused();
    assert!(page.text("#title_error").contains("121") && page.text("#description_error").contains("8001"));
    let page = seller.post_multipart("/seller/products", form("a\0b".into(), "a\0b".into())).await.refused();
    assert!(page.has("#title_error") && page.has("#description_error"));
    seller.post_multipart("/seller/products", form("   ".into(), String::new())).await.refused();
    let huge = form("x".repeat(300 * 1024), String::new());
    seller.post_multipart("/seller/products", huge).await.expect(400);
}

/// A right form, but for these fields.
fn filled_without(left_out: &[&str]) -> Form {
    let fields = [
        ("title", "City bicycle"),
        ("description", ""),
        ("price", "25"),
        ("currency", "EUR"),
        ("category", "vehicles"),
        ("condition", "good"),
        ("place", "Porto"),
    ];
    let kept = fields.into_iter().filter(|(name, _)| !left_out.contains(name));
    kept.fold(Form::new(), |form, (name, value)| form.text(name, value))
}

#[tokio::test]
async fn prices_are_read_as_people_type_them_or_refused() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let form = |price: &str, currency: &str| {
        filled_without(&["price", "currency"])
            .text("price", price.to_owned())
            .text("currency", currency.to_owned())
    };
    for (price, currency, shown) in [
        ("25,95", "EUR", "€25.95"),
        ("1 250", "EUR", "€1,250"),
        ("1,250.00", "GBP", "£1,250"),
        ("0", "EUR", "Free"),
        ("¥ 9,800", "JPY", "¥9,800"),
    ] {
        let done = seller.post_multipart("/seller/products", form(price, currency)).await.expect(303);
        assert_eq!(seller.follow(&done).await.ok().text(".product-price"), shown);
    }
    for (price, currency) in
        [("-5", "EUR"), ("1e5", "EUR"), ("", "EUR"), ("25.5", "JPY"), ("$5", "EUR"), ("5", "XXX")]
    {
        let page = seller.post_multipart("/seller/products", form(price, currency)).await.refused();
        assert!(page.has("#price_error") || page.has("#currency_error"), "{price} {currency}");
    }
}

#[tokio::test]
async fn a_form_that_isnt_one_is_refused_in_words() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let request = seller
        .request(Method::POST, "/seller/products")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\nnot a part");
    let page = seller.send(request).await.expect(400);
    assert_eq!(page.text(".error-page h1"), "That didn't work");
    let request =
        seller.request(Method::POST, "/seller/products").header("content-type", "text/plain").body("x");
    seller.send(request).await.expect(400);
}

/// L6, case 30: also at the same moment.
#[tokio::test]
async fn a_form_sent_twice_makes_one_product() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let form_id = seller.get("/seller/products/new").await.ok().attr("[name=form_id]", "value");
    let form = || filled().text("form_id", form_id.clone());
    let (first, second) = tokio::join!(
        seller.post_multipart("/seller/products", form()),
        seller.post_multipart("/seller/products", form())
    );
    let third = seller.post_multipart("/seller/products", form()).await;
    assert_eq!([id_of(&second), id_of(&third)], [id_of(&first); 2]);
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM products").fetch_one(&app.db).await.unwrap();
    assert_eq!(count, 1);
}

/// M2: a refusal says what and when, and keeps what was typed.
#[tokio::test]
async fn a_seller_lists_so_many_products_a_day() {
    let app = TestApp::start_adjusted(|app| app.products.quota.per_day = 10).await;
    let seller = app.seller("Tomas").await;
    for _ in 0..2 {
        id_of(&seller.post_multipart("/seller/products", filled()).await);
    }
    let refused = seller.post_multipart("/seller/products", filled()).await.refused();
    assert!(refused.body().contains("2 products a day on their first day"), "{}", refused.body());
    assert!(!refused.attr("[name=title]", "value").is_empty());
    sqlx::query("UPDATE accounts SET created_at = now() - interval '2 days'").execute(&app.db).await.unwrap();
    id_of(&seller.post_multipart("/seller/products", filled()).await);
}

/// Case 28.
#[tokio::test]
async fn two_tabs_dont_undo_each_other() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = id_of(&seller.post_multipart("/seller/products", filled()).await);
    let edit = format!("/seller/products/{id}/edit");
    let (one, other) = (seller.get(&edit).await.ok(), seller.get(&edit).await.ok());
    seller.submit(&one.form("form[enctype]").set("price", "99")).await.expect(303);
    let refused = seller.submit(&other.form("form[enctype]").set("title", "Corrected")).await.refused();
    assert!(refused.body().contains("changed meanwhile") && refused.body().contains("99"));
    assert_eq!(refused.attr("[name=title]", "value"), "Corrected");
    seller.submit(&refused.form("form[enctype]").set("price", "99")).await.expect(303);
    let page = seller.get(&format!("/products/{id}")).await.ok();
    assert_eq!(page.text("h1"), "Corrected");
}

/// Case 29.
#[tokio::test]
async fn a_form_is_not_stored_in_another_persons_name() {
    let app = TestApp::start().await;
    let (tomas, rita) = (app.seller("Tomas").await, app.seller("Rita").await);
    let form = || filled().text("account", tomas.account_id.to_string());
    let refused =
        rita.post_multipart("/seller/products", form().part("photos", photo("a.jpg"))).await.refused();
    assert!(refused.body().contains("You are signed in as Rita now"));
    assert!(!refused.attr("[name=title]", "value").is_empty() && refused.has("[name=kept]"));
    id_of(&rita.submit(&refused.form("form[enctype]")).await);
}

/// Case 6: new and edit, with photos.
#[tokio::test]
async fn what_was_written_when_the_session_ended_is_back_after_the_sign_in() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = id_of(&seller.post_multipart("/seller/products", filled()).await);
    for (send_to, page) in [
        ("/seller/products".to_owned(), "/seller/products/new".to_owned()),
        (format!("/seller/products/{id}/edit"), format!("/seller/products/{id}/edit")),
    ] {
        seller.post("/logout", &[]).await.expect(303);
        let form = filled().text("account", seller.account_id.to_string()).part("photos", photo("a.jpg"));
        let sent = seller.post_multipart(&send_to, form).await;
        sent.redirects_to(&format!("/login?next={page}"));
        seller.sign_in(PASSWORD).await.expect(303);
        let back = seller.get(&page).await.ok();
        assert!(back.body().contains("before you were signed out"));
        assert!(!back.attr("[name=title]", "value").is_empty());
        assert_eq!(back.count("[name=kept]"), 1, "{page}");
        let listed = id_of(&seller.submit(&back.form("form[enctype]")).await);
        assert_eq!(keys(&app, listed).await.len(), 1);
    }
    // L13: it is nobody else's.
    seller.post("/logout", &[]).await.expect(303);
    let form = filled().text("account", seller.account_id.to_string());
    seller.post_multipart("/seller/products", form).await.expect(303);
    app.seller("Rita").await;
    let fields = [("email", "rita@example.com"), ("password", PASSWORD)];
    seller.post("/login", &fields).await.expect(303);
    assert!(!seller.get("/seller/products/new").await.ok().body().contains("before you were signed out"));
}
