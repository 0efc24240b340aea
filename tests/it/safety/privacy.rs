//! Sellers who show their name only to people who are signed in.

use crate::support::{Product, TestApp};

#[tokio::test]
async fn a_seller_can_be_nobody_to_visitors() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Zacharias Shop").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let profile = format!("/sellers/{}", tomas.seller_id());
    let visitor = app.visitor();
    assert!(visitor.get(&format!("/products/{lamp}")).await.ok().body().contains("Zacharias"));
    visitor.get(&profile).await.ok();

    let page = tomas.get("/account").await.ok();
    let mut form = page.form("form[action='/account/privacy']");
    form.fields.push(("hides_from_visitors".to_owned(), "on".to_owned()));
    tomas.submit(&form).await.redirects_to("/account");

    let hidden = visitor.get(&profile).await.expect(404);
    let nobody = visitor.get("/sellers/4711").await.expect(404);
    assert_eq!(hidden.texts("main"), nobody.texts("main"), "nothing tells that there is one");
    let product = format!("/products/{lamp}");
    for path in ["/", "/products", "/products?q=lamp", &*product] {
        let page = visitor.get(path).await.ok().body();
        assert!(page.contains("Lamp"), "{path}");
        assert!(!page.contains("Zacharias") && !page.contains(&profile), "{path}");
    }
    let json = visitor.get_json(&format!("/products/{lamp}")).await.body();
    assert!(!json.contains("Zacharias"));
    // Signed in, people see whom they deal with.
    assert!(ana.get(&format!("/products/{lamp}")).await.ok().body().contains("Zacharias"));
    ana.get(&profile).await.ok();
    // Also one that is suspended doesn't exist for visitors.
    let admin = app.admin("Root").await;
    admin.post(&format!("/admin/people/{}/suspend", tomas.account_id), &[]).await.expect(303);
    visitor.get(&profile).await.expect(404);
    ana.get(&profile).await.expect(410);
}
