//! Pictures in a conversation, from the form to the two people who may see them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::ImageFormat;
use reqwest::{
    Method,
    header::ACCEPT,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use sqlx::Executor as _;
use uuid::Uuid;

use crate::support::{Page, Person, Product, TestApp, picture, room, sweep};

pub(in crate::chat) fn photo(width: u32, height: u32) -> Part {
    Part::bytes(picture(width, height, ImageFormat::Jpeg)).file_name("photo.jpg")
}

/// The composer's form as a browser sends it.
fn message(body: &str, photo: Part) -> Form {
    Form::new()
        .text("client_id", Uuid::new_v4().to_string())
        .text("product_id", "")
        .text("body", body.to_owned())
        .part("photo", photo)
}

pub(in crate::chat) async fn sends(person: &Person, path: &str, body: &str, photo: Part) -> Page {
    person.post_multipart(path, message(body, photo)).await.expect(303)
}

/// As the page's script sends it.
async fn sends_by_script(person: &Person, room: &str, form: Form) -> Page {
    let path = format!("/rooms/{room}/messages");
    person.send(person.request(Method::POST, &path).header(ACCEPT, "application/json").multipart(form)).await
}

/// The room's entries as programs get them.
async fn history(person: &Person, room: &str) -> Vec<Value> {
    let page = person.get_json(&format!("/rooms/{room}/messages")).await.ok();
    page.json()["entries"].as_array().unwrap().clone()
}

/// The pictures' folders, of all rooms: one for each picture.
fn kept(app: &TestApp) -> Vec<PathBuf> {
    fn folders(of: &Path) -> Vec<PathBuf> {
        let found = fs::read_dir(of).into_iter().flatten().flatten();
        found.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    }
    folders(&app.uploads_dir().join("rooms"))
        .iter()
        .flat_map(|room| folders(room))
        .flat_map(|shard| folders(&shard))
        .collect()
}

#[tokio::test]
async fn both_people_send_pictures_with_words_and_without() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let name = room(&ana, &tomas);

    let form = format!("/products/{lamp}/messages");
    let sent = sends(&ana, &form, "Is it <this> one?", photo(1000, 500)).await;
    sent.redirects_to(&format!("/products/{lamp}#entry_1"));
    let sent = sends(&tomas, &format!("/rooms/{name}/messages"), "  ", photo(60, 120)).await;
    sent.redirects_to(&format!("/rooms/{name}#entry_2"));

    for page in
        [ana.get(&format!("/products/{lamp}")).await.ok(), tomas.get(&format!("/rooms/{name}")).await.ok()]
    {
        assert_eq!(page.texts(".timeline .bubble-body"), ["Is it <this> one?", ""]);
        let shown = ".timeline .bubble-photo img";
        assert_eq!(page.attrs(shown, "alt"), ["Photo from Ana", "Photo from Tomas"]);
        assert_eq!(page.attrs(shown, "width"), ["320", "60"], "its room is kept before it is there");
        assert_eq!(page.attrs(shown, "height"), ["160", "120"]);
        assert!(page.attrs(shown, "srcset")[0].contains(" 800w, "));
        for (img, link) in page.attrs(shown, "src").iter().zip(page.attrs(".bubble-photo", "href")) {
            for person in [&ana, &tomas] {
                let file = person.get(img).await.ok();
                assert_eq!(file.header("content-type"), Some("image/webp"));
                assert_eq!(file.header("cache-control"), Some("private, max-age=31536000, immutable"));
                assert!(image::load_from_memory(&person.get(&link).await.ok().body).is_ok());
            }
        }
    }
}

#[tokio::test]
async fn nobody_else_ever_sees_them() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let (bo, wei, admin) = (app.buyer("Bo").await, app.seller("Wei").await, app.admin("Root").await);
    let name = room(&ana, &tomas);
    sends(&ana, &format!("/rooms/{name}/messages"), "", photo(60, 40)).await;
    let url = ana.get(&format!("/rooms/{name}")).await.ok().attr(".bubble-photo", "href");
    tomas.get(&url).await.ok();
    for person in [&bo, &wei, &admin] {
        person.get(&url).await.expect(404);
    }
    app.visitor().get(&url).await.expect(303);

    // The key opens nothing anywhere else: not in another room of one of the two, and not in public.
    let others = room(&bo, &tomas);
    bo.sends(&others, "Hello").await;
    let elsewhere = url.replace(&name, &others);
    for person in [&bo, &tomas] {
        person.get(&elsewhere).await.expect(404);
    }
    let key = url.split('/').nth(4).unwrap();
    for path in [
        format!("/media/{key}/large.webp"),
        format!("/media/rooms%2f{name}/large.webp"),
        format!("/rooms/{name}/photos/{key}/..%2flarge.webp"),
        format!("/rooms/{name}/photos/{}/large.webp", "0".repeat(32)),
    ] {
        tomas.get(&path).await.expect(404);
    }
}

