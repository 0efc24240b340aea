//! A copy of one's data, and the end of an account.

use std::io::Read as _;

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{PASSWORD, Person, Product, TestApp, eventually, picture, room};

async fn ask_to_leave(person: &Person) {
    person.post("/account/delete", &[("current_password", "a guess or two")]).await.refused();
    person.post("/account/delete", &[("current_password", PASSWORD)]).await.redirects_to("/account/leave");
}

/// Seven days later.
async fn let_time_pass(app: &TestApp) {
    sqlx::query(
        "UPDATE accounts SET delete_after = now() - interval '1 minute' WHERE delete_after IS NOT NULL",
    )
    .execute(&app.db)
    .await
    .unwrap();
    // The run of now may have been.
    sqlx::query("DELETE FROM jobs WHERE name = 'accounts.delete_due'").execute(&app.db).await.unwrap();
    app.start_jobs();
    eventually("the accounts to be deleted", async || {
        let left = "SELECT count(*) FROM accounts WHERE delete_after IS NOT NULL";
        let left: i64 = sqlx::query_scalar(left).fetch_one(&app.db).await.unwrap();
        (left == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_is_gone_and_the_other_keeps_the_conversation() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(lamp, "Is it still there?").await;
    let path = format!("/rooms/{}", room(&ana, &tomas));
    tomas.sends(&room(&ana, &tomas), "Yes, come by").await;
    let entries = ana.get(&path).await.ok().count("[data-seq]");
    ask_to_leave(&tomas).await;
    assert!(tomas.get("/").await.ok().body().contains("will be deleted"));
    let_time_pass(&app).await;

    tomas.get("/account").await.redirects_to("/login?next=/account");
    tomas.sign_in(PASSWORD).await.refused();
    app.visitor().get(&format!("/sellers/{}", tomas.seller_id())).await.expect(410);
    let page = ana.get(&path).await.ok();
    assert_eq!(page.count("[data-seq]"), entries);
    assert!(page.body().contains("Yes, come by") && page.body().contains("Deleted account"));
    assert!(!page.body().contains("Tomas"), "his name is gone");
    assert!(!ana.get("/products").await.ok().body().contains("Lamp"));
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT row_to_json(a)::text FROM accounts a WHERE id = $1
         UNION ALL SELECT row_to_json(c)::text FROM customers c WHERE account_id = $1
         UNION ALL SELECT row_to_json(s)::text FROM sessions s WHERE account_id = $1",
    )
    .bind(tomas.account_id)
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert!(left.len() == 2 && left.iter().all(|row| !row.to_lowercase().contains("tomas")), "{left:?}");
    // The address is free again.
    app.register_buyer("Tomas").await;
}

#[tokio::test]
async fn within_seven_days_one_can_change_ones_mind() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    ask_to_leave(&ana).await;
    let days: f64 =
        sqlx::query_scalar("SELECT extract(epoch FROM delete_after - now())::float8 / 86400 FROM accounts")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert!(days > 6.9 && days <= 7.0, "{days}");
    let page = ana.get("/account/leave").await.ok();
    ana.submit(&page.form("form[action='/account/keep']")).await.redirects_to("/account");
    let_time_pass(&app).await;
    ana.get("/account").await.ok();
}

#[tokio::test]
async fn an_admin_cannot_leave_like_that() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    root.post("/account/delete", &[("current_password", PASSWORD)]).await.expect(403);
}

#[tokio::test]
async fn a_deleted_account_is_not_restored() {
    let app = TestApp::start().await;
    let (root, ana) = (app.admin("Root").await, app.buyer("Ana").await);
    ask_to_leave(&ana).await;
    let_time_pass(&app).await;
    root.post(&format!("/admin/people/{}/restore", ana.account_id), &[]).await.expect(303);
    let suspended: bool = sqlx::query_scalar("SELECT suspended_at IS NOT NULL FROM accounts WHERE id = $1")
        .bind(ana.account_id)
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert!(suspended);
}

