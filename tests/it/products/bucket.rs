//! Photos in an S3-compatible store: the same as in a folder for everybody who looks, and said in words when it is away.

use std::{collections::BTreeMap, path::Path, process::Command};

use haggle::products::photos::PhotoKey;
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use tempfile::TempDir;

use crate::support::{Person, Product, S3, TestApp, TestDatabase, eventually, picture, room, sweep};

use super::{filled, id_of, keys, photo};

async fn with_photo(seller: &Person) -> i64 {
    id_of(&seller.post_multipart("/seller/products", filled().part("photos", photo("a.jpg"))).await)
}

/// Sends a picture in a room; its address.
async fn sends_picture(person: &Person, room: &str) -> String {
    let part = Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name("photo.jpg");
    let form = Form::new().text("body", "Look").part("photo", part);
    person.post_multipart(&format!("/rooms/{room}/messages"), form).await.expect(303);
    person.get(&format!("/rooms/{room}")).await.ok().attr(".bubble-photo", "href")
}

/// Every file below a folder, by its name, without what the store itself keeps.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_str().unwrap().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                collect(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    found
}

#[tokio::test]
async fn photos_are_shown_from_a_bucket_by_two_nodes_and_private_ones_to_two_people() {
    let s3 = S3::start().await;
    let app = TestApp::start_storing_in(s3.uploads()).await;
    app.uploads.prepare().await.unwrap();
    assert!(files(&s3.objects()).is_empty(), "what it tried is gone again");
    let node = app.beside().await;
    let (ana, tomas, bo) = (app.buyer("Ana").await, app.seller("Tomas").await, app.buyer("Bo").await);

    let id = with_photo(&tomas).await;
    let key = keys(&app, id).await.remove(0);
    let mut known = None;
    for (file, kind) in [("large.webp", "image/webp"), ("preview.jpg", "image/jpeg")] {
        let path = format!("/media/{key}/{file}");
        for visitor in [app.visitor(), node.visitor()] {
            let answer = visitor.get(&path).await.ok();
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=86400"));
            assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
            assert!(image::load_from_memory(&answer.body).is_ok());
            known = answer.header("etag").map(|tag| (path.clone(), tag.to_owned()));
        }
    }
    let (path, tag) = known.unwrap();
    let again = app.visitor();
    let again = again.send(again.request(reqwest::Method::GET, &path).header("if-none-match", tag)).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));

    // As the grown demo shares its pictures.
    let (from, to) = (key.parse().unwrap(), PhotoKey::random());
    app.uploads.link(&from, &to).await.unwrap();
    let all = files(&s3.objects());
    let medium = |key: &PhotoKey| &all[&format!("{}/{key}/medium.webp", &key.as_str()[..2])];
    assert_eq!(medium(&from), medium(&to));
    app.uploads.remove(&to).await.unwrap();

    let name = room(&ana, &tomas);
    let private = sends_picture(&ana, &name).await;
    for person in [&ana, &tomas, &tomas.on_node(&node)] {
        let answer = person.get(&private).await.ok();
        assert_eq!(answer.header("cache-control"), Some("private, max-age=31536000, immutable"));
    }
    bo.get(&private).await.expect(404);
    let private_key = private.split('/').nth(4).unwrap();
    app.visitor().get(&format!("/media/{private_key}/large.webp")).await.expect(404);

    ana.post(&format!("/rooms/{name}/messages/1/photo/remove"), &[]).await.expect(303);
    tomas.get(&private).await.expect(404);
    tomas.post(&format!("/seller/products/{id}/delete"), &[]).await.expect(303);
    let gone = format!("/media/{key}/small.webp");
    eventually("it to be gone on both nodes", async || {
        let seen = [app.visitor().get(&gone).await, node.visitor().get(&gone).await];
        seen.iter().all(|page| page.status == 404).then_some(())
    })
    .await;
    sqlx::query("UPDATE products SET deleted_at = now() - interval '31 days'")
        .execute(&app.db)
        .await
        .unwrap();
    sweep(&node).await;
    assert!(files(&s3.objects()).is_empty(), "nothing is left of either");
}

/// M4's kind: it isn't gone, and nobody waits for ever.
#[tokio::test]
async fn a_store_that_is_away_is_said_to_be_and_keeps_what_was_typed() {
    let mut s3 = S3::start().await;
    let app = TestApp::start_storing_in(s3.uploads()).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let id = with_photo(&tomas).await;
    let path = format!("/media/{}/small.webp", keys(&app, id).await[0]);
    let missing = format!("/media/{}/small.webp", "0".repeat(32));

    s3.go_away().await;
    let page = app.visitor().get(&path).await.expect(503);
    assert!(page.text("h1 + p").contains("Photos can't be reached just now"), "{}", page.body());
    app.visitor().get(&missing).await.expect(404);
    let form = filled().part("photos", photo("b.jpg")).part("photos", photo("c.jpg"));
    let page = tomas.post_multipart("/seller/products", form).await.refused();
    assert!(page.text("#photos_error").contains("Photos can't be stored just now"));
    assert_eq!(page.form("form[enctype]").value("title"), "City bicycle");
    let name = room(&ana, &tomas);
    let form = Form::new().text("body", "fine words").part("photo", photo("d.jpg"));
    let page = ana.post_multipart(&format!("/rooms/{name}/messages"), form).await.expect(503);
    assert_eq!(page.form("form.panel").value("body").trim(), "fine words");
    // Without a photo it goes on.
    let form = tomas.post_multipart("/seller/products", filled()).await;
    app.visitor().get(&format!("/products/{}", id_of(&form))).await.ok();
    assert!(app.uploads.prepare().await.is_err(), "and no start is made with it");

    s3.come_back().await;
    app.visitor().get(&path).await.ok();
    sweep(&app).await;
    assert_eq!(files(&s3.objects()).len(), 4, "what was half written is gone");
}

