//! What is shared from another program.

use image::ImageFormat;
use reqwest::{
    Method,
    multipart::{Form, Part},
};

use super::{id_of, keys, photo};
use crate::support::{TestApp, picture, sweep};

fn shared() -> Form {
    Form::new().text("title", "Lamp").text("text", "Works well.").text("url", "https://example.com/lamp")
}

#[tokio::test]
async fn shared_photos_and_words_become_a_form_and_then_a_product() {
    let app = TestApp::start().await;
    // Whoever has never sold anything begins with it.
    let ana = app.buyer("Ana").await;
    let form = shared().part("photos", photo("a.jpg")).part("photos", photo("b.jpg"));
    let sent = ana.post_multipart("/share", form).await;
    sent.redirects_to("/seller/products/new");
    let page = ana.follow(&sent).await.ok();
    assert_eq!(page.count("[data-photo-item]"), 2);
    assert!(!page.has("[role=alert]") && !page.has("#photos_error"));
    let form = page.form(".product-form form");
    assert_eq!(
        (form.value("title"), form.value("description")),
        ("Lamp", "Works well.\nhttps://example.com/lamp")
    );
    let drafts = page.attrs("[name=kept]", "value");
    let form = form.set("price", "5").set("place", "Brno").set("category", "home").set("condition", "good");
    assert_eq!(keys(&app, id_of(&ana.submit(&form).await)).await, drafts);
    // Given out once.
    assert_eq!(ana.get("/seller/products/new").await.ok().count("[data-photo-item]"), 0);
    ana.get("/share").await.ok();
}

#[tokio::test]
async fn what_cant_be_taken_gets_the_forms_own_sentence_and_the_rest_is_there() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let wrong = Part::bytes(b"no picture".to_vec()).file_name("notes.txt");
    let large = Part::bytes(vec![7; 12 * 1024 * 1024 + 1]).file_name("large.jpg");
    let many = (0..9).fold(shared(), |form, n| form.part("photos", photo(&format!("{n}.jpg"))));
    for (form, said, taken) in [
        (shared().part("photos", wrong).part("photos", photo("a.jpg")), "“notes.txt”: That file isn't", 1),
        (shared().part("photos", large).part("photos", photo("a.jpg")), "too large", 1),
        (many, "up to 8 photos", 8),
        (shared(), "", 0),
    ] {
        tomas.post_multipart("/share", form).await.redirects_to("/seller/products/new");
        let page = tomas.get("/seller/products/new").await.ok();
        let sentence = if said.is_empty() { String::new() } else { page.text("#photos_error") };
        assert!(sentence.contains(said), "{said}: {sentence}");
        assert_eq!(page.count("[data-photo-item]"), taken, "{said}");
    }
}

/// The worker keeps the files when it hears 401; people without one read what to do.
#[tokio::test]
async fn whoever_isnt_signed_in_is_asked_to_and_nothing_is_stored_of_them() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let page = visitor.post_multipart("/share", shared().part("photos", photo("a.jpg"))).await.expect(401);
    assert!(page.text("main").contains("sign in, then share the photos once more"), "{}", page.text("main"));
    assert_eq!(page.attr("main a.button", "href"), "/login?next=/share");
    assert_eq!(stored(&app).await, 0);
    visitor.get("/share").await.redirects_to("/login?next=/share");
    app.admin("Root").await.post_multipart("/share", shared()).await.expect(403);
}

/// A system shares for nobody's page; what another site posts is refused, whatever it says of itself.
#[tokio::test]
async fn another_site_shares_nothing() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let share = async |site: &str, origin: Option<&str>| {
        let form = shared().part("photos", photo("a.jpg"));
        let mut request = tomas.request(Method::POST, "/share").multipart(form).build().unwrap();
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        request.headers_mut().remove("origin");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        request.headers_mut().insert("cookie", tomas.cookies().unwrap());
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        client.execute(request).await.unwrap().status()
    };
    for (site, origin) in
        [("cross-site", Some("null")), ("cross-site", None), ("same-site", Some("https://a.example"))]
    {
        assert_eq!(share(site, origin).await, 403, "{site} {origin:?}");
    }
    assert_eq!(stored(&app).await, 0);
    for origin in [None, Some("null")] {
        assert_eq!(share("none", origin).await, 303, "{origin:?}");
    }
}

#[tokio::test]
async fn what_nobody_makes_a_product_of_is_swept() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let form = shared().part("photos", Part::bytes(picture(60, 40, ImageFormat::Png)).file_name("a.png"));
    tomas.post_multipart("/share", form).await.expect(303);
    assert_eq!(stored(&app).await, 1);
    sqlx::query("UPDATE photo_drafts SET created_at = now() - interval '25 hours'")
        .execute(&app.db)
        .await
        .unwrap();
    sweep(&app).await;
    assert_eq!(stored(&app).await, 0);
    assert_eq!(tomas.get("/seller/products/new").await.ok().count("[data-photo-item]"), 0);
}

/// Photos that are in the store.
async fn stored(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM stored_photos WHERE state <> 'removed'")
        .fetch_one(&app.db)
        .await
        .unwrap()
}
