//! The commands, as the real program.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{Product, TestApp, TestDatabase, picture, room};

/// Runs a command on a database; what it printed, with what it complained of as an error.
async fn haggle(database: &str, data: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
    command.args(arguments).env("DATABASE_URL", database).env("HAGGLE_DATA", data).env_remove("RUST_LOG");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text([output.stdout, output.stderr].concat()))
    }
}

/// Runs a command with something at its standard input.
async fn haggle_reading(mut command: Command, typed: &str) -> Result<String, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may have refused already, and read nothing.
    let _ = stdin.write_all(typed.as_bytes());
    drop(stdin);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

async fn create_admin(database: &str, email: &str, typed: &str, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
    command.args(["create-admin", "--email", email]).args(more).env("DATABASE_URL", database);
    command.env_remove("HAGGLE_ADMIN_PASSWORD");
    haggle_reading(command, typed).await
}

/// L4: the way back for whoever can't sign in.
#[tokio::test]
async fn a_password_is_reset_from_the_command_line_and_noted() {
    let app = TestApp::start().await;
    let (root, data) = (app.admin("Root").await, tempfile::tempdir().unwrap());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"a password of a file\n").unwrap();
    let file = file.path().to_str().unwrap();
    let reset = async |email: &str| {
        let arguments =
            ["reset-password", "--email", email, "--password-file", file, "--without-second-factor"];
        haggle(&app.database_url(), data.path(), &arguments).await
    };
    assert!(reset("nobody@example.com").await.unwrap_err().contains("has no account"));
    reset("root@example.com").await.unwrap();
    root.get("/admin").await.expect(303);
    root.sign_in("a password of a file").await.expect(303);
    assert!(root.get("/admin/audit").await.ok().body().contains("The command line"));
    let admins = haggle(&app.database_url(), data.path(), &["admins"]).await.unwrap();
    assert!(admins.contains("root@example.com  Root, without a second factor"), "{admins}");
}

/// L3: the password is in a file or comes by standard input, and never in the list of processes.
#[tokio::test]
async fn an_admin_is_made_once_and_can_sign_in() {
    let app = TestApp::start().await;
    let make = async |email, typed| create_admin(&app.database_url(), email, typed, &[]).await;
    assert!(make("root", "a long enough password\n").await.unwrap_err().contains("email"));
    assert!(make("root@example.com", "short\n").await.unwrap_err().contains("at least 10"));
    make("root@example.com", "a long enough password\n").await.unwrap();
    assert!(make("root@example.com", "another long password").await.unwrap_err().contains("already has"));
    let flag = ["--password", "a long enough password"];
    let refused = create_admin(&app.database_url(), "other@example.com", "", &flag).await.unwrap_err();
    assert!(refused.contains("unexpected argument"), "{refused}");

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"a password of a file\n").unwrap();
    let by_file = ["--password-file", file.path().to_str().unwrap()];
    create_admin(&app.database_url(), "second@example.com", "", &by_file).await.unwrap();
    for (email, password) in
        [("root@example.com", "a long enough password"), ("second@example.com", "a password of a file")]
    {
        let root = app.visitor();
        root.post("/login", &[("email", email), ("password", password)]).await.expect(303);
        assert!(root.get("/account").await.ok().has(".nav a[href='/admin']"));
    }
}

/// Of one photo.
const FILES: [&str; 4] = ["large.webp", "medium.webp", "small.webp", "preview.jpg"];