#[tokio::test]
async fn a_store_that_never_answers_is_given_up() {
    let mut s3 = S3::start().await;
    let app = TestApp::start_storing_in(s3.uploads()).await;
    let id = with_photo(&app.seller("Tomas").await).await;
    let path = format!("/media/{}/small.webp", keys(&app, id).await[0]);
    // HTTPS is spoken, which this one doesn't understand.
    let error = format!("{:?}", s3.uploads_by("https").prepare().await.unwrap_err());
    assert!(error.contains("InvalidContentType"), "{error}");
    s3.hang().await;
    app.visitor().get(&path).await.expect(503);
}

/// Runs a command; what it printed, with what it complained of as an error.
async fn haggle(
    database: &str,
    data: &TempDir,
    settings: &[(&'static str, String)],
    arguments: &[&str],
) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
    command
        .args(arguments)
        .env("DATABASE_URL", database)
        .env("HAGGLE_DATA", data.path())
        .env_remove("RUST_LOG");
    command.env("HAGGLE_ADDR", "127.0.0.1:0").envs(settings.iter().map(|(name, value)| (name, value)));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    if output.status.success() { Ok(text) } else { Err(text) }
}

#[tokio::test]
async fn a_backup_goes_from_a_bucket_into_a_folder_and_back() {
    let s3 = S3::start().await;
    let app = TestApp::start_storing_in(s3.uploads()).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    with_photo(&tomas).await;
    Product::new("Lamp").create(&app, &tomas).await;
    sends_picture(&ana, &room(&ana, &tomas)).await;
    let photos = files(&s3.objects());
    assert_eq!(photos.len(), 8);

    // Out of the bucket, into a folder.
    let data = tempfile::tempdir().unwrap();
    let (first, second) = (data.path().join("first.tar"), data.path().join("second.tar"));
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    let said = haggle(&app.database_url(), &data, &s3.settings(), &["doctor"]).await.unwrap();
    assert!(said.contains("Photos can be written to s3://photos/market"), "{said}");
    haggle(&app.database_url(), &data, &s3.settings(), &["backup", first]).await.unwrap();
    haggle(&app.database_url(), &data, &s3.settings(), &["backup", "--verify", first]).await.unwrap();
    let (in_folder, folder) = (TestDatabase::bare().await, tempfile::tempdir().unwrap());
    haggle(&in_folder.url(), &folder, &[], &["restore", first]).await.unwrap();
    assert_eq!(files(&folder.path().join("uploads")), photos);
    haggle(&in_folder.url(), &folder, &[], &["doctor"]).await.unwrap();

    // Out of the folder, into another bucket, where a killed restore has begun.
    haggle(&in_folder.url(), &folder, &[], &["backup", second]).await.unwrap();
    let (other, in_bucket) = (S3::start().await, TestDatabase::bare().await);
    let (name, bytes) = photos.first_key_value().unwrap();
    other.uploads().put(name, bytes.clone().into()).await.unwrap();
    haggle(&in_bucket.url(), &folder, &other.settings(), &["restore", second]).await.unwrap();
    assert_eq!(files(&other.objects()), photos);
    haggle(&in_bucket.url(), &folder, &other.settings(), &["doctor"]).await.unwrap();

    // What is in the way stays, and nothing else is left.
    let (full, nobody) = (S3::start().await, TestDatabase::bare().await);
    full.uploads().put(name, vec![1].into()).await.unwrap();
    let refused = haggle(&nobody.url(), &folder, &full.settings(), &["restore", second]).await.unwrap_err();
    assert!(refused.contains(&format!("{name} is there already")), "{refused}");
    assert_eq!(files(&full.objects()), [(name.clone(), vec![1])].into());

    // One that goes away is said to be, at once.
    let mut away = S3::start().await;
    away.go_away().await;
    let third = data.path().join("third.tar");
    for (command, complaint) in [
        (&["serve"][..], "photos can't be written to s3://photos/market"),
        (&["doctor"], "photos can't be written to s3://photos/market"),
        (&["backup", third.to_str().unwrap()], "could not be written"),
    ] {
        let refused = haggle(&app.database_url(), &data, &away.settings(), command).await.unwrap_err();
        assert!(refused.contains(complaint), "{refused}");
    }
    assert!(!third.exists());
}
