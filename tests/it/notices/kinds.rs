//! The kinds besides messages: a product's state, decisions of staff, one's own account.

use haggle::{chat, notices};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, Product, TestApp};

/// What the worker does with the jobs of this name.
async fn jobs(app: &TestApp, name: &str) -> Vec<Value> {
    sqlx::query_scalar("DELETE FROM jobs WHERE name = $1 RETURNING payload")
        .bind(name)
        .fetch_all(&app.db)
        .await
        .expect("jobs")
}

#[tokio::test]
async fn those_who_talk_about_a_product_hear_of_its_state() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let chair = Product::new("Chair").create(&app, &tomas).await;
    ana.messages_about(lamp, "Is it still there?").await;
    bo.messages_about(chair, "And this?").await;
    for (form, sentence) in [
        ("reserve", "It is reserved for somebody."),
        ("sold", "It is sold."),
        ("available", "It is for sale again."),
    ] {
        tomas.post(&format!("/seller/products/{lamp}/{form}"), &[]).await.expect(303);
        let moved = jobs(&app, haggle::products::PRODUCT_MOVED_JOB).await;
        assert_eq!(moved.len(), 1);
        for _ in 0..2 {
            chat::tell_product_moved(&app.db, moved[0].clone()).await.unwrap();
        }
        let page = ana.get("/notices").await.ok();
        assert_eq!(page.texts(".is-unread .notice-body"), [sentence]);
        assert_eq!(page.text(".notice-title bdi"), "Lamp");
        ana.submit(&page.form(".notice-row form")).await.redirects_to(&format!("/products/{lamp}"));
    }
    for other in [&bo, &tomas] {
        assert_eq!(other.get("/notices").await.ok().count(".notice-row"), 0, "{}", other.name);
    }

    tomas.post(&format!("/seller/products/{lamp}/available"), &[]).await.expect(303);
    assert_eq!(jobs(&app, haggle::products::PRODUCT_MOVED_JOB).await, Vec::<Value>::new(), "it was already");
    tomas.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);
    for moved in jobs(&app, haggle::products::PRODUCT_MOVED_JOB).await {
        chat::tell_product_moved(&app.db, moved).await.unwrap();
    }
    assert_eq!(ana.get("/notices").await.ok().count(".notice-row"), 0, "what can't be seen is told nowhere");
}

#[tokio::test]
async fn a_seller_hears_what_staff_decided() {
    let app = TestApp::start().await;
    let (tomas, root) = (app.seller("Tomas").await, app.admin("Root").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    root.post(&format!("/admin/products/{lamp}/hide"), &[]).await.expect(303);
    let page = tomas.get("/notices").await.ok();
    assert_eq!(page.text(".notice-title bdi"), "Lamp");
    assert_eq!(page.text(".notice-body"), "Staff have hidden this product. Only you and they see it.");
    root.post(&format!("/admin/products/{lamp}/hide"), &[]).await.expect(303);
    root.post(&format!("/admin/products/{lamp}/show"), &[]).await.expect(303);
    assert_eq!(
        tomas.get("/notices").await.ok().texts(".notice-body"),
        ["Staff have shown this product again."]
    );
}

#[tokio::test]
async fn somebodys_own_account_is_told_of() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let payload = json!({ "account_id": ana.account_id, "what": "password_changed", "at": 1_790_000_000 });
    for _ in 0..2 {
        notices::record_account_security(&app.db, &payload).await.unwrap();
    }
    let page = ana.get("/notices").await.ok();
    assert_eq!(page.count(".is-unread"), 1);
    assert!(
        page.text(".notice-body").starts_with("Your password was changed."),
        "{}",
        page.text(".notice-body")
    );
    assert!(notices::record_account_security(&app.db, &json!({})).await.is_err());
}

/// What the worker makes of the jobs that wait; what it told this person, newest first.
async fn told(app: &TestApp, person: &Person) -> Vec<String> {
    for payload in jobs(app, haggle::accounts::SECURITY_JOB).await {
        notices::record_account_security(&app.db, &payload).await.unwrap();
    }
    sqlx::query_scalar(
        "SELECT subject FROM notices WHERE account_id = $1 AND kind = 'account' ORDER BY id DESC",
    )
    .bind(person.account_id)
    .fetch_all(&app.db)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_happens_to_an_account_is_told_with_it() {
    let app = TestApp::start().await;
    let (ana, root) = (app.buyer("Ana").await, app.admin("Root").await);
    ana.sign_in(PASSWORD).await.expect(303);
    assert_eq!(told(&app, &ana).await, ["new_browser"]);
    ana.sign_in(PASSWORD).await.expect(303);
    assert_eq!(jobs(&app, haggle::accounts::SECURITY_JOB).await.len(), 0, "a browser that is known");

    let wrong = [("current_password", "a guess or two"), ("password", "a bicycle in the rain")];
    ana.post("/account/password", &wrong).await.refused();
    let right = [("current_password", PASSWORD), ("password", "a bicycle in the rain")];
    ana.post("/account/password", &right).await.expect(303);
    assert_eq!(told(&app, &ana).await, ["password_changed", "new_browser"]);

    sqlx::query("INSERT INTO totp_secrets (account_id, sealed, confirmed_at) VALUES ($1, $2, now())")
        .bind(ana.account_id)
        .bind(vec![0_u8; 48])
        .execute(&app.db)
        .await
        .unwrap();
    let path = format!("/admin/people/{}/remove-second-factor", ana.account_id);
    root.post(&path, &[]).await.expect(303);
    assert_eq!(told(&app, &ana).await[0], "recovered_by_admin");
    ana.sign_in("a bicycle in the rain").await.expect(303);
    let bodies = ana.get("/notices").await.ok().texts(".notice-body").join(" | ");
    assert!(bodies.contains("An admin gave you a new way to sign in."), "{bodies}");
}

#[tokio::test]
async fn a_demo_account_is_everybodys_and_nobody_is_told_of_it() {
    let app = TestApp::start().await;
    let root = app.admin("Root").await;
    root.sign_in(PASSWORD).await.expect(303);
    assert_eq!(jobs(&app, haggle::accounts::SECURITY_JOB).await.len(), 0);
}
