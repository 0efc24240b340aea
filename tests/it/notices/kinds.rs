//! The kinds besides messages: a product's state, decisions of staff, one's own account.

use haggle::{chat, notices};
use serde_json::{Value, json};

use crate::support::{Product, TestApp};

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
