//! The program as a whole: it answers, people can be at it, and it can be stopped and started.

use crate::support::{PASSWORD, Product, TestApp};

#[tokio::test]
async fn it_says_that_it_is_up() {
    let app = TestApp::start().await;
    app.visitor().get("/up").await.ok();
}

#[tokio::test]
async fn everybody_is_who_they_say() {
    let app = TestApp::start().await;
    let people = [app.buyer("Ana").await, app.seller("Béla").await, app.register_seller("Cem").await];
    for person in people {
        let page = person.get("/account").await.ok();
        assert!(page.body().contains(&person.name), "{}", person.name);
        person.on_another_device(&app).await.get("/account").await.ok();
    }
    let visitor = app.visitor();
    visitor.get("/account").await.redirects_to("/login?next=/account");
    visitor.sign_in(PASSWORD).await.refused();
}

#[tokio::test]
async fn stopping_it_loses_nobody() {
    let mut app = TestApp::start().await;
    let ana = app.seller("Ana").await;
    let lamp = Product::new("A lamp").photos(2).create(&app, &ana).await;
    app.restart().await;
    ana.get("/account").await.ok();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM photos WHERE product_id = $1")
        .bind(lamp)
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn an_app_that_cant_be_one_is_refused_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    for (setting, wrong) in
        [("HAGGLE_ANDROID_APP", "com.example.market"), ("HAGGLE_IOS_APP", "com.example.market")]
    {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_haggle"));
        command.args(["serve", "--addr", "127.0.0.1:0"]).env("DATABASE_URL", "postgres://nowhere.invalid/x");
        command.env("HAGGLE_DATA", data.path());
        let output =
            tokio::task::spawn_blocking(move || command.env(setting, wrong).output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(&format!("{setting} must look like")), "{said}");
    }
}

/// Case 24.
#[tokio::test]
async fn a_place_whose_photos_cannot_be_written_says_so_and_is_not_up() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    std::fs::remove_dir_all(app.uploads_dir()).unwrap();
    std::fs::write(app.uploads_dir(), "in the way").unwrap();
    let page = app.visitor().get("/up").await.expect(503).body();
    assert_eq!(page, "down\nphotos: can't be written\n");
    seller.get("/products").await.ok();
}
