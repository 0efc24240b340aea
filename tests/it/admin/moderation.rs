//! Suspending people and hiding products.

use super::{log, with_admin};
use crate::support::{Product, room, within_deadline};

/// Of `support`'s people.
const PASSWORD: &str = crate::support::PASSWORD;

#[tokio::test]
async fn who_is_suspended_is_out_at_once_and_back_when_restored() {
    let (app, admin) = with_admin().await;
    let (seller, buyer) = (app.seller("Rita").await, app.buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    buyer.messages_about(lamp, "Still there?").await;
    let mut room_socket = seller.socket(&format!("/ws/{}", room(&buyer, &seller))).await;
    let mut inbox = seller.socket("/ws/inbox").await;
    let mut other = buyer.socket(&format!("/ws/{}", room(&buyer, &seller))).await;
    room_socket.expect("hello").await;
    other.expect("hello").await;

    let people = admin.get("/admin/people?q=rita").await.ok();
    let suspended = admin.submit(&people.form("form[action$='/suspend']")).await;
    suspended.redirects_to("/admin/people?q=rita&page=1");
    within_deadline("both sockets to close", async {
        assert_eq!(room_socket.closed().await, 4401);
        assert_eq!(inbox.closed().await, 4401);
    })
    .await;
    let page = admin.follow(&suspended).await.ok();
    assert_eq!(page.text(".tag"), "Suspended");
    assert!(page.text(".flash").starts_with("Rita is suspended"));

    seller.get("/seller/dashboard").await.redirects_to("/login?next=/seller/dashboard");
    seller.sign_in(PASSWORD).await.refused();
    assert_eq!(app.visitor().get("/products").await.ok().count(".product-card"), 0);
    assert_eq!(admin.get("/admin/products").await.ok().text("tbody .tag"), "Seller suspended");
    // Nobody else is thrown out.
    other.close().await;
    buyer.get(&format!("/rooms/{}", room(&buyer, &seller))).await.ok();

    admin.submit(&page.form("form[action$='/restore']")).await.expect(303);
    seller.sign_in(PASSWORD).await.expect(303);
    assert_eq!(app.visitor().get("/products").await.ok().count(".product-card"), 1);
    assert_eq!(
        log(&admin).await,
        [
            "Ines | Restored a person | Rita (rita@example.com)",
            "Ines | Suspended a person | Rita (rita@example.com)"
        ]
    );
}

#[tokio::test]
async fn doing_it_again_does_nothing_and_leaves_no_line() {
    let (app, admin) = with_admin().await;
    let ana = app.buyer("Ana").await;
    let path = |what: &str| format!("/admin/people/{}/{what}", ana.account_id);
    for what in ["restore", "suspend", "suspend", "restore"] {
        admin.post(&path(what), &[]).await.redirects_to("/admin/people");
    }
    assert_eq!(log(&admin).await.len(), 2);
    admin.post("/admin/people/999999/suspend", &[]).await.expect(404);
    admin.post("/admin/people/ana/suspend", &[]).await.expect(404);
}

/// L4.
#[tokio::test]
async fn an_admin_is_suspended_and_demoted_by_another_one_only() {
    let (app, admin) = with_admin().await;
    let other = app.admin("Jonas").await;
    let path =
        |person: &crate::support::Person, what: &str| format!("/admin/people/{}/{what}", person.account_id);
    for what in ["suspend", "demote"] {
        let page = admin.follow(&admin.post(&path(&admin, what), &[]).await).await.ok();
        assert_eq!(page.text(".flash-error"), "Another admin has to do that to you.");
    }
    admin.get("/admin").await.ok();
    admin.post(&path(&other, "suspend"), &[]).await.expect(303);
    other.get("/admin").await.expect(303);
    other.sign_in(PASSWORD).await.refused();
    admin.post(&path(&other, "restore"), &[]).await.expect(303);
    admin.post(&path(&other, "demote"), &[]).await.expect(303);
    other.sign_in(PASSWORD).await.expect(303);
    other.get("/admin").await.expect(404);
    other.get("/messages").await.ok();
    assert_eq!(
        log(&admin).await,
        [
            "Ines | Made an ordinary person of an admin | Jonas (jonas@example.com)",
            "Ines | Restored a person | Jonas (jonas@example.com)",
            "Ines | Suspended a person | Jonas (jonas@example.com)"
        ]
    );
}

/// Two who take each other away at the same moment leave one.
#[tokio::test]
async fn there_is_always_an_admin() {
    let (app, ines) = with_admin().await;
    let jonas = app.admin("Jonas").await;
    let (suspend, demote) = (
        format!("/admin/people/{}/suspend", ines.account_id),
        format!("/admin/people/{}/demote", jonas.account_id),
    );
    tokio::join!(jonas.post(&suspend, &[]), ines.post(&demote, &[]));
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM accounts WHERE is_admin AND suspended_at IS NULL")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_hidden_product_is_for_its_seller_and_admins() {
    let (app, admin) = with_admin().await;
    let seller = app.seller("Rita").await;
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    let page = format!("/products/{lamp}");
    let list = admin.get("/admin/products?q=lamp").await.ok();
    let hidden = admin.submit(&list.form("form[action$='/hide']")).await;
    hidden.redirects_to("/admin/products?q=lamp&page=1");
    let list = admin.follow(&hidden).await.ok();
    assert_eq!(list.text("tbody .tag"), "Hidden");

    app.visitor().get(&page).await.expect(410);
    app.buyer("Ana").await.get(&page).await.expect(410);
    admin.get(&page).await.ok();
    seller.get(&page).await.ok();
    let dashboard = seller.get("/seller/dashboard").await.ok();
    assert_eq!(dashboard.text("tbody .tag"), "Hidden");
    assert!(!dashboard.has("form[action$='/sold']"));

    admin.submit(&list.form("form[action$='/show']")).await.expect(303);
    app.visitor().get(&page).await.ok();
    admin.post(&format!("/admin/products/{lamp}/show"), &[]).await.expect(303);
    admin.post("/admin/products/999999/hide", &[]).await.expect(303);
    assert_eq!(
        log(&admin).await,
        [
            format!("Ines | Showed a product again | “Lamp” (product {lamp})"),
            format!("Ines | Hid a product | “Lamp” (product {lamp})")
        ]
    );
}

#[tokio::test]
async fn the_way_back_is_only_ever_on_this_site() {
    let (app, admin) = with_admin().await;
    let ana = app.buyer("Ana").await;
    let path = format!("/admin/people/{}/suspend", ana.account_id);
    admin.post(&path, &[("next", "https://evil.example/")]).await.redirects_to("/admin/people");
}
