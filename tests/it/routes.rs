//! Every route against everybody who shouldn't get through it. A new route without a line here fails.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use reqwest::header::HeaderMap;

use crate::support::{Page, Person, Product, TestApp, room};

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum For {
    Everybody,
    SignedIn,
    Sellers,
    Admins,
}

use For::{Admins, Everybody, Sellers, SignedIn};

pub const ROUTES: &[(&str, &str, For)] = &[
    ("GET", "/", Everybody),
    ("GET", "/up", Everybody),
    ("GET", "/favicon.ico", Everybody),
    ("GET", "/static/{version}/{*path}", Everybody),
    ("GET", "/robots.txt", Everybody),
    ("GET", "/.well-known/security.txt", Everybody),
    ("GET", "/.well-known/assetlinks.json", Everybody),
    ("GET", "/.well-known/apple-app-site-association", Everybody),
    ("GET", "/sw.js", Everybody),
    ("GET", "/offline", Everybody),
    ("GET", "/icons/{version}/{file}", Everybody),
    ("GET", "/share", SignedIn),
    // Answers 401 with a page, by which the service worker keeps what is shared over the sign-in.
    ("POST", "/share", Everybody),
    ("GET", "/setup", Everybody),
    ("POST", "/setup", Everybody),
    ("GET", "/theme.css", Everybody),
    ("GET", "/manifest.webmanifest", Everybody),
    ("GET", "/about", Everybody),
    ("GET", "/api", Everybody),
    ("GET", "/legal/{page}", Everybody),
    ("GET", "/legal/{page}/{version}", Everybody),
    ("GET", "/media/{key}/{file}", Everybody),
    ("GET", "/register", Everybody),
    ("POST", "/register", Everybody),
    ("GET", "/login", Everybody),
    ("POST", "/login", Everybody),
    // In the middle of signing in; others begin at its start.
    ("GET", "/login/code", SignedIn),
    ("POST", "/login/code", SignedIn),
    ("POST", "/login/code/passkey", SignedIn),
    ("POST", "/login/code/passkey/challenge", Everybody),
    ("POST", "/login/passkey", Everybody),
    ("POST", "/login/passkey/challenge", Everybody),
    ("POST", "/logout", Everybody),
    ("GET", "/account", SignedIn),
    ("POST", "/account", SignedIn),
    ("POST", "/account/password", SignedIn),
    ("POST", "/account/sign-out-everywhere", SignedIn),
    ("POST", "/account/email", SignedIn),
    ("POST", "/account/email/confirm", SignedIn),
    ("GET", "/confirm-email", Everybody),
    ("POST", "/confirm-email", Everybody),
    ("GET", "/change-email", Everybody),
    ("POST", "/change-email", Everybody),
    ("GET", "/undo-email", Everybody),
    ("POST", "/undo-email", Everybody),
    ("GET", "/forgot-password", Everybody),
    ("POST", "/forgot-password", Everybody),
    ("GET", "/reset-password", Everybody),
    ("POST", "/reset-password", Everybody),
    ("GET", "/account/second-factor", SignedIn),
    ("POST", "/account/second-factor", SignedIn),
    ("POST", "/account/second-factor/codes", SignedIn),
    ("POST", "/account/second-factor/remove", SignedIn),
    ("POST", "/account/passkeys", SignedIn),
    ("POST", "/account/passkeys/challenge", SignedIn),
    ("POST", "/account/passkeys/{id}/remove", SignedIn),
    ("GET", "/account/confirm", SignedIn),
    ("POST", "/account/confirm", SignedIn),
    ("POST", "/account/confirm/challenge", SignedIn),
    ("GET", "/account/sessions", SignedIn),
    ("POST", "/account/sessions/end", SignedIn),
    ("POST", "/account/sessions/end-others", SignedIn),
    ("GET", "/account/tokens", SignedIn),
    ("POST", "/account/tokens", SignedIn),
    ("POST", "/account/tokens/{id}/end", SignedIn),
    ("GET", "/oauth/authorize", Everybody),
    ("POST", "/oauth/authorize", SignedIn),
    ("POST", "/oauth/token", Everybody),
    ("POST", "/oauth/revoke", Everybody),
    ("GET", "/.well-known/oauth-authorization-server", Everybody),
    ("POST", "/account/photo", SignedIn),
    ("POST", "/account/photo/remove", SignedIn),
    ("GET", "/account/leave", SignedIn),
    ("POST", "/account/export", SignedIn),
    ("GET", "/account/export.zip", SignedIn),
    ("POST", "/account/delete", SignedIn),
    ("POST", "/account/keep", SignedIn),
    ("POST", "/account/sell", SignedIn),
    ("GET", "/products", Everybody),
    ("GET", "/products.atom", Everybody),
    ("GET", "/suggestions", Everybody),
    ("GET", "/sitemap.xml", Everybody),
    ("GET", "/sitemaps/{file}", Everybody),
    ("GET", "/products/{id}", Everybody),
    ("POST", "/products/{id}/messages", SignedIn),
    ("GET", "/sellers/{id}", Everybody),
    ("GET", "/seller/dashboard", Sellers),
    ("GET", "/seller/products/new", SignedIn),
    ("POST", "/seller/products", Sellers),
    ("GET", "/seller/products/{id}/edit", Sellers),
    ("POST", "/seller/products/{id}/edit", Sellers),
    ("POST", "/seller/products/{id}/delete", Sellers),
    ("POST", "/seller/products/{id}/reserve", Sellers),
    ("POST", "/seller/products/{id}/sold", Sellers),
    ("POST", "/seller/products/{id}/available", Sellers),
    ("GET", "/messages", SignedIn),
    ("GET", "/notices", SignedIn),
    ("POST", "/notices/read", SignedIn),
    ("POST", "/notices/{id}/open", SignedIn),
    ("GET", "/settings/notices", SignedIn),
    ("POST", "/settings/notices", SignedIn),
    ("GET", "/account/notices", SignedIn),
    ("POST", "/account/notices", SignedIn),
    ("GET", "/push/key", SignedIn),
    ("POST", "/account/push", SignedIn),
    ("POST", "/account/push/remove", SignedIn),
    ("GET", "/service-worker.js", Everybody),
    ("GET", "/unsubscribe/{token}", Everybody),
    ("POST", "/unsubscribe/{token}", Everybody),
    ("GET", "/u/{token}", Everybody),
    ("POST", "/u/{token}", Everybody),
    ("GET", "/rooms/{room}", SignedIn),
    ("GET", "/rooms/{room}/messages", SignedIn),
    ("POST", "/rooms/{room}/messages", SignedIn),
    ("POST", "/rooms/{room}/messages/{seq}/photo/remove", SignedIn),
    ("GET", "/rooms/{room}/photos/{key}/{file}", SignedIn),
    ("GET", "/reports", SignedIn),
    ("POST", "/reports", SignedIn),
    ("GET", "/about/reports", Everybody),
    ("GET", "/cases", SignedIn),
    ("GET", "/cases/{id}", SignedIn),
    ("POST", "/cases/{id}/appeal", SignedIn),
    ("GET", "/admin/cases", Admins),
    ("GET", "/admin/cases/{id}", Admins),
    ("POST", "/admin/cases/{id}", Admins),
    ("POST", "/admin/cases/{id}/appeal", Admins),
    ("POST", "/account/privacy", Sellers),
    ("POST", "/rooms/{room}/block", SignedIn),
    ("POST", "/sellers/{id}/block", SignedIn),
    ("GET", "/account/blocks", SignedIn),
    ("POST", "/account/blocks/{id}/remove", SignedIn),
    ("POST", "/rooms/{room}/read", SignedIn),
    ("GET", "/rooms/{room}/seen.gif", SignedIn),
    ("GET", "/ws/inbox", SignedIn),
    ("GET", "/ws/{room}", SignedIn),
    ("GET", "/admin", Admins),
    ("GET", "/admin/jobs", Admins),
    ("POST", "/admin/jobs/{id}/send-again", Admins),
    ("GET", "/admin/people", Admins),
    ("POST", "/admin/people/{id}/suspend", Admins),
    ("POST", "/admin/people/{id}/restore", Admins),
    ("POST", "/admin/people/{id}/demote", Admins),
    ("POST", "/admin/people/{id}/remove-second-factor", Admins),
    ("GET", "/admin/sellers/{id}", Admins),
    ("GET", "/admin/products", Admins),
    ("POST", "/admin/products/{id}/hide", Admins),
    ("POST", "/admin/products/{id}/photos/{key}/take-down", Admins),
    ("POST", "/admin/products/{id}/show", Admins),
    ("GET", "/admin/approvals", Admins),
    ("POST", "/admin/approvals/people/{id}", Admins),
    ("POST", "/admin/approvals/products/{id}", Admins),
    ("GET", "/admin/search", Admins),
    ("POST", "/admin/search", Admins),
    ("GET", "/admin/apps", Admins),
    ("POST", "/admin/apps", Admins),
    ("POST", "/admin/apps/{id}/remove", Admins),
    ("GET", "/admin/webhooks", Admins),
    ("POST", "/admin/webhooks", Admins),
    ("POST", "/admin/webhooks/{id}/remove", Admins),
    ("POST", "/admin/webhooks/{id}/enable", Admins),
    ("POST", "/admin/webhooks/{id}/test", Admins),
    ("POST", "/admin/webhooks/{id}/send-again", Admins),
    ("GET", "/admin/invitations", Admins),
    ("POST", "/admin/invitations", Admins),
    ("POST", "/admin/invitations/{id}/revoke", Admins),
    ("GET", "/admin/settings", Admins),
    ("POST", "/admin/settings", Admins),
    ("POST", "/admin/settings/logo", Admins),
    ("POST", "/admin/settings/logo/remove", Admins),
    ("GET", "/admin/legal", Admins),
    ("GET", "/admin/legal/{page}", Admins),
    ("POST", "/admin/legal/{page}", Admins),
    ("GET", "/admin/categories", Admins),
    ("POST", "/admin/categories", Admins),
    ("POST", "/admin/categories/{id}", Admins),
    ("POST", "/admin/categories/{id}/move", Admins),
    ("POST", "/admin/categories/{id}/delete", Admins),
    ("GET", "/admin/audit", Admins),
];

