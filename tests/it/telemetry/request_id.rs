use reqwest::Method;

use crate::support::{Process, TestApp, TestDatabase};

/// A marketplace whose products can't be read, so that its pages break.
async fn broken() -> (TestDatabase, Process, TestApp) {
    let database = TestDatabase::new().await;
    let process = Process::start(&database.url(), &[("HAGGLE_TRUSTED_PROXIES", "0")]).await;
    let db = database.pool().await;
    sqlx::query("ALTER TABLE products RENAME TO lost").execute(&db).await.unwrap();
    let app = TestApp::outside(process.addr, db);
    (database, process, app)
}

#[tokio::test]
async fn an_error_of_ours_has_the_same_number_in_header_page_and_log() {
    let (_database, process, app) = broken().await;
    let page = app.visitor().get("/products").await.expect(500);
    let id = page.header("x-request-id").expect("an id").to_owned();
    assert!(id.len() == 10 && id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
    assert_eq!(page.text(".error-page code"), id);
    assert!(page.text(".error-page").contains("Say this number to whoever runs the place"));
    let log = process.log();
    let line = log.lines().find(|line| line.contains("request failed")).expect("a line in the log");
    assert!(line.contains(&id) && line.contains("/products"), "{line}");

    let page = app.visitor().get_json("/products").await.expect(500);
    let id = page.header("x-request-id").expect("an id").to_owned();
    assert_eq!(page.json()["request_id"], *id);
    assert!(process.log().contains(&id));
}

#[tokio::test]
async fn what_is_nobodys_fault_shows_no_number_and_has_one_all_the_same() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/nowhere").await.expect(404);
    assert!(page.header("x-request-id").is_some() && !page.has(".error-page code"));
}

#[tokio::test]
async fn only_a_trusted_proxys_number_is_taken() {
    let database = TestDatabase::new().await;
    let with = async |app: &TestApp, id: &str| {
        let visitor = app.visitor();
        let page = visitor.send(visitor.request(Method::GET, "/up").header("x-request-id", id)).await.ok();
        page.header("x-request-id").expect("an id").to_owned()
    };
    let strangers = TestApp::start().await;
    assert_ne!(with(&strangers, "from-outside").await, "from-outside");

    let process = Process::start(&database.url(), &[("HAGGLE_TRUSTED_PROXIES", "1")]).await;
    let behind = TestApp::outside(process.addr, database.pool().await);
    assert_eq!(with(&behind, "from-the.proxy_1").await, "from-the.proxy_1");
    for odd in ["two words", "<b>", &"long".repeat(30)] {
        assert_ne!(with(&behind, odd).await, odd);
    }
}