#[tokio::test]
async fn a_photo_reaches_sockets_at_once_and_the_history() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Look").await;
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    let answer = sends_by_script(&ana, &name, message("the scratch", photo(60, 40))).await.ok().json();
    let told = socket.expect("message").await;
    assert_eq!(told, answer);
    assert_eq!((&told["kind"], &told["body"]), (&json!("photo"), &json!("the scratch")));
    assert!(told["html"].as_str().unwrap().contains("class=\"bubble-photo\""));
    let mut entries = history(&tomas, &name).await;
    assert_eq!(entries[0]["kind"], "text");
    entries[1]["type"] = json!("message");
    assert_eq!(entries[1], told);
}

#[tokio::test]
async fn a_picture_that_is_sent_twice_is_stored_once() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let id = Uuid::new_v4().to_string();
    let form = |part| Form::new().text("client_id", id.clone()).text("body", "").part("photo", part);
    let first = sends_by_script(&ana, &name, form(photo(60, 40))).await.ok().json();
    let again = sends_by_script(&ana, &name, form(photo(60, 40))).await.ok().json();
    assert_eq!(first, again);
    assert_eq!(kept(&app).len(), 1, "the second file is gone again");

    // Another picture under the same number is another message: refused to a program, stored for a person.
    let refused = sends_by_script(&ana, &name, form(photo(40, 60))).await.expect(422).json();
    assert_eq!(refused["code"], "client_id_reused");
    assert_eq!(kept(&app).len(), 1);
    ana.post_multipart(&format!("/rooms/{name}/messages"), form(photo(40, 60))).await.expect(303);
    assert_eq!(history(&ana, &name).await.len(), 2);
    assert_eq!(kept(&app).len(), 2);
    ana.get(&ana.get(&format!("/rooms/{name}")).await.attrs(".bubble-photo", "href")[0]).await.ok();
}

/// What isn't known to be shown by a message.
async fn pending(app: &TestApp) -> i64 {
    let pending = "SELECT count(*) FROM stored_photos WHERE state = 'pending'";
    sqlx::query_scalar(pending).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn an_orphaned_photo_is_swept_after_a_day() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    sends_by_script(&ana, &name, message("", photo(60, 40))).await.ok();
    let stored = kept(&app);
    assert_eq!(pending(&app).await, 0);

    app.db
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN RAISE EXCEPTION ''no place'' USING ERRCODE = ''disk_full''; END';
             CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await
        .unwrap();
    let id = Uuid::new_v4().to_string();
    let form = || Form::new().text("client_id", id.clone()).text("body", "").part("photo", photo(40, 60));
    sends_by_script(&ana, &name, form()).await.expect(503);
    assert_eq!((kept(&app).len(), pending(&app).await), (2, 1));
    // The program was killed when the first message was stored, and before it heard so.
    app.db.execute("UPDATE stored_photos SET state = 'pending'").await.unwrap();
    sweep(&app).await;
    assert_eq!((kept(&app).len(), pending(&app).await), (2, 2), "its message may still come");

    app.db.execute("UPDATE stored_photos SET state_since = now() - interval '25 hours'").await.unwrap();
    sweep(&app).await;
    assert_eq!((kept(&app), pending(&app).await), (stored, 0));
    app.db.execute("DROP TRIGGER refuse ON messages").await.unwrap();
    sends_by_script(&ana, &name, form()).await.ok();
    for url in ana.get(&format!("/rooms/{name}")).await.ok().attrs(".bubble-photo", "href") {
        tomas.get(&url).await.ok();
    }
    assert_eq!((kept(&app).len(), pending(&app).await), (2, 0));
}

/// C19: taken back while the store is away, or by a program that is killed then, it goes with the next sweep.
#[tokio::test]
async fn a_photo_taken_back_is_swept_where_it_couldnt_be_removed() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for _ in 0..2 {
        sends(&ana, &format!("/rooms/{name}/messages"), "", photo(60, 40)).await;
    }
    let keys: Vec<String> = sqlx::query_scalar("SELECT payload #>> '{photo,key}' FROM messages ORDER BY seq")
        .fetch_all(&app.db)
        .await
        .unwrap();
    // Where its folder was is something that can't be removed as one.
    let folder = kept(&app).into_iter().find(|folder| folder.ends_with(&keys[0])).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    ana.post(&format!("/rooms/{name}/messages/1/photo/remove"), &[]).await.expect(303);
    assert_eq!(state(&app, &keys[0]).await, "doomed");
    fs::remove_file(&folder).unwrap();
    // The other one's program was killed between the two steps of taking it back.
    app.db.execute("UPDATE messages SET kind = 'photo_removed', payload = NULL WHERE seq = 2").await.unwrap();
    app.db
        .execute(
            "UPDATE stored_photos SET state = 'pending', state_since = '-infinity' WHERE state = 'named'",
        )
        .await
        .unwrap();
    sweep(&app).await;
    assert!(kept(&app).is_empty());
    for key in &keys {
        assert_eq!(state(&app, key).await, "removed");
    }
}

