//! Photos, from the form to `/media`.

use haggle::products::{
    photos::{Inventory, PhotoKey},
    stored_photos,
};
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncWriteExt as _;

use crate::support::{PASSWORD, Person, TestApp, eventually, picture, sweep};

use super::{filled, id_of, keys, photo};

/// Sends the edit form with these fields about the photos.
async fn rearrange(seller: &Person, id: i64, fields: &[(&str, &str)]) {
    let page = seller.get(&format!("/seller/products/{id}/edit")).await.ok();
    let mut form = page.form("form[enctype]");
    for (name, _) in fields {
        form.fields.retain(|(field, _)| field != name);
    }
    form.fields.extend(fields.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    seller.submit(&form).await.redirects_to(&format!("/products/{id}"));
}

async fn with_photos(seller: &Person, names: &[&str]) -> i64 {
    let form = names.iter().fold(filled(), |form, name| form.part("photos", photo(name)));
    id_of(&seller.post_multipart("/seller/products", form).await)
}

#[tokio::test]
async fn photos_are_served_in_every_size_to_be_kept_for_a_day() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    for (format, sides) in [
        (ImageFormat::Jpeg, [1600, 800, 320, 1200]),
        (ImageFormat::Png, [200; 4]),
        (ImageFormat::WebP, [200; 4]),
    ] {
        // Neither its name nor the type that the browser says decides.
        let (width, height) = if format == ImageFormat::Jpeg { (1800, 600) } else { (200, 100) };
        let part = Part::bytes(picture(width, height, format)).file_name("x.exe");
        let part = part.mime_str("text/html").unwrap();
        let id = id_of(&seller.post_multipart("/seller/products", filled().part("photos", part)).await);
        let key = &keys(&app, id).await[0];
        let files = ["large.webp", "medium.webp", "small.webp", "preview.jpg"];
        for (file, side) in files.into_iter().zip(sides) {
            let answer = app.visitor().get(&format!("/media/{key}/{file}")).await.ok();
            let kind = if file.ends_with("webp") { "image/webp" } else { "image/jpeg" };
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=86400"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(image::load_from_memory(&answer.body).unwrap().width(), side);
        }
    }
}

#[tokio::test]
async fn what_isnt_a_photo_is_refused_with_what_is() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let mut bomb = picture(8, 8, ImageFormat::Png);
    bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    let whole = picture(300, 300, ImageFormat::Jpeg);
    for (name, bytes) in [
        ("page.html", b"<script>alert(1)</script>".to_vec()),
        ("film.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("empty.jpg", Vec::new()),
        ("bomb.png", bomb),
        ("half.jpg", whole[..whole.len() / 2].to_vec()),
        ("large.jpg", [whole.as_slice(), &[0; 12 * 1024 * 1024]].concat()),
    ] {
        let form =
            filled().part("photos", Part::bytes(bytes).file_name(name)).part("photos", photo("good.jpg"));
        let page = seller.post_multipart("/seller/products", form).await.refused();
        let sentence = page.text("#photos_error");
        assert!(sentence.starts_with(&format!("“{name}”: ")), "{sentence}");
        assert!(sentence.contains("JPEG, PNG, WebP or GIF"), "{sentence}");
        assert_eq!(page.count("[name=kept]"), 1, "the good one is kept");
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM products").fetch_one(&app.db).await.unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn photos_can_be_ordered_covered_and_removed() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = with_photos(&seller, &["a.jpg", "b.jpg", "c.jpg"]).await;
    let [a, b, c] = <[String; 3]>::try_from(keys(&app, id).await).unwrap();

    rearrange(&seller, id, &[("cover", &c)]).await;
    assert_eq!(keys(&app, id).await, [&*c, &a, &b]);
    rearrange(&seller, id, &[("order", "1"), ("order", "3"), ("order", "2")]).await;
    assert_eq!(keys(&app, id).await, [&*c, &b, &a]);
    rearrange(&seller, id, &[("remove", &c)]).await;
    assert_eq!(keys(&app, id).await, [&*b, &a]);
    app.visitor().get(&format!("/media/{c}/large.webp")).await.expect(404);
    app.visitor().get(&format!("/media/{a}/large.webp")).await.ok();
    let page = app.visitor().get("/products").await.ok();
    assert!(page.attr(".product-card img", "src").contains(&*b), "the cover is on the card");
}

#[tokio::test]
async fn a_refused_edit_keeps_order_and_removals() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let id = with_photos(&seller, &["a.jpg", "b.jpg", "c.jpg"]).await;
    let [a, b, c] = <[String; 3]>::try_from(keys(&app, id).await).unwrap();
    let path = format!("/seller/products/{id}/edit");
    let sent = Form::new().text("remove", a.clone()).text("cover", c.clone()).part("photos", photo("d.jpg"));
    let refused = seller.post_multipart(&path, sent).await.refused();
    let shown = refused.attrs("[name=kept]", "value");
    assert_eq!(shown[..2], [c.clone(), b.clone()]);
    assert_eq!(keys(&app, id).await.len(), 3, "nothing is done yet");
    app.visitor().get(&format!("/media/{a}/small.webp")).await.ok();

    let form = refused.form("form[enctype]").set("title", "Lamp").set("price", "5").set("currency", "EUR");
    let form = form.set("category", "home").set("condition", "good").set("place", "Brno");
    seller.submit(&form).await.redirects_to(&format!("/products/{id}"));
    assert_eq!(keys(&app, id).await, shown);
}

