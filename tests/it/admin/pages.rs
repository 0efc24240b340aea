//! What the pages show, and what they never do. Who gets in is in `routes.rs`.

use std::{fs, path::Path};

use super::with_admin;
use crate::support::{Person, Product, room};

const PAGES: [&str; 6] =
    ["/admin", "/admin/people", "/admin/sellers/1", "/admin/products", "/admin/categories", "/admin/audit"];

#[tokio::test]
async fn the_overview_counts_everything_and_draws_the_last_month() {
    let (app, admin) = with_admin().await;
    let empty = admin.get("/admin").await.ok();
    assert_eq!(empty.texts(".stat-value"), ["0", "0", "0", "0"]);
    assert_eq!(empty.text(".empty-title"), "No conversations lately");
    assert_eq!(empty.texts("svg.chart desc"), ["None yet."; 3]);

    let (seller, buyer) = (app.seller("Rita").await, app.buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    Product::new("Book").sold().create(&app, &seller).await;
    buyer.messages_about(lamp, "Still there?").await;
    seller.sends(&room(&buyer, &seller), "Yes.").await;
    sqlx::query("UPDATE accounts SET created_at = now() - interval '40 days' WHERE id = $1")
        .bind(buyer.account_id)
        .execute(&app.db)
        .await
        .unwrap();

    assert_eq!(admin.get("/admin").await.ok().texts(".stat-value"), ["0"; 4], "as they were counted last");
    haggle::admin::count_market(&app.db).await.unwrap();
    let page = admin.get("/admin").await.ok();
    assert_eq!(page.texts(".stat-value"), ["2", "1", "1", "1"]);
    assert_eq!(
        page.texts(".stat-note"),
        ["1 new this week", "1 new this week", "2 offered this week", "2 messages"]
    );
    assert_eq!(page.texts(".chart-head .number"), ["1", "2", "2"]);
    assert_eq!(page.count("svg.chart rect"), 3);
    assert_eq!(page.attrs("svg.chart", "role"), ["img"; 3]);
    assert_eq!(page.count(".chart-table tbody tr"), 30);
    assert_eq!(page.texts(".chart-table tr:last-child td"), ["1", "2", "2"]);
    let figures = format!("/admin/sellers/{}", seller.seller_id());
    assert_eq!(page.attr(".link-list a", "href"), figures);
    assert!(page.text(".link-list a").ends_with("Rita 1 chat"));
}

#[tokio::test]
async fn people_are_found_by_name_shop_and_address() {
    let (app, admin) = with_admin().await;
    app.buyer("Ana Prado").await;
    let rita = app.seller("Rita").await;
    sqlx::query("UPDATE customers SET shop_name = 'Casa Velha'").execute(&app.db).await.unwrap();
    let names = async |query: &str| {
        let page = admin.get(&format!("/admin/people{query}")).await.ok();
        page.attrs("tbody tr", "id").into_iter().zip(page.texts("tbody td:nth-child(2)")).collect::<Vec<_>>()
    };
    let one = |person: &Person, role: &str| vec![(format!("person_{}", person.account_id), role.to_owned())];
    assert_eq!(names("").await.len(), 3);
    assert_eq!(names("?q=casa+VELHA").await, one(&rita, "Seller"));
    assert_eq!(names("?q=ana.prado%40exa").await.len(), 1);
    assert_eq!(names("?q=prado&role=seller").await.len(), 0);
    assert_eq!(names("?role=seller").await, one(&rita, "Seller"));
    assert_eq!(names("?role=admin").await, one(&admin, "Admin"));
    assert_eq!(names("?q=%25").await.len(), 0);
    let page = admin.get("/admin/people?role=seller").await.ok();
    for path in ["/sellers/", "/admin/sellers/"] {
        assert!(page.has(&format!("td a[href='{path}{}']", rita.seller_id())), "{path}");
    }
}

#[tokio::test]
async fn a_seller_has_a_page_of_figures() {
    let (app, admin) = with_admin().await;
    let (seller, buyer) = (app.seller("Rita").await, app.buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    Product::new("Book").sold().create(&app, &seller).await;
    buyer.messages_about(lamp, "Still there?").await;
    let page = admin.get(&format!("/admin/sellers/{}", seller.seller_id())).await.ok();
    assert_eq!(
        page.texts(".stat"),
        [
            "For sale 1",
            "Sold 1",
            "Hidden 0",
            "Deleted 0",
            "Views 0",
            "People who wrote 1",
            "Messages received 1",
            "Messages sent 0"
        ]
    );
    assert!(page.has(&format!("a[href='/sellers/{}']", seller.seller_id())));
    admin.get("/admin/sellers/999").await.expect(404);
}

#[tokio::test]
async fn products_are_found_by_words_number_state_and_seller() {
    let (app, admin) = with_admin().await;
    let (rita, tomas) = (app.seller("Rita").await, app.seller("Tomas").await);
    let lamp = Product::new("Oak lamp").create(&app, &rita).await;
    Product::new("Brass lamp").sold().create(&app, &tomas).await;
    let titles = async |query: &str| {
        let page = admin.get(&format!("/admin/products{query}")).await.ok();
        page.texts("tbody .cell-main a")
    };
    assert_eq!(titles("").await, ["Brass lamp", "Oak lamp"]);
    assert_eq!(titles("?q=lamps").await, ["Brass lamp", "Oak lamp"]);
    assert_eq!(titles("?q=oak").await, ["Oak lamp"]);
    assert_eq!(titles(&format!("?q={lamp}")).await, ["Oak lamp"]);
    assert_eq!(titles("?show=sold").await, ["Brass lamp"]);
    assert_eq!(titles(&format!("?seller={}", rita.seller_id())).await, ["Oak lamp"]);
    assert_eq!(titles("?q=%22'%00").await.len(), 0);
}

/// Everything an admin can see, after somebody said something that stands nowhere else.
#[tokio::test]
async fn no_page_shows_what_people_say_to_each_other() {
    let (app, admin) = with_admin().await;
    let (seller, buyer) = (app.seller("Rita").await, app.buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    buyer.messages_about(lamp, "the secret is xylophone").await;
    seller.sends(&room(&buyer, &seller), "xylophone it is").await;
    admin.post(&format!("/admin/products/{lamp}/hide"), &[]).await.expect(303);
    admin.post(&format!("/admin/people/{}/suspend", buyer.account_id), &[]).await.expect(303);

    let product = format!("/products/{lamp}");
    let seller_page = format!("/sellers/{}", seller.seller_id());
    let searches = ["/admin/people?q=xylophone", "/admin/products?q=xylophone", "/", &product, &seller_page];
    for path in PAGES.into_iter().chain(searches) {
        let page = admin.get(path).await.ok().body().replace("value=\"xylophone\"", "");
        assert!(!page.contains("xylophone"), "{path} shows a message");
        assert!(!page.contains("/rooms/"), "{path} leads to a room");
    }
    let key = room(&buyer, &seller);
    for path in [format!("/rooms/{key}"), format!("/rooms/{key}/messages")] {
        admin.get(&path).await.expect(404);
        admin.get_json(&path).await.expect(404);
    }
    assert_eq!(admin.try_socket(&format!("/ws/{key}")).await.err(), Some(404));
}

/// Not even a query: the columns that hold what was said aren't named.
#[test]
fn no_query_names_a_messages_text() {
    let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin")];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = fs::read_to_string(&path).unwrap().to_lowercase();
        let words: Vec<&str> = source.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for named in ["body", "last_body", "payload"] {
            assert!(!words.contains(&named), "{} names {named}", path.display());
        }
        for table in ["messages", "post_messages", "rooms"] {
            let all = [format!("{table}.*"), format!("select * from {table}")];
            assert!(!all.iter().any(|all| source.contains(all)), "{} selects all of {table}", path.display());
        }
        read += 1;
    }
    assert!(read > 10, "the test looks into the right folder");
}