async fn state(app: &TestApp, key: &str) -> String {
    sqlx::query_scalar("SELECT state FROM stored_photos WHERE key = $1")
        .bind(key)
        .fetch_one(&app.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_rejected_photo_keeps_the_words_and_leaves_no_file() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let name = room(&ana, &tomas);
    let file = |bytes: &[u8]| Part::bytes(bytes.to_vec()).file_name("photo.jpg");
    let large = [picture(60, 40, ImageFormat::Jpeg), vec![0; 12 * 1024 * 1024]].concat();
    for (bytes, sentence) in [
        (b"<script>alert(1)</script>".to_vec(), "isn't a JPEG, PNG, WebP or GIF picture"),
        (Vec::new(), "empty file"),
        (large, "too large"),
    ] {
        for path in [format!("/rooms/{name}/messages"), format!("/products/{lamp}/messages")] {
            let page = ana.post_multipart(&path, message("fine words", file(&bytes))).await.refused();
            assert!(page.text("[role=alert]").contains(sentence), "{}", page.text("[role=alert]"));
            assert_eq!(page.form("form.panel").value("body").trim(), "fine words");
            assert!(page.has("form.panel [type=file][aria-invalid]"), "it can be chosen again");
        }
    }
    // A good picture that nothing can be said with.
    let path = format!("/rooms/{name}/messages");
    let form = |body: &str, product: &str| {
        let form = Form::new().text("product_id", product.to_owned()).text("body", body.to_owned());
        form.part("photo", photo(60, 40))
    };
    let long = "x".repeat(4001);
    for (body, product) in [(&*long, ""), ("fine words", "4711"), ("fine words", "x")] {
        let page = ana.post_multipart(&path, form(body, product)).await.refused();
        assert_eq!(page.form("form.panel").value("body").trim(), body);
    }
    assert!(kept(&app).is_empty());
    assert_eq!(pending(&app).await, 0);
    let refused = sends_by_script(&ana, &name, message("", file(b"no picture"))).await;
    assert_eq!(refused.expect(422).json()["code"], "bad_photo");

    // A field that nothing was chosen in is no picture.
    let nothing = || Part::bytes(Vec::new()).file_name("");
    sends(&ana, &path, "only words", nothing()).await;
    let page = ana.post_multipart(&path, message("", nothing())).await.refused();
    assert_eq!(page.text("[role=alert]"), "Write something first.");
    assert_eq!(history(&ana, &name).await[0]["kind"], "text");
}

#[tokio::test]
async fn words_written_signed_out_are_kept_without_their_picture() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let visitor = app.visitor();
    let path = format!("/products/{lamp}/messages");
    sends(&visitor, &path, "Does it work?", photo(60, 40)).await;
    assert!(kept(&app).is_empty());
    assert!(visitor.get("/login").await.ok().text(".flash").contains("chosen again"));
    let page = visitor.get(&format!("/products/{lamp}")).await.ok();
    assert_eq!(page.form("form.composer").value("body"), "Does it work?");
    app.buyer("Ana")
        .await
        .post_multipart("/rooms/buyer_1_seller_999/messages", message("a", photo(9, 9)))
        .await
        .expect(404);
}

#[tokio::test]
async fn lists_say_that_it_is_a_photo() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let path = format!("/rooms/{name}/messages");
    sends(&ana, &path, "", photo(60, 40)).await;
    for list in ["/messages", "/seller/dashboard"] {
        let page = tomas.get(list).await.ok();
        assert_eq!(page.text(".inbox-preview"), "Photo");
        assert_eq!(page.text(".inbox-row .badge"), "1");
    }
    assert_eq!(ana.get("/messages").await.ok().text(".inbox-preview"), "You: Photo");
    sends(&ana, &path, "with the scratch", photo(60, 40)).await;
    assert_eq!(tomas.get("/messages").await.ok().text(".inbox-preview"), "with the scratch");
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn very_many_pictures_are_kept_back() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/rooms/{}/messages", room(&ana, &tomas));
    for _ in 0..120 {
        let form = message("again", Part::bytes(b"no picture".to_vec()).file_name("x.jpg"));
        let page = ana.post_multipart(&path, form).await;
        if page.status == 429 {
            assert!(page.text("[role=alert]").contains("very many pictures"));
            assert_eq!(page.form("form.panel").value("body").trim(), "again");
            return;
        }
    }
    panic!("a hundred and twenty pictures in a row were taken");
}
