//! The logo: a picture like any other, for everybody to see.

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use super::{latest_in_log, with_admin};
use crate::support::{Page, Person, TestApp, picture, sweep};

async fn upload(admin: &Person, bytes: Vec<u8>) -> Page {
    let part = Part::bytes(bytes).file_name("logo.png");
    let sent = admin.post_multipart("/admin/settings/logo", Form::new().part("logo", part)).await;
    sent.redirects_to("/admin/settings#logo");
    admin.get("/admin/settings").await.ok()
}

async fn shown(app: &TestApp) -> String {
    app.visitor().get("/").await.ok().attr(".logo img", "src")
}

#[tokio::test]
async fn a_logo_is_beside_the_name_until_another_one_is() {
    let (app, admin) = with_admin().await;
    assert!(shown(&app).await.ends_with("logo.svg"));
    upload(&admin, picture(400, 400, ImageFormat::Png)).await;
    let first = shown(&app).await;
    assert!(first.starts_with("/media/"), "{first}");
    let file = app.visitor().get(&first).await.ok();
    assert_eq!(file.header("content-type"), Some("image/webp"));
    assert_eq!(latest_in_log(&admin).await, "Ines | Changed the logo | a new one");
    let home = app.visitor().get("/").await.ok();
    assert_eq!(home.attr("link[rel='icon']", "href"), first);
    let preview = home.attr("meta[property='og:image']", "content");
    app.visitor().get(preview.strip_prefix(&app.origin()).unwrap()).await.ok();
    let manifest = app.visitor().get("/manifest.webmanifest").await.ok().json();
    let icon = manifest["icons"][0]["src"].as_str().unwrap().to_owned();
    assert_eq!(app.visitor().get(&icon).await.ok().header("content-type"), Some("image/png"));

    // Also where nobody knows what became of it.
    sqlx::query("UPDATE stored_photos SET state = 'pending', state_since = '-infinity'")
        .execute(&app.db)
        .await
        .unwrap();
    sweep(&app).await;
    app.visitor().get(&first).await.ok();

    upload(&admin, picture(90, 90, ImageFormat::Jpeg)).await;
    let second = shown(&app).await;
    assert_ne!(first, second);
    app.visitor().get(&first).await.expect(404);
    let manifest = app.visitor().get("/manifest.webmanifest").await.ok().json();
    assert_ne!(manifest["icons"][0]["src"], *icon, "another picture has another address");
    sweep(&app).await;
    let kept: Vec<String> = sqlx::query_scalar("SELECT state FROM stored_photos ORDER BY state")
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(kept, ["named", "removed"]);
    admin.post("/admin/settings/logo/remove", &[]).await.expect(303);
    assert!(shown(&app).await.ends_with("logo.svg"));
}

#[tokio::test]
async fn what_isnt_a_picture_is_refused_and_changes_nothing() {
    let (app, admin) = with_admin().await;
    for (bytes, said) in [
        (b"<svg onload='alert(1)'/>".to_vec(), "isn't a JPEG, PNG, WebP or GIF picture"),
        (Vec::new(), "choose a picture first"),
        (vec![7; 12 * 1024 * 1024 + 1], "too large"),
    ] {
        let page = upload(&admin, bytes).await;
        assert!(page.text(".flash-error").contains(said), "{}", page.text(".flash-error"));
    }
    assert!(shown(&app).await.ends_with("logo.svg"));
}
