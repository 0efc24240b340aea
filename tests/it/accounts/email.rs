//! An address is confirmed by a letter, changed by one, and taken back by one.

use haggle::accounts::ConfirmationPolicy;

use crate::support::{Person, Product, TestApp, eventually, room};

/// A marketplace whose letters reach people.
async fn with_mail() -> TestApp {
    let app = TestApp::start_adjusted(|app| app.accounts.confirmation = ConfirmationPolicy::Demanded).await;
    app.start_jobs();
    app
}

async fn confirm(app: &TestApp, person: &Person) {
    let link = app.letter_to(&person.email).await.link();
    let page = person.get(&link).await.ok();
    person.submit(&page.form("form[action='/confirm-email']")).await.redirects_to("/");
}

async fn is_confirmed(app: &TestApp, email: &str) -> bool {
    sqlx::query_scalar("SELECT email_confirmed_at IS NOT NULL FROM accounts WHERE email = $1")
        .bind(email)
        .fetch_one(&app.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn whoever_registers_confirms_their_address_before_they_write_or_sell() {
    let app = with_mail().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let ana = app.register_seller("Ana").await;
    assert!(ana.get("/").await.ok().body().contains("Please confirm your address"));
    let path = format!("/products/{lamp}/messages");
    let refused = ana.post(&path, &[("body", "Is it still there?")]).await.refused();
    assert!(refused.body().contains("confirm your address") && refused.body().contains("Is it still there?"));
    let form = ana.get("/seller/products/new").await.ok().form("form[action='/seller/products']");
    let typed = form.set("title", "My own lamp");
    let fields: Vec<(&str, &str)> = typed.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let multipart = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    let refused = ana.post_multipart("/seller/products", multipart).await.refused();
    assert!(refused.body().contains("confirm your address") && refused.body().contains("My own lamp"));

    confirm(&app, &ana).await;
    ana.post(&path, &[("body", "Is it still there?")]).await.expect(303);
    assert!(!ana.get("/").await.ok().body().contains("confirm your address"));
}

#[tokio::test]
async fn an_open_socket_stores_nothing_until_the_address_is_confirmed() {
    let app = with_mail().await;
    let (tomas, ana) = (app.seller("Tomas").await, app.register_buyer("Ana").await);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    socket.expect("hello").await;
    let id = "00000000-0000-4000-8000-000000000001";
    socket.send(serde_json::json!({ "type": "send", "client_id": id, "body": "Hello" })).await;
    let refused = socket.expect("error").await;
    assert!(refused.to_string().contains("confirm your address"), "{refused}");
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&app.db).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn without_mail_nothing_waits_for_a_letter() {
    let app = TestApp::start().await;
    app.start_jobs();
    let (tomas, ana) = (app.seller("Tomas").await, app.register_buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.post(&format!("/products/{lamp}/messages"), &[("body", "Hello")]).await.expect(303);
}

/// Mail scanners open every link.
#[tokio::test]
async fn looking_at_a_link_does_nothing_and_it_works_once() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    let letter = app.letter_to(&ana.email).await;
    let scanner = app.visitor();
    for _ in 0..2 {
        scanner.get(&letter.link()).await.ok();
    }
    assert!(!is_confirmed(&app, &ana.email).await);
    let page = scanner.get(&letter.link()).await.ok();
    let form = page.form("form[action='/confirm-email']");
    scanner.submit(&form).await.redirects_to("/");
    assert!(is_confirmed(&app, &ana.email).await);
    scanner.submit(&form).await.expect(410);
    scanner.get(&letter.link()).await.expect(410);
    scanner.get("/account").await.redirects_to("/login?next=/account");
}

#[tokio::test]
async fn a_newer_letter_and_another_address_end_a_link() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    let first = app.letter_to(&ana.email).await.link();
    ana.post("/account/email/confirm", &[]).await.redirects_to("/account");
    let second = app.letter_to(&ana.email).await.link();
    ana.get(&first).await.expect(410);
    sqlx::query("UPDATE accounts SET email = 'other@example.com' WHERE id = $1")
        .bind(ana.account_id)
        .execute(&app.db)
        .await
        .unwrap();
    let form = ana.get(&second).await.ok().form("form[action='/confirm-email']");
    ana.submit(&form).await.expect(410);
    assert!(!is_confirmed(&app, "other@example.com").await);
}

#[tokio::test]
async fn letters_to_an_address_are_few_however_often_they_are_asked_for() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    app.letter_to(&ana.email).await;
    for _ in 0..3 {
        ana.post("/account/email/confirm", &[]).await.expect(303);
        app.letter_to(&ana.email).await;
    }
    ana.post("/account/email/confirm", &[]).await.expect(429);
}

