//! A profile photo: whoever may see its person sees it.

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{Page, Person, Product, TestApp, eventually, picture, room, sweep};

async fn upload(person: &Person, bytes: Vec<u8>) -> Page {
    let part = Part::bytes(bytes).file_name("me.png");
    let sent = person.post_multipart("/account/photo", Form::new().part("photo", part)).await;
    sent.redirects_to("/account#photo");
    person.get("/account").await.ok()
}

#[tokio::test]
async fn a_sellers_photo_is_on_their_page_and_in_the_room() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(lamp, "Hello").await;
    let first = upload(&tomas, picture(90, 60, ImageFormat::Png)).await.attr("img.avatar", "src");
    let visitor = app.visitor();
    let seen = visitor.get(&format!("/sellers/{}", tomas.seller_id())).await.ok();
    assert_eq!(seen.attr("img.avatar", "src"), first);
    assert_eq!(visitor.get(&format!("/products/{lamp}")).await.ok().attr("img.avatar", "src"), first);
    assert_eq!(visitor.get(&first).await.ok().header("content-type"), Some("image/webp"));
    for page in ["/messages".to_owned(), format!("/rooms/{}", room(&ana, &tomas))] {
        assert_eq!(ana.get(&page).await.ok().attr("img.avatar", "src"), first, "{page}");
    }
    // To people who are signed in, if they choose so.
    tomas.post("/account/privacy", &[("hides_from_visitors", "on")]).await.expect(303);
    let hidden = upload(&tomas, picture(60, 60, ImageFormat::Png)).await.attr("img.avatar", "src");
    visitor.get(&hidden).await.expect(404);
    ana.get(&hidden).await.ok();
    // A node knows for half a second who may see a photo.
    eventually("the first one to be gone", async || (visitor.get(&first).await.status == 404).then_some(()))
        .await;
    sweep(&app).await;
    let states: Vec<String> = sqlx::query_scalar("SELECT state FROM stored_photos ORDER BY state")
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(states, ["named", "removed"]);
}

#[tokio::test]
async fn a_buyers_photo_is_for_people_who_are_signed_in_until_it_is_removed() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let photo = upload(&ana, picture(50, 50, ImageFormat::Jpeg)).await.attr("img.avatar", "src");
    app.visitor().get(&photo).await.expect(404);
    assert_eq!(tomas.get(&photo).await.ok().header("cache-control"), Some("private, no-store"));
    // Also where nobody knows what became of it.
    sqlx::query("UPDATE stored_photos SET state = 'pending', state_since = '-infinity'")
        .execute(&app.db)
        .await
        .unwrap();
    sweep(&app).await;
    tomas.get(&photo).await.ok();
    ana.post("/account/photo/remove", &[]).await.redirects_to("/account#photo");
    assert!(!ana.get("/account").await.ok().has("img.avatar"));
    sweep(&app).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM stored_photos WHERE state <> 'removed'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_isnt_a_picture_changes_nothing() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let page = upload(&ana, b"<svg onload=alert(1)>".to_vec()).await;
    assert!(page.has(".flash-error") && !page.has("img.avatar"));
    assert!(upload(&ana, Vec::new()).await.text(".flash-error").contains("choose a picture"));
}