#[tokio::test]
async fn a_product_has_up_to_eight_photos() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let nine: Vec<String> = (1..=9).map(|n| format!("{n}.jpg")).collect();
    let form = nine.iter().fold(filled(), |form, name| form.part("photos", photo(name)));
    let page = seller.post_multipart("/seller/products", form).await.refused();
    assert_eq!(page.text("#photos_error"), "A product has up to 8 photos.");
    assert_eq!(page.count("[name=kept]"), 8);
    let id = id_of(&seller.submit(&page.form("form[enctype]")).await);
    assert_eq!(keys(&app, id).await.len(), 8);

    let edit = format!("/seller/products/{id}/edit");
    let page = seller.post_multipart(&edit, filled().part("photos", photo("one more.jpg"))).await.refused();
    assert!(page.text("#photos_error").contains("these are 9"));
    assert_eq!(page.count("[name=kept]"), 9);
}

#[tokio::test]
async fn drafts_that_nobody_comes_back_for_are_swept() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let draft = || Form::new().part("photos", photo("a.jpg"));
    let page = seller.post_multipart("/seller/products", draft()).await.refused();
    let key = page.attr("[name=kept]", "value");
    seller.get(&format!("/media/{key}/small.webp")).await.ok();
    sqlx::query("UPDATE photo_drafts SET created_at = now() - interval '2 days'")
        .execute(&app.db)
        .await
        .unwrap();
    seller.post_multipart("/seller/products", draft()).await.refused();
    app.visitor().get(&format!("/media/{key}/small.webp")).await.expect(404);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM photo_drafts").fetch_one(&app.db).await.unwrap();
    assert_eq!(left, 1);
}

