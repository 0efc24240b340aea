//! How many bytes of photos one account may store: said with when there is room again, and nothing typed is lost (M2).

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{Person, TestApp, picture, room};

use super::{filled, id_of, photo};

/// Older than a day, with so many bytes stored so many hours ago.
async fn grown_up(app: &TestApp, person: &Person, bytes: i64, hours: i32) {
    sqlx::query("UPDATE accounts SET created_at = now() - interval '9 days'").execute(&app.db).await.unwrap();
    sqlx::query(
        "INSERT INTO stored_photos (key, account_id, bytes, state, stored_at)
         VALUES (md5(random()::text), $1, $2, 'named', now() - make_interval(hours => $3))",
    )
    .bind(person.account_id)
    .bind(bytes)
    .bind(hours)
    .execute(&app.db)
    .await
    .unwrap();
}

async fn stored(app: &TestApp, person: &Person) -> i64 {
    sqlx::query_scalar("SELECT sum(bytes)::bigint FROM stored_photos WHERE account_id = $1")
        .bind(person.account_id)
        .fetch_one(&app.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_account_sends_so_many_bytes_of_photos_a_day() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let form = || filled().part("photos", photo("a.jpg")).part("photos", photo("b.jpg"));
    id_of(&tomas.post_multipart("/seller/products", form()).await);
    let two = stored(&app, &tomas).await;
    assert!(two > 0);

    // A fifth of 200 MB on the first day; one photo of two has room.
    grown_up(&app, &tomas, 40_000_000 - two - two / 2, 20).await;
    sqlx::query("UPDATE accounts SET created_at = now()").execute(&app.db).await.unwrap();
    let refused = tomas.post_multipart("/seller/products", form()).await.refused();
    let sentence = refused.text("#photos_error");
    assert!(sentence.contains("40 MB of photos a day on its first day"), "{sentence}");
    assert!(sentence.ends_with("There is room for this one in 4 hours."), "{sentence}");
    assert_eq!(refused.form("form[enctype]").value("title"), "City bicycle");
    assert_eq!(refused.count("[name=kept]"), 1);

    // Later there is more.
    grown_up(&app, &tomas, 0, 0).await;
    id_of(&tomas.submit(&refused.form("form[enctype]")).await);
    id_of(&tomas.post_multipart("/seller/products", form()).await);
}

#[tokio::test]
async fn an_account_has_so_many_bytes_of_photos_and_a_deleted_products_no_longer_count() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let form = || filled().part("photos", photo("a.jpg"));
    let id = id_of(&tomas.post_multipart("/seller/products", form()).await);
    let one = stored(&app, &tomas).await;
    grown_up(&app, &tomas, 4_000_000_000 - one, 48).await;
    let refused = tomas.post_multipart("/seller/products", form()).await.refused();
    assert!(refused.text("#photos_error").contains("An account may have 4000 MB"), "{}", refused.body());

    // In a conversation too: the words stay, and go without the picture.
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let path = format!("/rooms/{name}/messages");
    let part = Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name("photo.jpg");
    let message = Form::new().text("body", "fine words").part("photo", part);
    let page = tomas.post_multipart(&path, message).await.refused();
    assert!(page.text("[role=alert]").contains("An account may have 4000 MB"), "{}", page.body());
    assert_eq!(page.form("form.panel").value("body").trim(), "fine words");

    tomas.post(&format!("/seller/products/{id}/delete"), &[]).await.expect(303);
    id_of(&tomas.post_multipart("/seller/products", form()).await);
}

/// Whoever isn't signed in pays from what all of them have together; what they come back for is theirs.
#[tokio::test]
async fn visitors_photos_are_bounded_together_and_count_after_the_sign_in() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let visitor = app.visitor();
    let form = || filled().text("account", tomas.account_id.to_string()).part("photos", photo("a.jpg"));
    visitor.post_multipart("/seller/products", form()).await.expect(303);
    let of_nobody = "UPDATE stored_photos SET bytes = bytes + 1000000000 WHERE account_id IS NULL";
    assert_eq!(sqlx::query(of_nobody).execute(&app.db).await.unwrap().rows_affected(), 1);
    let other = app.visitor();
    other.post_multipart("/seller/products", form()).await.expect(303);
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM stored_photos").fetch_one(&app.db).await.unwrap();
    assert_eq!(rows, 1, "the second one's photo isn't kept");

    let signed_in = [("email", &*tomas.email), ("password", crate::support::PASSWORD)];
    visitor.post("/login", &signed_in).await.expect(303);
    assert_eq!(visitor.get("/seller/products/new").await.ok().count("[name=kept]"), 1);
    assert!(stored(&app, &tomas).await > 1_000_000_000);
}
