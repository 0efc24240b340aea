//! What whoever runs the place sets on a page: live at once, on every page and every node.

mod logo;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{Form, Page, Person, Product, TestApp, eventually};

async fn with_admin() -> (TestApp, Person) {
    let app = TestApp::start().await;
    let admin = app.admin("Ines").await;
    (app, admin)
}

async fn form(admin: &Person) -> Form {
    admin.get("/admin/settings").await.ok().form("#settings")
}

/// Saves these fields, the others as they are.
async fn save(admin: &Person, fields: &[(&str, &str)]) -> Page {
    let form = form(admin).await;
    admin.submit(&fields.iter().fold(form, |form, (name, value)| form.set(name, value))).await
}

async fn latest_in_log(admin: &Person) -> String {
    admin.get("/admin/audit").await.ok().texts("tbody tr:first-child td:not(:first-child)").join(" | ")
}

#[tokio::test]
async fn what_is_saved_is_on_every_page_and_in_the_audit_log() {
    let (app, admin) = with_admin().await;
    assert!(admin.get("/admin").await.ok().text(".notice").contains("no name and rules of its own yet"));
    let saved = save(
        &admin,
        &[
            ("name", "Bazar <Brno>"),
            ("tagline", "Used things of Brno"),
            ("contact", "help@bazar.example"),
            ("banner", "Closed on Sunday."),
            ("country", "CZ"),
            ("time_zone", "Europe/Prague"),
        ],
    )
    .await;
    saved.redirects_to("/admin/settings");
    for path in ["/", "/products", "/login", "/about"] {
        let page = app.visitor().get(path).await.ok();
        assert!(page.text("title").contains("Bazar <Brno>"), "{path}");
        assert_eq!(page.text(".logo"), "Bazar <Brno>");
        assert_eq!(page.text(".banner"), "Closed on Sunday.");
        assert!(page.text(".footer p").starts_with("Bazar <Brno>: Used things of Brno"), "{path}");
        assert!(page.attrs(".footer a", "href").contains(&"mailto:help@bazar.example".to_owned()));
    }
    let home = app.visitor().get("/").await.ok();
    assert_eq!(home.attr("meta[property='og:site_name']", "content"), "Bazar <Brno>");
    assert_eq!(home.attr("meta[property='og:locale']", "content"), "en_CZ");
    assert_eq!(home.attr("meta[property='og:description']", "content"), "Used things of Brno");
    let manifest = app.visitor().get("/manifest.webmanifest").await.ok();
    assert_eq!(manifest.header("content-type"), Some("application/manifest+json"));
    assert_eq!(manifest.json()["name"], "Bazar <Brno>");
    assert_eq!(manifest.json()["description"], "Used things of Brno");
    assert!(!admin.get("/admin").await.ok().body().contains("no name and rules of its own yet"));
    let log = latest_in_log(&admin).await;
    assert!(log.starts_with("Ines | Changed the settings | name: “” → “Bazar <Brno>”; tagline:"), "{log}");
    assert!(log.contains("time zone: “” → “Europe/Prague”"), "{log}");

    // Left open again, it is as the program was started.
    save(&admin, &[("name", ""), ("contact", ""), ("tagline", ""), ("banner", "")]).await.expect(303);
    let home = app.visitor().get("/").await.ok();
    assert_eq!(home.text(".logo"), "Haggle");
    assert!(!home.has(".banner") && !home.body().contains("mailto:"));
}

#[tokio::test]
async fn what_cannot_be_is_refused_beside_its_field_and_nothing_is_lost() {
    let (app, admin) = with_admin().await;
    let long = "x".repeat(41);
    let page = save(
        &admin,
        &[
            ("name", &long),
            ("contact", "nowhere"),
            ("country", "XX"),
            ("accent", "reddish"),
            ("currencies", "XYZ"),
            ("registration", "nobody"),
            ("banner", "Kept all the same"),
        ],
    )
    .await
    .refused();
    for field in ["name", "contact", "country", "accent"] {
        assert!(page.has(&format!("#{field}_error")), "{field}");
    }
    assert_eq!(page.form("#settings").value("banner"), "Kept all the same");
    assert_eq!(page.form("#settings").value("accent"), "reddish");
    let page = save(&admin, &[("time_zone", "Europe/Atlantis")]).await.refused();
    assert!(page.text("#time_zone_error").contains("no time zone of this name"));
    let page = save(&admin, &[("currencies", "EUR"), ("default_currency", "CZK")]).await.refused();
    assert!(page.has("#default_currency_error"));
    assert_eq!(app.visitor().get("/").await.ok().text(".logo"), "Haggle");
}

