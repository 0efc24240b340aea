//! A seller's first product, where it waits for an admin.

use reqwest::multipart::Form;

use super::{filled, id_of, photo, titles};
use crate::support::{Person, TestApp};

async fn list(seller: &Person, title: &str) -> i64 {
    let form: Form = filled().text("title", title.to_owned()).part("photos", photo("a.jpg"));
    id_of(&seller.post_multipart("/seller/products", form).await)
}

async fn decide(admin: &Person, id: i64, decision: &str, reason: &str) {
    let form = admin.get("/admin/approvals").await.ok().form(&format!("#product_{id} form"));
    admin.submit(&form.set("decision", decision).set("reason", reason)).await.expect(303);
}

#[tokio::test]
async fn a_first_product_waits_for_an_admin_and_the_next_does_not() {
    let app = TestApp::start().await;
    let (admin, seller) = (app.admin("Ines").await, app.seller("Tomas").await);
    let veteran = app.seller("Rita").await;
    list(&veteran, "Before").await;
    let form = admin.get("/admin/settings").await.ok().form("#settings").set("reviews_first", "on");
    admin.submit(&form).await.expect(303);
    list(&veteran, "Another").await;

    let bicycle = list(&seller, "Bicycle").await;
    let path = format!("/products/{bicycle}");
    let own = seller.get(&path).await.ok();
    assert!(own.text("[data-review]").starts_with("Waits for approval."), "{}", own.text("main"));
    assert!(!own.has(".flash-success"));
    app.visitor().get(&path).await.expect(410);
    let row = format!("#product_{bicycle} .tag");
    assert_eq!(seller.get("/seller/dashboard").await.ok().text(&row), "Waiting for approval");
    list(&seller, "Second, meanwhile").await;
    assert_eq!(titles(&app.visitor(), "/products").await, ["Another", "Before"]);

    decide(&admin, bicycle, "refuse", "Whose is it?").await;
    assert!(seller.get(&path).await.ok().text("[data-review]").contains("Whose is it?"));
    let told = seller.get("/notices").await.ok().text(".is-unread .notice-body");
    assert!(told.starts_with("Staff have not approved") && told.ends_with("Whose is it?"), "{told}");
    app.visitor().get(&path).await.expect(410);
    // Changed, it waits again, behind the other one.
    let edit = seller.get(&format!("{}/edit", path.replace("/products", "/seller/products"))).await.ok();
    seller.submit(&edit.form("form[enctype]").set("title", "My bicycle")).await.expect(303);
    assert!(seller.get(&path).await.ok().text("[data-review]").starts_with("Waits for approval."));
    let queue = admin.get("/admin/approvals").await.ok();
    let waiting = queue.texts("[aria-labelledby='products'] .cell-main bdi");
    assert_eq!(waiting, ["Second, meanwhile", "My bicycle"]);

    decide(&admin, bicycle, "approve", "").await;
    assert_eq!(seller.get("/seller/dashboard").await.ok().text(&row), "For sale");
    let told = seller.get("/notices").await.ok().texts(".is-unread .notice-body");
    assert_eq!(told, ["Staff have approved this product: it is for sale now."]);
    app.visitor().get(&path).await.ok();
    list(&seller, "Third").await;
    assert_eq!(titles(&app.visitor(), "/products").await[0], "Third");
    let log = admin.get("/admin/audit").await.ok().texts("tbody td").join(" | ");
    assert!(log.contains("Approved a first product | “My bicycle”"), "{log}");
}