/// On an address of its own (`HAGGLE_METRICS_ADDR`), and nowhere else.
const ELSEWHERE: (&str, &str) = ("GET", "/metrics");

/// Every `.route("…", get(…).post(…))` in the source.
fn routes_in_source() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for file in rust_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let source = fs::read_to_string(&file).unwrap();
        for call in source.split(".route(").skip(1) {
            let call: String = call.split_whitespace().collect();
            let Some((path, handlers)) = call.strip_prefix('"').and_then(|call| call.split_once("\","))
            else {
                continue;
            };
            // Up to the parenthesis that closes the call.
            let mut depth = 1;
            let handlers: String = handlers
                .chars()
                .take_while(|c| {
                    depth += i32::from(*c == '(') - i32::from(*c == ')');
                    depth > 0
                })
                .collect();
            for method in ["get", "post", "put", "patch", "delete", "any"] {
                let begins = handlers.starts_with(&format!("{method}("));
                if begins || handlers.contains(&format!(").{method}(")) {
                    found.insert((method.to_uppercase(), path.to_owned()));
                }
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { rust_files(&path) } else { vec![path] }
        })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

#[test]
fn every_route_has_a_line_in_the_table() {
    let listed: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let mut routes = routes_in_source();
    assert!(routes.remove(&(ELSEWHERE.0.to_owned(), ELSEWHERE.1.to_owned())));
    assert_eq!(routes, listed);
}