#[tokio::test]
async fn the_second_of_two_admins_sees_what_the_first_has_saved_and_loses_nothing() {
    let (app, ines) = with_admin().await;
    let jana = app.admin("Jana").await;
    let late = form(&jana).await.set("name", "Jana’s").set("tagline", "Words of Jana");
    save(&ines, &[("name", "Ines’")]).await.expect(303);
    let page = jana.submit(&late).await.refused();
    let said = page.text(".flash-error");
    assert!(said.contains("name is “Ines’”") && said.contains("tagline is empty"), "{said}");
    assert_eq!(app.visitor().get("/").await.ok().text(".logo"), "Ines’");
    let again = page.form("#settings");
    assert_eq!((again.value("name"), again.value("tagline")), ("Jana’s", "Words of Jana"));
    jana.submit(&again).await.expect(303);
    assert_eq!(app.visitor().get("/").await.ok().text(".logo"), "Jana’s");
}

#[tokio::test]
async fn a_colour_comes_as_a_style_sheet_that_everybody_can_read() {
    let (app, admin) = with_admin().await;
    app.visitor().get("/theme.css").await.expect(404);
    let saved = save(&admin, &[("accent", "#FFEE00")]).await;
    let page = admin.follow(&saved).await.ok();
    assert!(
        page.text(".flash-success").contains("light pages show it darker, as #"),
        "{}",
        page.text("main")
    );
    assert!(page.text("#accent_hint").contains("light pages show it darker"));
    let home = app.visitor().get("/").await.ok();
    let sheets = home.attrs("link[rel='stylesheet']", "href");
    assert_eq!(sheets.len(), 2);
    let css = app.visitor().get(&sheets[1]).await.ok();
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(css.header("cache-control").unwrap().contains("immutable"));
    assert!(
        css.body().contains("@layer tokens") && css.body().contains("--brand: #ffee00;"),
        "{}",
        css.body()
    );
    assert!(!home.body().contains("style=\"") && !home.body().contains("<style"));
    // An address of before, or of a node that knows more already.
    let older = app.visitor().get("/theme.css?v=older").await.ok();
    assert_eq!(older.header("cache-control"), Some("no-cache"));
    save(&admin, &[("accent", "")]).await.expect(303);
    assert_eq!(app.visitor().get("/").await.ok().count("link[rel='stylesheet']"), 1);
}

#[tokio::test]
async fn sellers_choose_from_the_currencies_that_are_set() {
    let (app, admin) = with_admin().await;
    let seller = app.seller("Tomas").await;
    let mut some = form(&admin).await.set("default_currency", "CZK");
    some.fields.extend(["EUR", "CZK"].map(|code| ("currencies".to_owned(), code.to_owned())));
    admin.submit(&some).await.expect(303);
    let page = seller.get("/seller/products/new").await.ok();
    assert_eq!(page.attrs("#currency option", "value"), ["EUR", "CZK"]);
    assert_eq!(page.form(".product-form form").value("currency"), "CZK");
    let wrong = page.form(".product-form form").set("currency", "USD");
    assert!(seller.submit(&wrong).await.refused().body().contains("Prices here are in EUR, CZK."));
    Product::new("Lamp").price(500, "USD").create(&app, &seller).await;
    assert_eq!(
        seller.get("/seller/products/new").await.ok().form(".product-form form").value("currency"),
        "EUR"
    );
}

#[tokio::test]
async fn the_other_nodes_see_it_by_themselves() {
    let (app, admin) = with_admin().await;
    let two = app.beside().await;
    save(&admin, &[("name", "Bazar")]).await.expect(303);
    eventually("the other node to be called Bazar", async || {
        let page = two.visitor().get("/").await.ok();
        (page.text(".logo") == "Bazar").then_some(())
    })
    .await;
}

/// Kolkata is five and a half hours ahead, in summer as in winter.
#[tokio::test]
async fn times_are_the_marketplaces_where_nobodys_own_are_known() {
    let (app, admin) = with_admin().await;
    let ana = app.buyer("Ana").await;
    let shown = async || {
        let page = admin.get("/admin/people").await.ok();
        let zone = page.text("footer noscript");
        let (at, text) = (page.attrs("tbody time", "datetime").remove(0), page.texts("tbody time").remove(0));
        let at = OffsetDateTime::parse(&at, &Rfc3339).unwrap();
        let minutes = |time: &str| {
            let (hours, minutes) = time.rsplit_once(' ').unwrap().1.split_once(':').unwrap();
            hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
        };
        let utc = i64::from(at.hour()) * 60 + i64::from(at.minute());
        ((minutes(&text) - utc).rem_euclid(24 * 60), zone)
    };
    assert_eq!(shown().await, (0, "Times are in UTC.".to_owned()));
    save(&admin, &[("time_zone", "Asia/Kolkata")]).await.expect(303);
    assert_eq!(shown().await, (330, "Times are in Asia/Kolkata.".to_owned()));
    let choices = ana.get("/settings/notices").await.ok();
    assert_eq!(choices.attr("#time_zone option[selected]", "value"), "Asia/Kolkata");
}
