//! A search as an Atom feed.

use reqwest::{Method, header::IF_NONE_MATCH};

use crate::support::{Page, Person, Product, TestApp};

use super::xml::{assert_valid, values};

async fn feed(person: &Person, path: &str) -> Page {
    let feed = person.get(path).await.ok();
    assert_valid(&feed, "application/atom+xml", "atom");
    feed
}

/// Without the feed's own title.
fn titles(feed: &Page) -> Vec<String> {
    values(feed, "title").split_off(1)
}

#[tokio::test]
async fn a_page_of_a_search_leads_to_its_feed() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    Product::new("Red bicycle").category("vehicles").price(12_000, "EUR").create(&app, &seller).await;
    Product::new("Bicycle bell")
        .description("Bicycle, bicycle")
        .category("sports")
        .create(&app, &seller)
        .await;
    let blue = Product::new("Blue bicycle").category("vehicles").price(8_000, "EUR").photos(1);
    let blue = blue.create(&app, &seller).await;
    Product::new("Sold bicycle").category("vehicles").sold().create(&app, &seller).await;
    let visitor = app.visitor();
    let alternate = "link[rel=alternate][type='application/atom+xml']";
    for (query, path, expected) in [
        ("", "/products.atom", vec!["Blue bicycle", "Bicycle bell", "Red bicycle"]),
        (
            "?category=vehicles&after=x",
            "/products.atom?category=vehicles",
            vec!["Blue bicycle", "Red bicycle"],
        ),
        // The newest first, whatever fits best or costs least.
        (
            "?q=bicycle&sort=price_low",
            "/products.atom?q=bicycle",
            vec!["Blue bicycle", "Bicycle bell", "Red bicycle"],
        ),
        ("?q=%22red+bicycle%22&max=120", "/products.atom?q=%22red%20bicycle%22&max=120", vec!["Red bicycle"]),
        ("?q=nothing+of+this", "/products.atom?q=nothing%20of%20this", vec![]),
    ] {
        let page = visitor.get(&format!("/products{query}")).await.ok();
        assert_eq!(page.attr(alternate, "href"), path);
        let feed = feed(&visitor, path).await;
        assert_eq!(titles(&feed), expected, "{path}");
        let own = format!("{}{path}", app.origin());
        assert_eq!(values(&feed, "id")[0], own);
        assert!(feed.body().contains(&format!(
            "rel=\"self\" type=\"application/atom+xml\" href=\"{}\"",
            own.replace('&', "&#38;")
        )));
        assert_eq!(values(&feed, "title")[0], page.text("title"));
    }
    assert_eq!(visitor.get("/").await.ok().attr(alternate, "href"), "/products.atom");

    let all = feed(&visitor, "/products.atom").await;
    let origin = app.origin();
    assert_eq!(values(&all, "id")[1], format!("{origin}/products/{blue}"), "it stays when the title changes");
    assert!(all.body().contains(&format!("href=\"{origin}/products/{blue}-blue-bicycle\"")));
    assert!(all.body().contains("<p>€80 · Lisbon</p>") && all.body().contains("/preview.jpg\""));
    assert_eq!(values(&all, "updated")[0], values(&all, "updated")[1], "that of the newest");
}

#[tokio::test]
async fn a_feed_holds_whatever_people_write() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let nasty = "<b>&amp; ]]> \"quotes\" 'and' \u{1}\u{b}\u{fffe}so on</entry> 🚲";
    Product::new(nasty).place(nasty).create(&app, &seller).await;
    let shown = "<b>&amp; ]]> \"quotes\" 'and' so on</entry> 🚲";
    assert_eq!(titles(&feed(&app.visitor(), "/products.atom").await), [shown]);
    // And search for.
    let feed = feed(&app.visitor(), "/products.atom?q=%22quotes%22%3C%26+-x%EF%BF%BE").await;
    assert_eq!(titles(&feed), [shown]);
    assert!(values(&feed, "title")[0].starts_with("“\"quotes\"<& -x”"), "{}", values(&feed, "title")[0]);
}

#[tokio::test]
async fn a_feed_that_hasnt_changed_isnt_sent_again() {
    let app = TestApp::start().await;
    let (seller, ana) = (app.seller("Tomas").await, app.buyer("Ana").await);
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    Product::new("Chair").create(&app, &seller).await;
    let visitor = app.visitor();
    let first = feed(&visitor, "/products.atom").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = async |tag: &str| {
        visitor.send(visitor.request(Method::GET, "/products.atom").header(IF_NONE_MATCH, tag)).await
    };
    assert_eq!(again(&tag).await.status, 304);
    assert_eq!(again(&format!("\"other\", W/{tag}")).await.expect(304).body(), "");
    // The same for everybody.
    for person in [&ana, &seller] {
        assert_eq!(feed(person, "/products.atom").await.header("etag"), Some(&*tag));
    }
    seller.post(&format!("/seller/products/{lamp}/delete"), &[]).await.expect(303);
    let changed = again(&tag).await.ok();
    assert_eq!(titles(&changed), ["Chair"]);
    assert_ne!(changed.header("etag"), Some(&*tag));
}

#[tokio::test]
async fn a_feed_of_what_isnt_there_is_refused_in_words() {
    let app = TestApp::start().await;
    for query in ["category=gone", "min=cheap", "currency=XXX"] {
        let refused = app.visitor().get(&format!("/products.atom?{query}")).await.expect(400);
        assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"), "{query}");
        assert!(refused.body().contains("can't be understood") && !refused.body().contains('<'));
    }
    // As on the page, what nobody knows is no filter.
    for query in ["unknown=1", "after=x", "sort=x", "q=%00", "q=---", "min=20&max=10"] {
        feed(&app.visitor(), &format!("/products.atom?{query}")).await;
    }
}

/// What is gone is gone at every address.
#[tokio::test]
async fn what_is_gone_is_gone_everywhere() {
    let app = TestApp::start().await;
    let (seller, admin) = (app.seller("Tomas").await, app.admin("Root").await);
    let visitor = app.visitor();
    let mut ids = Vec::new();
    for title in ["Deleted lamp", "Hidden lamp", "Lamp"] {
        ids.push(Product::new(title).create(&app, &seller).await);
    }
    let atom = "/products.atom?q=lamp";
    assert_eq!(titles(&feed(&visitor, atom).await), ["Lamp", "Hidden lamp", "Deleted lamp"]);
    seller.post(&format!("/seller/products/{}/delete", ids[0]), &[]).await.expect(303);
    admin.post(&format!("/admin/products/{}/hide", ids[1]), &[]).await.expect(303);
    for (id, slug) in [(ids[0], "deleted-lamp"), (ids[1], "hidden-lamp")] {
        for address in [format!("{id}"), format!("{id}-{slug}"), format!("{id}-other-words")] {
            let gone = visitor.get(&format!("/products/{address}")).await.expect(410);
            assert!(
                gone.header("location").is_none() && !gone.body().contains(slug),
                "it isn't told what it was"
            );
        }
        visitor.get_json(&format!("/api/v1/products/{id}")).await.expect(410);
    }
    assert_eq!(titles(&feed(&visitor, atom).await), ["Lamp"]);
    let sitemap = visitor.get("/sitemaps/products-1.xml").await.ok();
    assert_eq!(values(&sitemap, "loc"), [format!("{}/products/{}-lamp", app.origin(), ids[2])]);
}
