//! Lists that are rendered once for many: nobody sees another's, and nobody what is gone.

use reqwest::Method;

use crate::support::{DbProxy, Page, Person, Product, TestApp, eventually};

use super::titles;

/// What a list offers to do with each product.
async fn offers(person: &Person) -> Vec<String> {
    let page: Page = person.get("/products").await.ok();
    page.texts(".product-card-chat")
        .iter()
        .map(|text| text.split_whitespace().next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn nobody_sees_anothers_list() {
    let app = TestApp::start().await;
    let (tomas, ana) = (app.seller("Tomas").await, app.buyer("Ana").await);
    let (rosa, admin) = (app.seller("Rosa").await, app.admin("Root").await);
    Product::new("Lamp").create(&app, &tomas).await;
    Product::new("Chair").create(&app, &rosa).await;
    for _ in 0..2 {
        assert_eq!(offers(&app.visitor()).await, ["Chat", "Chat"]);
        assert_eq!(offers(&ana).await, ["Chat", "Chat"]);
        assert_eq!(offers(&tomas).await, ["Chat", "Edit"]);
        assert_eq!(offers(&rosa).await, ["Edit", "Chat"]);
        assert_eq!(offers(&admin).await, [""; 0]);
        let page = ana.get("/products").await.ok();
        assert!(page.body().contains("Ana") && !page.body().contains("Tomas"));
        assert!(!app.visitor().get("/products").await.ok().body().contains("Ana"));
    }
}

#[tokio::test]
async fn what_a_seller_takes_away_is_gone_from_the_next_list_on_every_node() {
    let app = TestApp::start().await;
    let other = app.beside().await;
    let (tomas, ana) = (app.seller("Tomas").await, app.buyer("Ana").await);
    let there = ana.on_node(&other);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    Product::new("Chair").create(&app, &tomas).await;
    eventually("the other node has both", async || {
        (titles(&there, "/products").await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(titles(&ana, "/products").await, ["Chair", "Lamp"]);
    tomas.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);
    assert_eq!(titles(&ana, "/products").await, ["Chair"], "at once, where it was taken away");
    eventually("gone there too", async || (titles(&there, "/products").await == ["Chair"]).then_some(()))
        .await;
    // By somebody who goes past every node.
    sqlx::query("UPDATE products SET hidden_at = now()").execute(&app.db).await.unwrap();
    for person in [&ana, &there] {
        eventually("nothing is left", async || titles(person, "/products").await.is_empty().then_some(()))
            .await;
    }
}

#[tokio::test]
async fn a_category_renamed_is_on_the_admins_next_page() {
    let app = TestApp::start().await;
    let (tomas, admin) = (app.seller("Tomas").await, app.admin("Root").await);
    Product::new("Lamp").create(&app, &tomas).await;
    let visitor = app.visitor();
    assert!(visitor.get("/products").await.ok().body().contains("Vehicles"));
    let id: i64 = sqlx::query_scalar("SELECT id FROM categories WHERE slug = 'vehicles'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    let fields = [("name", "Cars & bikes"), ("icon", "car")];
    admin.post(&format!("/admin/categories/{id}"), &fields).await.expect(303);
    assert!(visitor.get("/products").await.ok().body().contains("Cars &#38; bikes"));
    assert!(visitor.get("/").await.ok().body().contains("Cars &#38; bikes"));
}

/// A list costs somebody signed in two statements, and one while the list is the same; a product whose seller they haven't
/// written to three, the product itself in memory.
#[tokio::test]
async fn a_pages_statements_are_counted() {
    let app = TestApp::start().await;
    let (tomas, ana) = (app.seller("Tomas").await, app.buyer("Ana").await);
    let lamp = format!("/products/{}", Product::new("Lamp").create(&app, &tomas).await);
    let (wire, db) = DbProxy::to(&app.db).await;
    let node = app.beside_over(db).await;
    let (ana, visitor) = (ana.on_node(&node), node.visitor());
    eventually("the node listens", async || node.state().products.catalogue.version()).await;
    // As `get`, which asks the search index to catch up first: that is a statement of its own.
    let look = async |person: &Person, path: &str| person.send(person.request(Method::GET, path)).await.ok();
    for (person, path, cold, warm) in [
        (&ana, "/products", 2, 1),
        (&ana, "/products?category=vehicles", 2, 1),
        (&visitor, "/products", 1, 0),
        (&ana, &lamp, 8, 3),
        (&visitor, &lamp, 5, 0),
    ] {
        // The first time each statement is made ready.
        look(person, path).await;
        // The node looks for new settings and jobs now and then, which may fall into one of these.
        let (mut colds, mut warms) = (usize::MAX, usize::MAX);
        for _ in 0..5 {
            node.state().products.catalogue.bump();
            // The search index looks what changed.
            node.state().catalog.index.catch_up().await;
            wire.statements();
            look(person, path).await;
            colds = colds.min(wire.statements());
            look(person, path).await;
            warms = warms.min(wire.statements());
        }
        assert_eq!((colds, warms), (cold, warm), "{path}");
    }
}

/// Sessions are looked up together: many at once are answered each by their own, and an ended one by nobody.
#[tokio::test]
async fn many_readers_at_once_are_each_themselves() {
    let app = TestApp::start().await;
    let names: Vec<String> = (0..12).map(|n| format!("Reader {n}")).collect();
    let mut people = Vec::new();
    for name in &names {
        people.push(app.buyer(name).await);
    }
    let ended = app.buyer("Gone").await;
    sqlx::query("DELETE FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE name = 'Gone')")
        .execute(&app.db)
        .await
        .unwrap();
    for _ in 0..5 {
        let pages = futures_util::future::join_all(people.iter().map(|person| person.get("/products")));
        let (pages, nobodys) = tokio::join!(pages, ended.get("/products"));
        for (page, name) in pages.into_iter().zip(&names) {
            let body = page.ok().body();
            assert!(body.contains(name.as_str()), "{name} reads another's page");
            assert_eq!(names.iter().filter(|other| body.contains(&format!("{other}<"))).count(), 1);
        }
        assert!(!nobodys.ok().body().contains("Gone"));
    }
}
