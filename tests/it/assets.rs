//! What a page asks for beside itself.

use std::io::Read as _;

use axum::http::{Method, header};

use crate::support::{Person, Product, TestApp, room};

/// The addresses of an attribute's values that follow `before`.
fn addresses(page: &str, before: &str) -> Vec<String> {
    page.split(before).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_page_links_one_style_sheet_that_holds_all_of_them() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/").await.ok().body().to_string();
    let sheets = addresses(&page, "<link rel=\"stylesheet\" href=\"");
    assert_eq!(sheets.len(), 1);
    let sheet = app.visitor().get(&sheets[0]).await.ok();
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").unwrap().contains("immutable"));
    let sheet = sheet.body().to_string();
    assert!(sheet.starts_with("@layer tokens, base"), "the order of the layers");
    assert!(!sheet.contains("/*"));
    let comments = regex::Regex::new(r"(?s)/\*.*?\*/").unwrap();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/css")).unwrap() {
        let file = file.unwrap().path();
        let part = std::fs::read_to_string(&file).unwrap();
        let part = comments.replace_all(&part, "");
        let lines: Vec<_> = part.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(sheet.matches(&format!("{}\n", lines.join("\n"))).count(), 1, "{}", file.display());
    }
}

#[tokio::test]
async fn a_page_links_one_script_of_its_kind() {
    let app = TestApp::start().await;
    let (visitor, buyer, seller) = (app.visitor(), app.buyer("Ana").await, app.seller("Tomas").await);
    let product = Product::new("Lamp").create(&app, &seller).await;
    buyer.messages_about(product, "Hello").await;
    let room = format!("/rooms/{}", room(&buyer, &seller));
    let (product, edit) = (format!("/products/{product}"), format!("/seller/products/{product}/edit"));
    let pages: [(&Person, &str, &str, &[&str]); 9] = [
        (&visitor, "/", "visitor", &["js/app.js"]),
        (&visitor, &product, "visitor", &["js/products/gallery.js"]),
        (&visitor, "/login", "visitor", &["js/accounts/passkeys.js"]),
        (&buyer, "/", "member", &["js/app.js", "js/notices/bell.js", "js/chat/inbox/inbox.js"]),
        (&buyer, &product, "member", &["js/products/gallery.js", "js/chat/room.js"]),
        (&buyer, &room, "member", &["js/chat/room.js"]),
        (&seller, &edit, "desk", &["js/products/photo_order.js", "js/products/photo_picker.js"]),
        (&buyer, "/settings/notices", "desk", &["js/notices/settings.js", "js/chat/inbox/inbox.js"]),
        (&buyer, "/account/second-factor", "desk", &["js/accounts/passkeys.js"]),
    ];
    for (person, page, kind, modules) in pages {
        let scripts =
            addresses(&person.get(page).await.ok().body().to_string(), "<script type=\"module\" src=\"");
        assert_eq!(scripts.len(), 1, "{page}");
        assert!(scripts[0].ends_with(&format!("/js/pages/{kind}.js")), "{page}: {}", scripts[0]);
        let script = app.visitor().get(&scripts[0]).await.ok();
        assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert!(script.header("cache-control").unwrap().contains("immutable"));
        for module in modules {
            assert_eq!(script.body().matches(&format!("\n// {module}\n")).count(), 1, "{page}: {module}");
        }
        assert!(!script.body().contains("\nimport ") && !script.body().contains("\nexport "));
    }
}

#[tokio::test]
async fn what_pages_link_comes_compressed_as_its_reader_takes_it() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/").await.ok().body().to_string();
    let sheet = addresses(&page, "<link rel=\"stylesheet\" href=\"").remove(0);
    let visitor = app.visitor();
    let plain = visitor.get(&sheet).await.ok().body().to_string();
    let ask = async |coding: &'static str| {
        let answer = visitor.request(Method::GET, &sheet).header(header::ACCEPT_ENCODING, coding);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.headers()["vary"], "accept-encoding", "{coding}");
        let kind = answer.headers().get("content-encoding").map(|kind| kind.to_str().unwrap().to_owned());
        (kind, answer.bytes().await.unwrap())
    };
    let (kind, packed) = ask("gzip, deflate, br").await;
    assert_eq!(kind.as_deref(), Some("br"));
    let mut text = String::new();
    brotli::Decompressor::new(&*packed, 4096).read_to_string(&mut text).unwrap();
    assert!(text == plain && packed.len() * 5 < plain.len());
    let (kind, packed) = ask("br;q=0, gzip").await;
    assert_eq!(kind.as_deref(), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text).unwrap();
    assert!(text == plain);
    let (kind, whole) = ask("identity").await;
    assert!(kind.is_none() && whole == plain);

    // A font is small already.
    let font = addresses(&page, "<link rel=\"preload\" href=\"").remove(0);
    let answer = visitor.request(Method::GET, &font).header(header::ACCEPT_ENCODING, "gzip, br");
    assert_eq!(answer.send().await.unwrap().headers().get("content-encoding"), None);
}
