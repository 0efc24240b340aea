//! What a page asks for beside itself.

use crate::support::{Product, TestApp, room};

#[tokio::test]
async fn a_page_links_one_style_sheet_that_holds_all_of_them() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/").await.ok().body().to_string();
    let sheets: Vec<_> = page.split("<link rel=\"stylesheet\" href=\"").skip(1).collect();
    assert_eq!(sheets.len(), 1);
    let sheet = app.visitor().get(sheets[0].split('"').next().unwrap()).await.ok();
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").unwrap().contains("immutable"));
    let sheet = sheet.body().to_string();
    assert!(sheet.contains("@layer tokens, base"), "the order of the layers");
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/css")).unwrap() {
        let file = file.unwrap().path();
        let part = std::fs::read_to_string(&file).unwrap();
        assert_eq!(sheet.matches(&part).count(), 1, "{}", file.display());
    }
}

#[tokio::test]
async fn the_modules_of_a_room_are_asked_for_with_its_page() {
    let app = TestApp::start().await;
    let (buyer, seller) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let product = Product::new("Lamp").create(&app, &seller).await;
    buyer.messages_about(product, "Hello").await;
    let page = buyer.get(&format!("/rooms/{}", room(&buyer, &seller))).await.ok().body().to_string();
    let modules: Vec<_> = page.split("rel=\"modulepreload\" href=\"").skip(1).collect();
    assert!(modules.len() > 20, "{} modules", modules.len());
    for module in modules {
        app.visitor().get(module.split('"').next().unwrap()).await.ok();
    }
}