/// One marketplace with one of everything.
struct World {
    app: TestApp,
    product: i64,
    seller: Person,
    room: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (buyer, seller) = (app.buyer("Ana").await, app.seller("Tomas").await);
        let product = Product::new("Lamp").create(&app, &seller).await;
        buyer.messages_about(product, "Hello").await;
        World { product, room: room(&buyer, &seller), seller, app }
    }

    /// The path with what is there filled in.
    fn path(&self, pattern: &str) -> String {
        let id = if pattern.contains("sellers") { self.seller.seller_id() } else { self.product };
        pattern
            .replace("{id}", &id.to_string())
            .replace("{room}", &self.room)
            .replace("{page}/{version}", "terms/1")
            .replace("{page}", "terms")
            .replace("{version}/{*path}", "x/css/base.css")
            .replace("{key}/{file}", "00000000000000000000000000000000/small.webp")
    }
}

async fn ask(person: &Person, method: &str, path: &str) -> Page {
    let request = person.request(method.parse().unwrap(), path);
    person.send(if method == "POST" { request.form::<[(&str, &str)]>(&[]) } else { request }).await
}

#[tokio::test]
async fn visitors_see_public_pages_and_sign_in_for_the_others() {
    // All visitors are of one network, which has a budget at each marketplace.
    for routes in ROUTES.chunks(60) {
        let world = World::new().await;
        for (method, pattern, who) in routes {
            let path = world.path(pattern);
            let page = ask(&world.app.visitor(), method, &path).await;
            let sent_to_sign_in = page.status == 303 && page.location().starts_with("/login");
            assert_eq!(sent_to_sign_in, *who != Everybody, "{method} {path}: {}", page.status);
            assert!(page.status.as_u16() < 500, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_wrong_people_are_refused() {
    let world = World::new().await;
    let (buyer, seller, admin) =
        (world.app.buyer("Bo").await, world.app.seller("Wei").await, world.app.admin("Root").await);
    for (method, pattern, who) in ROUTES {
        let path = world.path(pattern);
        match who {
            Admins => {
                for person in [&buyer, &seller] {
                    ask(person, method, &path).await.expect(404);
                }
            }
            Sellers => {
                ask(&buyer, method, &path).await.expect(403);
                ask(&admin, method, &path).await.expect(403);
                if pattern.contains("{id}") {
                    ask(&seller, method, &path).await.expect(404);
                }
            }
            SignedIn if pattern.contains("{room}") => {
                for person in [&buyer, &seller, &admin] {
                    // The socket's handler is only reached by an upgrade; without one it is a bad request.
                    let page = ask(person, method, &path).await;
                    assert_eq!(page.status, 404, "{method} {path}");
                }
            }
            SignedIn | Everybody => {}
        }
    }
}

#[tokio::test]
async fn nothing_unsafe_is_carried_out_for_another_site() {
    let world = World::new().await;
    let admin = world.app.admin("Root").await;
    let foreign = [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "cross-site")],
        [("origin", "https://evil.example"), ("sec-fetch-site", "same-site")],
    ];
    // A token in the address or the form says who may, and nothing else is needed (RFC 8058, RFC 6749).
    let by_token =
        |pattern: &str| pattern.contains("{token}") || matches!(pattern, "/oauth/token" | "/oauth/revoke");
    for (method, pattern, _) in ROUTES.iter().filter(|(method, path, _)| *method != "GET" && !by_token(path))
    {
        for headers in foreign {
            let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            for person in [&world.seller, &admin] {
                let request = person
                    .request(method.parse().unwrap(), &world.path(pattern))
                    .headers(HeaderMap::from_iter(headers.clone()));
                person.send(request).await.expect(403);
            }
        }
    }
}

#[tokio::test]
async fn nonsense_in_a_path_is_a_page_that_does_not_exist() {
    let world = World::new().await;
    let admin = world.app.admin("Root").await;
    for (method, pattern, who) in ROUTES.iter().filter(|(_, pattern, _)| pattern.contains('{')) {
        let person = if *who == Admins { &admin } else { &world.seller };
        for nonsense in [
            "0",
            "-1",
            "x",
            "4711",
            "99999999999999999999",
            "1%00",
            "..%2f..%2fCargo.toml",
            "1;DROP",
            "%F0%9F%9A%B2",
        ] {
            let path = ["{id}", "{room}", "{page}", "{version}/{*path}", "{version}", "{key}", "{file}"]
                .iter()
                .fold((*pattern).to_owned(), |path, part| path.replace(part, nonsense));
            let page = ask(person, method, &path).await;
            // An admin is sent back to the list, which says that there was nothing to do it to.
            let told = *who == Admins && *method == "POST" && page.status == 303;
            assert!(told || matches!(page.status.as_u16(), 400 | 404), "{method} {path}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn garbage_in_a_form_breaks_nothing() {
    let world = World::new().await;
    let admin = world.app.admin("Root").await;
    let bodies: [(&str, Vec<u8>); 6] = [
        ("application/x-www-form-urlencoded", b"%ff%fe=%00&body=%00&&&==".to_vec()),
        ("application/x-www-form-urlencoded", vec![0xff; 100]),
        ("application/json", b"{\"body\": [1]}".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken".to_vec()),
        ("multipart/form-data", Vec::new()),
        ("text/plain", vec![b'x'; 70_000]),
    ];
    for (method, pattern, who) in ROUTES.iter().filter(|(method, ..)| *method != "GET") {
        for (kind, body) in &bodies {
            // Signing out is carried out whatever the form holds; the next one needs a session again.
            let person = if *who == Admins {
                admin.clone()
            } else {
                world
                    .app
                    .seller(
                        &format!("S {pattern} {kind} {}", body.len()).replace(['/', ';', '=', '{', '}'], ""),
                    )
                    .await
            };
            let path = world.path(pattern).replace(&world.product.to_string(), "4711");
            let request = person
                .request(method.parse().unwrap(), &path)
                .header("content-type", *kind)
                .body(body.clone());
            let page = person.send(request).await;
            assert!(page.status.as_u16() < 500, "{method} {path} with {kind}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let world = World::new().await;
    for (method, pattern, _) in ROUTES {
        let page = ask(&world.seller, method, &world.path(pattern)).await;
        let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("{method} {pattern}"));
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert!(page.header("cache-control").is_some());
        for inline in ["<script>", " style=\"", "<style", " onclick=", " onload="] {
            assert!(!page.body().contains(inline), "{method} {pattern}: {inline}");
        }
    }
}

/// Case 31: what can't be understood in an address is left out.
#[tokio::test]
async fn odd_queries_show_the_page() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    for path in [
        "/products?q=a&q=b",
        "/products?category=home&category=x",
        "/products?page=abc",
        "/messages?page=abc",
        "/seller/dashboard?page=abc&page=2",
        "/sellers/1?page=abc",
    ] {
        assert_eq!(tomas.get(path).await.status, 200, "{path}");
    }
    // Case 13.
    let dashes = app.visitor().get(&format!("/products?q={}", "-".repeat(60))).await;
    assert_eq!(dashes.status, 200);
}

/// Case 11.
#[tokio::test]
async fn addresses_that_people_and_programs_try_lead_somewhere() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (typed, page) in
        [("/products/", "/products"), ("/PRODUCTS?q=a", "/products?q=a"), ("/Products/1/", "/products/1")]
    {
        let answer = visitor.get(typed).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (308, page), "{typed}");
    }
    for nowhere in ["//evil.example/", "/nothing", "/.well-known/nothing"] {
        visitor.get(nowhere).await.expect(404);
    }
    assert!(visitor.get("/robots.txt").await.ok().body().contains("Disallow: /rooms/"));
    let contact = visitor.get("/.well-known/security.txt").await.ok().body();
    assert!(contact.contains("Contact: ") && contact.contains("Expires: "), "{contact}");
}

/// L5.
#[tokio::test]
async fn private_pages_are_stored_nowhere() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    for path in ["/account", "/seller/dashboard", "/seller/products/new"] {
        let page = seller.get(path).await.ok();
        assert_eq!(page.header("cache-control"), Some("private, no-store"), "{path}");
        assert_eq!(page.header("cross-origin-resource-policy"), Some("same-origin"));
    }
    assert_eq!(seller.get("/messages").await.ok().header("cache-control"), Some("private, no-cache"));
}