async fn ask_for(person: &Person, email: &str) -> crate::support::Page {
    person.post("/account/email", &[("email", email)]).await
}

#[tokio::test]
async fn a_new_address_is_confirmed_there_and_undone_from_the_old_one() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    confirm(&app, &ana).await;
    ask_for(&ana, "new@example.com").await.redirects_to("/account");
    let link = app.letter_to("new@example.com").await.link();
    let form = ana.get(&link).await.ok().form("form[action='/change-email']");
    ana.submit(&form).await.redirects_to("/account");
    assert!(is_confirmed(&app, "new@example.com").await);
    eventually("a notice", async || {
        let bodies = ana.get("/notices").await.ok().texts(".notice-body");
        (bodies == ["Your email address was changed."]).then_some(())
    })
    .await;

    // The old one is told. Whoever has the session now asks for more, and it still can be undone.
    let told = app.letter_to("ana@example.com").await;
    assert!(told.subject.contains("was changed"), "{}", told.subject);
    ask_for(&ana, "third@example.com").await.expect(303);
    let more = app.letter_to("third@example.com").await.link();
    let owner = app.visitor();
    let form = owner.get(&told.link()).await.ok().form("form[action='/undo-email']");
    owner.submit(&form).await.redirects_to("/login");
    assert!(is_confirmed(&app, "ana@example.com").await);
    ana.get("/account").await.redirects_to("/login?next=/account");
    ana.get(&more).await.expect(410);
    let reset = app.letter_to("ana@example.com").await;
    assert!(reset.link().starts_with("/reset-password?token="), "{}", reset.text);
}

/// A mistyped address is a stranger's: they get no way into the account.
#[tokio::test]
async fn an_address_that_was_never_confirmed_cannot_undo_a_change() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    app.letter_to(&ana.email).await;
    ask_for(&ana, "right@example.com").await.expect(303);
    let link = app.letter_to("right@example.com").await.link();
    ana.submit(&ana.get(&link).await.ok().form("form[action='/change-email']")).await.expect(303);
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM account_links WHERE purpose = 'undo'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE payload->>'kind' = 'changed'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!((jobs, waiting), (0, 0));
}

#[tokio::test]
async fn that_an_address_has_an_account_is_said_only_to_its_owner() {
    let app = with_mail().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let free = ask_for(&ana, "free@example.com").await.expect(303);
    let taken = ask_for(&ana, &bo.email).await.expect(303);
    assert_eq!(free.location(), taken.location());
    let letter = app.letter_to(&bo.email).await;
    assert!(letter.subject.contains("already") && !letter.text.contains("token"), "{}", letter.text);
}

#[tokio::test]
async fn whoever_has_an_address_that_bounces_is_told_and_can_confirm_it_again() {
    let app = with_mail().await;
    let ana = app.register_buyer("Ana").await;
    confirm(&app, &ana).await;
    sqlx::query("INSERT INTO bounced_addresses (email, answer) VALUES ($1, '550 5.1.1 no')")
        .bind(&ana.email)
        .execute(&app.db)
        .await
        .unwrap();
    assert!(ana.get("/").await.ok().body().contains("Letters to your address come back"));
    ana.post("/account/email/confirm", &[]).await.expect(303);
    confirm(&app, &ana).await;
    assert!(!ana.get("/").await.ok().body().contains("come back"));
}