/// C19: whatever the program was killed in the middle of, no file stays that nobody names.
#[tokio::test]
async fn photos_that_no_row_names_are_swept_and_the_others_stay() {
    let app = TestApp::start().await;
    let node = app.beside().await;
    let seller = app.seller("Tomas").await;
    let id = with_photos(&seller, &["a.jpg", "b.jpg"]).await;
    let deleted = with_photos(&seller, &["c.jpg"]).await;
    let named = keys(&app, id).await;
    // Killed between a photo's files and its draft; and, of what is named, before that was written down.
    let draft = Form::new().part("photos", photo("d.jpg"));
    let orphan =
        seller.post_multipart("/seller/products", draft).await.refused().attr("[name=kept]", "value");
    let long_ago = async |sql: &'static str| sqlx::query(sql).execute(&app.db).await.unwrap();
    long_ago("DELETE FROM photo_drafts").await;
    long_ago("UPDATE stored_photos SET state = 'pending', state_since = now() - interval '23 hours'").await;
    sweep(&app).await;
    assert_eq!(files(&app), 4);
    long_ago("UPDATE stored_photos SET state_since = now() - interval '25 hours'").await;
    tokio::join!(sweep(&app), sweep(&node));
    assert_eq!(files(&app), 3, "{orphan} is gone");
    app.visitor().get(&format!("/media/{}/small.webp", named[1])).await.ok();
    // What was deleted long ago isn't needed for anything.
    seller.post(&format!("/seller/products/{deleted}/delete"), &[]).await.expect(303);
    sweep(&app).await;
    assert_eq!(files(&app), 3);
    long_ago("UPDATE products SET deleted_at = now() - interval '31 days' WHERE deleted_at IS NOT NULL")
        .await;
    sweep(&app).await;
    assert_eq!(files(&app), 2);
    // Counted for today's quota, and forgotten after.
    long_ago("UPDATE stored_photos SET stored_at = now() - interval '25 hours'").await;
    sweep(&app).await;
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM stored_photos").fetch_one(&app.db).await.unwrap();
    assert_eq!(rows, 2);

    // As an older version left it: nothing is written down, and one that nobody names.
    long_ago("DELETE FROM stored_photos").await;
    let lost = PhotoKey::random();
    app.uploads.link(&named[0].parse().unwrap(), &lost).await.unwrap();
    let inventory = async || Inventory::take(&app.uploads).await.unwrap();
    assert_eq!(stored_photos::note_unknown(&app.db, &inventory().await).await.unwrap(), 3);
    assert_eq!(stored_photos::note_unknown(&app.db, &inventory().await).await.unwrap(), 0);
    sweep(&app).await;
    assert_eq!(files(&app), 3, "it may be on its way");
    long_ago("UPDATE stored_photos SET state_since = now() - interval '25 hours'").await;
    sweep(&app).await;
    assert_eq!(files(&app), 2);
    assert!(!inventory().await.has("", &lost));
}

/// How many photos of products have files.
fn files(app: &TestApp) -> usize {
    let shards = std::fs::read_dir(app.uploads_dir()).unwrap().flatten();
    let shards = shards.filter(|shard| shard.file_name().len() == 2);
    shards.map(|shard| std::fs::read_dir(shard.path()).unwrap().count()).sum()
}

/// H1: a place in memory is for bytes that are there, not for a connection.
#[tokio::test]
async fn uploads_that_stand_still_keep_nobody_from_sending() {
    let app = TestApp::start().await;
    let mut idle = Vec::new();
    for n in 0..11 {
        let seller = app.seller(&format!("Idle {n}")).await;
        for _ in 0..3 {
            let mut connection = tokio::net::TcpStream::connect(app.addr).await.unwrap();
            let head = format!(
                "POST /seller/products HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
                 Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.png\"\r\n\r\nP",
                app.addr,
                app.origin(),
                seller.cookies().unwrap().to_str().unwrap()
            );
            connection.write_all(head.as_bytes()).await.unwrap();
            idle.push(connection);
        }
    }
    // All of them are being received: their files are open.
    let incoming = app.uploads_dir().join(".incoming");
    eventually("the others to be under way", async || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().filter(|fd| {
            let target = fd.as_ref().ok().and_then(|fd| std::fs::read_link(fd.path()).ok());
            target.is_some_and(|target| target.starts_with(&incoming))
        });
        (open.count() >= idle.len()).then_some(())
    })
    .await;
    let honest = app.seller("Tomas").await;
    assert_eq!(keys(&app, with_photos(&honest, &["lamp.jpg"]).await).await.len(), 1);
}