#[tokio::test]
async fn a_backup_brings_everything_back_into_an_empty_marketplace_only() {
    let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("A lamp\twith a tab, a \\ and 🚲").photos(2).create(&app, &tomas).await;
    ana.messages_about(lamp, "One\nline and another").await;
    tomas.sends(&room(&ana, &tomas), "Yes").await;
    let key = "a".repeat(32);
    let payload = format!(r#"{{"photo": {{"key": "{key}", "width": 8, "height": 6, "digest": "a"}}}}"#);
    sqlx::query("UPDATE messages SET kind = 'photo', payload = $1::jsonb")
        .bind(payload)
        .execute(&app.db)
        .await
        .unwrap();
    let keys: Vec<String> = sqlx::query_scalar("SELECT key FROM photos").fetch_all(&app.db).await.unwrap();
    let mut folders: Vec<_> = keys.iter().map(|key| format!("uploads/{}/{key}", &key[..2])).collect();
    folders.push(format!("uploads/rooms/{}/aa/{key}", room(&ana, &tomas)));
    let photos: Vec<_> =
        folders.iter().flat_map(|folder| FILES.map(|file| format!("{folder}/{file}"))).collect();
    for photo in photos.iter().map(|photo| data.path().join(photo)) {
        std::fs::create_dir_all(photo.parent().unwrap()).unwrap();
        std::fs::write(&photo, b"a picture").unwrap();
    }

    let file = data.path().join("everything.tar");
    let file = file.to_str().unwrap();
    haggle(&app.database_url(), data.path(), &["backup", file]).await.unwrap();
    let refused = haggle(&app.database_url(), data.path(), &["restore", file]).await.unwrap_err();
    assert!(refused.contains("into an empty one"), "{refused}");

    let (empty, elsewhere) = (TestDatabase::bare().await, tempfile::tempdir().unwrap());
    haggle(&empty.url(), elsewhere.path(), &["restore", file]).await.unwrap();
    haggle(&empty.url(), elsewhere.path(), &["doctor"]).await.unwrap();
    let restored = empty.pool().await;
    for table in [
        "accounts",
        "buyers",
        "customers",
        "categories",
        "products",
        "photos",
        "rooms",
        "messages",
        "post_messages",
    ] {
        let rows = format!("SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t::text), '[]') FROM {table} t");
        let all_of = async |db: &sqlx::PgPool| -> serde_json::Value {
            sqlx::query_scalar(sqlx::AssertSqlSafe(rows.clone())).fetch_one(db).await.unwrap()
        };
        let (before, after) = (all_of(&app.db).await, all_of(&restored).await);
        assert_eq!(before, after, "{table}");
    }
    sqlx::query("INSERT INTO categories (slug, name, icon, position) VALUES ('new', 'New', 'tag', 99)")
        .execute(&restored)
        .await
        .unwrap();
    for photo in photos {
        assert_eq!(std::fs::read(elsewhere.path().join(photo)).unwrap(), b"a picture");
    }

    std::fs::write(data.path().join("junk"), b"junk").unwrap();
    let bare = TestDatabase::bare().await;
    let junk = data.path().join("junk");
    assert!(haggle(&bare.url(), elsewhere.path(), &["restore", junk.to_str().unwrap()]).await.is_err());
}

#[tokio::test]
async fn a_nats_that_makes_no_sense_is_refused_before_anything_begins() {
    let data = tempfile::tempdir().unwrap();
    let refused = haggle("postgres://nowhere", data.path(), &["serve", "--nats-url", "here:4222"]).await;
    assert!(refused.unwrap_err().contains("haggle: NATS_URL must look like nats://host:4222"));
}

#[tokio::test]
async fn the_doctor_finds_a_wrong_count() {
    let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "Hello").await;
    let healthy = haggle(&app.database_url(), data.path(), &["doctor"]).await.unwrap();
    assert!(healthy.contains("HAGGLE_CONTACT isn't set"), "{healthy}");
    let told =
        haggle(&app.database_url(), data.path(), &["doctor", "--contact", "help@market.example"]).await;
    assert!(!told.unwrap().contains("HAGGLE_CONTACT"));
    sqlx::query("UPDATE messages SET seq = 2").execute(&app.db).await.unwrap();
    let complaint = haggle(&app.database_url(), data.path(), &["doctor"]).await.unwrap_err();
    assert!(complaint.contains("counted wrongly"), "{complaint}");
}

#[tokio::test]
async fn the_doctor_names_photos_whose_files_are_gone() {
    let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let uploads = app.uploads_dir().to_str().unwrap();
    let doctor = async || haggle(&app.database_url(), data.path(), &["doctor", "--uploads", uploads]).await;
    let file = Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name("photo.jpg");
    ana.post_multipart(&format!("/rooms/{name}/messages"), Form::new().part("photo", file)).await.expect(303);
    assert!(doctor().await.unwrap().contains("Every photo has its files"));

    std::fs::remove_dir_all(app.uploads_dir().join("rooms").join(&name)).unwrap();
    let lamp = Product::new("Lamp").photos(1).create(&app, &tomas).await;
    let complaint = doctor().await.unwrap_err();
    assert!(complaint.contains(&format!("product {lamp}: a photo has no files")), "{complaint}");
    assert!(complaint.contains(&format!("{name}: the picture of entry 1 has no files")), "{complaint}");
    assert!(complaint.contains("2 photos have no files"), "{complaint}");
}

#[tokio::test]
async fn the_doctor_makes_every_message_findable() {
    let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    for body in ["one", "two", "three"] {
        ana.sends(&room(&ana, &tomas), body).await;
    }
    let doctor = async || haggle(&app.database_url(), data.path(), &["doctor"]).await.unwrap();
    doctor().await;
    assert!(doctor().await.contains("Every message can be found"));
    // A hole is worse than an end that is missing: it never fills by itself.
    sqlx::query("DELETE FROM message_search WHERE seq = 2").execute(&app.db).await.unwrap();
    assert!(doctor().await.contains("3 messages could not be found"));
    assert!(doctor().await.contains("Every message can be found"));
}

/// As Postfix hands it to a pipe.
#[tokio::test]
async fn a_letter_that_comes_back_marks_its_address() {
    let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    app.start_jobs();
    app.visitor().post("/forgot-password", &[("email", &ana.email)]).await.ok();
    let letter = app.letter_to(&ana.email).await;
    let (head, _) = letter.raw.split_once("\r\n\r\n").unwrap();
    let report = |to: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example.net\r\nTo: market@example.com\r\nSubject: Undelivered\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
             Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{}\r\n\r\n--b--\r\n",
            head.replace(&*ana.email, to)
        )
    };
    let bounces = async |typed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
        command.arg("bounces").env("DATABASE_URL", app.database_url()).env("HAGGLE_DATA", data.path());
        command.env("HAGGLE_SECRET_KEY", "07".repeat(32));
        haggle_reading(command, typed).await.unwrap()
    };
    for stranger in [String::new(), letter.raw.clone(), report(&bo.email)] {
        assert!(bounces(&stranger).await.contains("Nothing is changed."));
    }
    assert!(bounces(&report(&ana.email)).await.starts_with("Nothing more is sent to ana@example.com: 5.1.1"));
    let marked: Vec<String> =
        sqlx::query_scalar("SELECT email FROM bounced_addresses").fetch_all(&app.db).await.unwrap();
    assert_eq!(marked, [ana.email]);
}
