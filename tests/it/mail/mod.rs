//! The outbox: what is enqueued in a transaction is sent once, and nothing else is. A real SMTP server is in
//! `tests/nodes/mail.rs`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use haggle::{
    mail::{self, Button, Letter, Words},
    web::Marketplace,
};
use time::{Duration, OffsetDateTime};

use crate::support::{TestApp, eventually};

fn letter(to: &str, key: &str) -> Letter {
    let words = Words {
        title: "Ana wrote to you".to_owned(),
        paragraphs: vec!["About your lamp.".to_owned()],
        button: Some(Button { label: "Answer".to_owned(), url: "http://market.example/rooms/x".to_owned() }),
        ..Words::default()
    };
    words.letter(&Marketplace::default(), to, key).unwrap()
}

async fn enqueue(app: &TestApp, letter: &Letter) -> bool {
    let mut tx = app.db.begin().await.unwrap();
    let enqueued = mail::enqueue(&mut tx, letter).await.unwrap();
    tx.commit().await.unwrap();
    enqueued
}

async fn all_sent(app: &TestApp) {
    let left = "SELECT count(*) FROM jobs WHERE name = 'mail.send' AND done_at IS NULL";
    eventually("all letters to be sent", async || {
        let left: i64 = sqlx::query_scalar(left).fetch_one(&app.db).await.unwrap();
        (left == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_letter_is_sent_once_with_its_transaction_and_then_forgotten() {
    let app = TestApp::start().await;
    let mut tx = app.db.begin().await.unwrap();
    mail::enqueue(&mut tx, &letter("ana@example.com", "rolled back")).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(enqueue(&app, &letter("ana@example.com", "notice-1")).await);
    assert!(!enqueue(&app, &letter("ana@example.com", "notice-1")).await, "it waits already");
    app.start_jobs();
    all_sent(&app).await;
    let letters = app.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!((&*letters[0].subject, &*letters[0].link()), ("Ana wrote to you", "/rooms/x"));
    assert!(letters[0].html.contains("About your lamp."));
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM letters").fetch_one(&app.db).await.unwrap();
    assert_eq!(kept, 0);
    let file = fs::read_dir(app.mail_dir()).unwrap().next().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_bounced_or_after_its_time() {
    let app = TestApp::start().await;
    sqlx::query(
        "INSERT INTO bounced_addresses (email, answer) VALUES ('gone@example.com', '550 no such user')",
    )
    .execute(&app.db)
    .await
    .unwrap();
    enqueue(&app, &letter("gone@example.com", "bounced")).await;
    let again = Letter { even_if_bounced: true, ..letter("gone@example.com", "asked for") };
    enqueue(&app, &again).await;
    let late = OffsetDateTime::now_utc() - Duration::SECOND;
    enqueue(&app, &Letter { not_after: Some(late), ..letter("ana@example.com", "late") }).await;
    app.start_jobs();
    all_sent(&app).await;
    let sent: Vec<_> = app.letters().into_iter().map(|letter| letter.to).collect();
    assert_eq!(sent, ["gone@example.com"]);
}