/// M6: on every node, within a second, for everybody but the seller and staff.
#[tokio::test]
async fn pictures_of_what_is_hidden_or_deleted_are_gone() {
    let app = TestApp::start().await;
    let node = app.beside().await;
    let (seller, admin, ana) = (app.seller("Tomas").await, app.admin("Ines").await, app.buyer("Ana").await);
    let id = with_photos(&seller, &["a.jpg"]).await;
    let path = format!("/media/{}/large.webp", keys(&app, id).await[0]);
    let elsewhere = ana.on_node(&node);
    elsewhere.get(&path).await.ok();
    let gone = async || {
        eventually("the picture to be gone", async || {
            let seen = [app.visitor().get(&path).await, ana.get(&path).await, elsewhere.get(&path).await];
            seen.iter().all(|page| page.status == 404).then_some(())
        })
        .await;
    };

    admin.post(&format!("/admin/products/{id}/hide"), &[]).await.expect(303);
    gone().await;
    for person in [&seller, &admin] {
        let page = person.get(&path).await.ok();
        assert_eq!(page.header("cache-control"), Some("private, no-store"));
    }
    admin.post(&format!("/admin/products/{id}/show"), &[]).await.expect(303);
    eventually("it to be back", async || (app.visitor().get(&path).await.status == 200).then_some(())).await;

    admin.post(&format!("/admin/people/{}/suspend", seller.account_id), &[]).await.expect(303);
    gone().await;
    admin.post(&format!("/admin/people/{}/restore", seller.account_id), &[]).await.expect(303);
    eventually("it to be back", async || (app.visitor().get(&path).await.status == 200).then_some(())).await;

    seller.sign_in(PASSWORD).await.expect(303);
    seller.post(&format!("/seller/products/{id}/delete"), &[]).await.redirects_to("/seller/dashboard");
    gone().await;
}

/// M6: an admin takes down one picture, and the rest of the product stays.
#[tokio::test]
async fn one_picture_of_a_product_is_taken_down() {
    let app = TestApp::start().await;
    let (seller, admin) = (app.seller("Tomas").await, app.admin("Ines").await);
    let id = with_photos(&seller, &["a.jpg", "b.jpg", "c.jpg"]).await;
    let old = keys(&app, id).await;
    let product = format!("/products/{id}");
    let edit = format!("/seller/products/{id}/edit");
    let edit = seller.get(&edit).await.ok().form(&format!("form[action='{edit}']"));
    assert!(!seller.get(&product).await.ok().has(".gallery-take-down"));
    let page = admin.get(&product).await.ok();
    let take_down = page.form(&format!("form[action='/admin/products/{id}/photos/{}/take-down']", old[0]));
    for other in [
        &format!("/admin/products/{id}/photos/nothing/take-down"),
        &format!("/admin/products/0/photos/{}/take-down", old[0]),
    ] {
        admin.post(other, &[]).await.expect(404);
    }
    admin.submit(&take_down).await.redirects_to(&product);
    assert_eq!(keys(&app, id).await, old[1..], "the next one is the cover");
    eventually("the picture to be gone", async || {
        let seen = app.visitor().get(&format!("/media/{}/large.webp", old[0])).await;
        (seen.status == 404).then_some(())
    })
    .await;
    assert_eq!(app.visitor().get(&product).await.ok().count(".gallery-photo"), 2);
    assert!(admin.get("/admin/audit").await.ok().body().contains("Took down a photo"));
    // A form that was open meanwhile doesn't bring it back.
    seller.submit(&edit).await;
    assert_eq!(keys(&app, id).await, old[1..]);
    admin.submit(&take_down).await.expect(404);
}

/// M6, case 17.
#[tokio::test]
async fn a_draft_is_its_sellers_alone_and_a_range_beyond_the_end_is_416() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let refused =
        seller.post_multipart("/seller/products", Form::new().part("photos", photo("a.jpg"))).await.refused();
    let draft = refused.attr("[name=kept]", "value");
    let path = format!("/media/{draft}/small.webp");
    app.visitor().get(&path).await.expect(404);
    app.seller("Rita").await.get(&path).await.expect(404);
    let beyond = seller.request(reqwest::Method::GET, &path).header("range", "bytes=99999999-");
    assert_eq!(seller.send(beyond).await.status, 416);
    seller.get(&path).await.ok();
}