#[tokio::test]
async fn a_copy_holds_ones_own_data_and_is_ones_own() {
    let app = TestApp::start().await;
    app.start_jobs();
    let (ana, tomas) = (app.seller("Ana").await, app.seller("Tomas").await);
    Product::new("My lamp").create(&app, &ana).await;
    let chair = Product::new("Chair").create(&app, &tomas).await;
    ana.messages_about(chair, "My own words").await;
    let name = room(&ana, &tomas);
    tomas.sends(&name, "Somebody else's words").await;
    let file = Part::bytes(picture(40, 30, ImageFormat::Png)).file_name("a.png");
    let photo = Form::new().text("body", "").part("photo", file);
    ana.post_multipart(&format!("/rooms/{name}/messages"), photo).await.expect(303);

    ana.get("/account/export.zip").await.expect(404);
    ana.post("/account/export", &[]).await.redirects_to("/account/leave");
    let zip = eventually("the copy", async || {
        let page = ana.get("/account/export.zip").await;
        (page.status == 200).then_some(page.body)
    })
    .await;
    tomas.get("/account/export.zip").await.expect(404);
    app.visitor().get("/account/export.zip").await.expect(303);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let account: serde_json::Value = serde_json::from_str(&read("account.json")).unwrap();
    assert_eq!(account["email"], "ana@example.com");
    assert!(!account.to_string().contains("argon2"));
    assert!(read("products.json").contains("My lamp"));
    let messages = read("messages.jsonl");
    assert!(messages.contains("My own words") && !messages.contains("Somebody else"), "{messages}");
    assert!(read("index.html").contains("2 messages"));
    assert!(names.iter().any(|name| name.starts_with("messages/") && name.ends_with(".webp")), "{names:?}");

    // One a day, and gone after it.
    ana.post("/account/export", &[]).await.expect(303);
    sqlx::query("UPDATE data_exports SET asked_at = now() - interval '25 hours'")
        .execute(&app.db)
        .await
        .unwrap();
    ana.get("/account/export.zip").await.expect(404);
}

#[tokio::test]
async fn how_soon_a_seller_answers_is_counted_from_real_answers() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let page = format!("/sellers/{}", tomas.seller_id());
    for name in ["Ana", "Bo", "Cem", "Dana", "Eva"] {
        let buyer = app.buyer(name).await;
        buyer.messages_about(lamp, "Hello").await;
        buyer.sends(&room(&buyer, &tomas), "Are you there?").await;
        tomas.sends(&room(&buyer, &tomas), "Yes").await;
    }
    // Written two hours before.
    sqlx::query("UPDATE messages SET sent_at = sent_at - interval '2 hours'").execute(&app.db).await.unwrap();
    assert!(!app.visitor().get(&page).await.ok().body().contains("Usually answers"));
    haggle::chat::count_answer_times(&app.db).await.unwrap();
    let text = app.visitor().get(&page).await.ok().body();
    assert!(text.contains("Usually answers within a few hours"), "{text}");
    // Silence counts.
    sqlx::query("DELETE FROM post_messages").execute(&app.db).await.unwrap();
    sqlx::query("UPDATE messages SET sent_at = sent_at - interval '5 days'").execute(&app.db).await.unwrap();
    haggle::chat::count_answer_times(&app.db).await.unwrap();
    assert!(!app.visitor().get(&page).await.ok().body().contains("Usually answers"));
}

#[tokio::test]
async fn a_line_about_oneself_is_on_ones_page() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let form = tomas.get("/account").await.ok().form("form[action='/account']");
    tomas.submit(&form.clone().set("about_line", &"x".repeat(161))).await.refused();
    tomas.submit(&form.set("about_line", "Mends lamps <at> night")).await.redirects_to("/account");
    let page = app.visitor().get(&format!("/sellers/{}", tomas.seller_id())).await.ok();
    assert_eq!(page.text(".seller-line"), "Mends lamps <at> night");
}
