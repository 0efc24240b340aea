//! What products are sorted into.

use super::{log, with_admin};
use crate::support::{Page, Product};

const LIST: &str = "/admin/categories";

/// The names, in their order.
fn names(page: &Page) -> Vec<String> {
    page.attrs(".category-edit[id] [name=name]", "value")
}

#[tokio::test]
async fn a_category_is_added_renamed_moved_and_removed() {
    let (app, admin) = with_admin().await;
    let page = admin.get(LIST).await.ok();
    let form = page.form(".category-new").set("name", "  Boats &  planes ").set("icon", "star");
    let added = admin.submit(&form).await;
    added.redirects_to(LIST);
    let page = admin.follow(&added).await.ok();
    assert_eq!(names(&page).last().unwrap(), "Boats & planes");
    assert_eq!(
        app.visitor().get("/products?category=boats-and-planes").await.ok().text("h1"),
        "Boats & planes"
    );

    let last = page.attrs(".category-edit[id]", "action").pop().unwrap();
    let renamed = page.form(&format!("[action='{last}']")).set("name", "Boats");
    assert_eq!(renamed.value("icon"), "star");
    admin.submit(&renamed).await.redirects_to(LIST);
    for (to, place) in [("down", 12), ("up", 11), ("up", 10), ("down", 11)] {
        let moved = admin.post(&format!("{last}/move"), &[("to", to)]).await.expect(303);
        let page = admin.get(moved.location().split('#').next().unwrap()).await.ok();
        assert_eq!(names(&page)[place], "Boats", "after {to}");
    }
    admin.post(&format!("{last}/move"), &[("to", "sideways")]).await.expect(400);
    assert!(app.visitor().get("/").await.ok().body().contains("Boats"));

    admin.post(&format!("{last}/delete"), &[]).await.redirects_to(LIST);
    assert_eq!(names(&admin.get(LIST).await.ok()).len(), 12);
    assert_eq!(
        log(&admin).await,
        [
            "Ines | Removed a category | Boats",
            "Ines | Moved a category | Boats, down",
            "Ines | Moved a category | Boats, up",
            "Ines | Moved a category | Boats, up",
            "Ines | Changed a category | Boats & planes → Boats",
            "Ines | Added a category | Boats & planes",
        ]
    );
}

#[tokio::test]
async fn a_refused_name_comes_back_with_its_reason() {
    let (_app, admin) = with_admin().await;
    for name in ["", "本", "vehicles", &"x".repeat(61)] {
        let page = admin.post(LIST, &[("name", name), ("icon", "heart")]).await.refused();
        let form = page.form(".category-new");
        assert_eq!((form.value("name"), form.value("icon")), (name, "heart"));
        assert_eq!(page.attr(".category-new [name=name]", "aria-describedby"), "name_0_error");
        assert!(!page.text("#name_0_error").is_empty());
    }
    let page = admin.get(LIST).await.ok();
    let first = page.attrs(".category-edit[id]", "action").remove(0);
    let page = admin.post(&first, &[("name", "Home"), ("icon", "car")]).await.refused();
    assert_eq!(page.text(".field-error"), "There is a category with that name.");
    assert_eq!(page.text(".admin-tab[aria-current]"), "Categories");
    assert_eq!(page.form(&format!("[action='{first}']")).value("name"), "Home");
    // Its own name in other letters is no other's.
    admin.post(&first, &[("name", "VEHICLES"), ("icon", "no such icon")]).await.expect(303);
    admin.post(&format!("{LIST}/999"), &[("name", "Ghosts")]).await.expect(404);
    admin.post(&format!("{LIST}/999/delete"), &[]).await.expect(404);
    assert_eq!(log(&admin).await, ["Ines | Changed a category | Vehicles → VEHICLES"]);
}

#[tokio::test]
async fn only_an_empty_category_can_be_removed() {
    let (app, admin) = with_admin().await;
    Product::new("Lamp").category("home").create(&app, &app.seller("Rita").await).await;
    sqlx::query("UPDATE products SET deleted_at = now()").execute(&app.db).await.unwrap();
    let page = admin.get(LIST).await.ok();
    assert_eq!(page.count("button[formaction$='/delete']:not([disabled])"), 11);
    let path = page.attr("button[formaction$='/delete'][disabled]", "formaction");
    let page = admin.follow(&admin.post(&path, &[]).await).await.ok();
    assert!(page.text(".flash-error").contains("There are products in this category"));
    assert_eq!(names(&page).len(), 12);
    assert!(log(&admin).await.is_empty());
}
