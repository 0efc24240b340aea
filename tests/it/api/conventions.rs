//! What is the same everywhere: problems, pages of lists, keys, tags, limits, and who may come in.

use reqwest::{
    Method,
    header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use crate::support::{Product, TestApp, eventually};

fn header(name: &'static str, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())])
}

#[tokio::test]
async fn whatever_is_refused_is_a_problem_with_a_code() {
    let app = TestApp::start().await;
    let program = app.program_of(&app.seller("Tomas").await).await;
    let new = json!({"title": "Lamp", "price": {"amount_minor": 100, "currency": "EUR"},
                     "category": "home", "condition": "good", "place": "Brno"});
    let with = |path: &str, value: Value| {
        let mut body = new.clone();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let mut unknown = new.clone();
    unknown["colour"] = json!("red");
    for (body, status, code, pointer) in [
        (unknown, 422, "invalid", "/colour"),
        (with("/title", json!("")), 422, "invalid", "/title"),
        (with("/title", json!(5)), 422, "invalid", "/title"),
        (with("/price/currency", json!("XXX")), 422, "invalid", "/price/currency"),
        (with("/price/amount_minor", json!(-1)), 422, "invalid", "/price/amount_minor"),
        (with("/price/amount_minor", json!(1.5)), 422, "invalid", "/price/amount_minor"),
        (with("/price/amount_minor", json!(10_u64.pow(15))), 422, "invalid", "/price/amount_minor"),
        (with("/category", json!("nothing")), 422, "invalid", "/category"),
        (with("/condition", json!("broken")), 422, "invalid", "/condition"),
        (json!([]), 422, "invalid", ""),
    ] {
        let answer = program.post("/products", &body).await.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{body}");
        assert_eq!(problem["type"], format!("/api#problem-{code}"));
        assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"));
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        assert!(!problem["errors"][0]["message"].as_str().unwrap().is_empty());
    }
    let raw = |kind: &'static str, body: &'static str| {
        program.request(Method::POST, "/products").header("content-type", kind).body(body)
    };
    program.send(raw("application/json", "{\"title\":")).await.expect(400);
    program.send(raw("application/json", "{} {}")).await.expect(422);
    program.send(raw("text/plain", "{}")).await.expect(415);
    program.send(raw("application/json", "\u{0}")).await.expect(400);
    let large = program.request(Method::POST, "/products").header("content-type", "application/json");
    program.send(large.body(vec![b' '; 200_000])).await.expect(413);
    for (path, status, code) in [("/nothing", 404, "not_found"), ("/products/x", 404, "not_found")] {
        let answer = program.get(path).await.expect(status);
        assert_eq!(
            (answer.json()["code"].clone(), answer.header("content-type")),
            (json!(code), Some("application/problem+json"))
        );
    }
    let wrong = program.put("/me", &json!({})).await.expect(405);
    assert!(wrong.header("allow").unwrap().contains("GET"), "{:?}", wrong.headers);
    program.get("/products?limit=0").await.expect(422);
    program.get("/products?limit=x").await.expect(400);
    assert_eq!(program.get("/products?cursor=x").await.expect(422).json()["errors"][0]["code"], "bad_cursor");
    assert_eq!(program.get("/products?min=ten").await.expect(422).json()["errors"][0]["parameter"], "min");
}

#[tokio::test]
async fn cookies_open_nothing_here() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let cookies = ana.cookies().unwrap();
    let program = app.program();
    for (method, path) in [(Method::GET, "/me"), (Method::GET, "/rooms"), (Method::POST, "/products")] {
        let asked = program.request(method, path).header(COOKIE, cookies.clone());
        let refused = program.send(asked).await.expect(401);
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert_eq!(refused.header("set-cookie"), None);
    }
    // Nor do other ways to say who one is.
    let token = app.token(&ana, &["profile"]).await;
    for value in
        [format!("Basic {token}"), token.clone(), format!("Bearer {token} {token}"), "Bearer".to_owned()]
    {
        let asked = program.request(Method::GET, "/me").header(AUTHORIZATION, value);
        program.send(asked).await.expect(401);
    }
    program.get(&format!("/me?access_token={token}")).await.expect(401);
    program.with_token(&token).get("/me").await.ok();
}

#[tokio::test]
async fn lists_are_paged_by_keyset_while_things_are_added() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    for n in 0..7_i64 {
        Product::new(&format!("Lamp {n}")).price(100 * (n % 3), "EUR").create(&app, &tomas).await;
    }
    let program = app.program();
    for query in ["", "&sort=price_low", "&sort=price_high", "&q=lamp", "&category=home&sort=newest"] {
        let whole = program.get(&format!("/products?limit=100{query}")).await.ok().json();
        let ids = |list: &Value| -> Vec<String> {
            let data = list["data"].as_array().unwrap();
            data.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
        };
        let wanted = ids(&whole);
        assert_eq!(whole["next"], Value::Null);
        let (mut seen, mut next) = (Vec::new(), format!("/products?limit=2{query}"));
        loop {
            let page = program.get(&next).await.ok();
            seen.extend(ids(&page.json()));
            // A newcomer moves nothing.
            Product::new("Rug").price(50, "EUR").category("tools-and-garden").create(&app, &tomas).await;
            let Some(link) = page.header("link") else { break };
            assert!(link.ends_with("; rel=\"next\""), "{link}");
            let path = link.trim_start_matches('<').split('>').next().unwrap();
            next = path.trim_start_matches("/api/v1").to_owned();
            assert!(page.json()["data"].as_array().unwrap().len() == 2);
        }
        let mut once = seen.clone();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{query}: nothing comes twice");
        let old: Vec<&String> = seen.iter().filter(|id| wanted.contains(id)).collect();
        assert_eq!(old, wanted.iter().collect::<Vec<_>>(), "{query}: nothing is left out");
    }
}

#[tokio::test]
async fn the_same_key_carries_a_request_out_once() {
    let app = TestApp::start().await;
    let program = app.program_of(&app.seller("Tomas").await).await;
    let body = json!({"title": "Lamp", "price": {"amount_minor": 2500, "currency": "EUR"},
                      "category": "home", "condition": "good", "place": "Brno"});
    let key = uuid::Uuid::new_v4().to_string();
    let (one, other) = tokio::join!(
        program.post_once("/products", &key, &body),
        program.post_once("/products", &key, &body)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [201, 201] | [201, 409]), "{statuses:?}");
    let again = program.post_once("/products", &key, &body).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert!(again.header("location").unwrap().starts_with("/api/v1/products/"));
    assert_eq!(program.get("/me/products").await.ok().json()["data"].as_array().unwrap().len(), 1);
    let mut changed = body.clone();
    changed["title"] = json!("Rug");
    let refused = program.post_once("/products", &key, &changed).await.expect(422);
    assert_eq!(refused.json()["code"], "idempotency_key_reused");
    program.post_once("/products", "x", &body).await.expect(422);
    // What was refused has changed nothing, and may be mended under its key.
    let key = uuid::Uuid::new_v4().to_string();
    changed["title"] = json!("");
    program.post_once("/products", &key, &changed).await.expect(422);
    changed["title"] = json!("Rug");
    program.post_once("/products", &key, &changed).await.expect(201);
    // Another one's key is another key.
    let wei = app.program_of(&app.seller("Wei").await).await;
    wei.post_once("/products", &key, &body).await.expect(201);
}

#[tokio::test]
async fn what_is_known_isnt_sent_and_what_has_changed_isnt_overwritten() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &tomas).await;
    let program = app.program_of(&tomas).await;
    let path = format!("/products/{id}");
    let first = program.get(&path).await.ok();
    let tag = first.header("etag").unwrap().to_owned();
    let known = program.request(Method::GET, &path).header("if-none-match", &tag);
    let unchanged = program.send(known).await.expect(304);
    assert!(unchanged.body.is_empty());
    let change = json!({"title": "Reading lamp"});
    let changed = program.patch(&path, header("if-match", &tag), &change).await.ok();
    assert_eq!(changed.json()["title"], "Reading lamp");
    assert_ne!(changed.header("etag"), Some(&*tag));
    let late =
        program.patch(&path, header("if-match", &tag), &json!({"title": "Old lamp"})).await.expect(412);
    assert_eq!(late.json()["code"], "precondition_failed");
    assert_eq!(program.get(&path).await.ok().json()["title"], "Reading lamp");
    let known = program.request(Method::GET, &path).header("if-none-match", &tag);
    program.send(known).await.expect(200);
}

#[tokio::test]
async fn every_answer_says_how_many_are_left() {
    let app = TestApp::start().await;
    let nobody = app.program();
    let answer = nobody.get("/categories").await.ok();
    assert_eq!(answer.header("ratelimit-policy"), Some("\"default\";q=120;w=60"));
    assert!(answer.header("ratelimit").unwrap().starts_with("\"default\";r="));
    // On a slow machine the budget fills up meanwhile.
    let mut refused = None;
    for _ in 0..20 {
        let asked = (0..160).map(|_| nobody.get("/me"));
        let answers = futures_util::future::join_all(asked).await;
        refused = answers.into_iter().find(|answer| answer.status == 429);
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("too many");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(refused.json()["code"], "too_many_requests");
}

#[tokio::test]
async fn an_ended_token_opens_nothing_at_once() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let (one, other) = (app.program_of(&ana).await, app.program_of(&ana).await);
    one.get("/me").await.ok();
    let sessions = other.get("/me/sessions").await.ok().json();
    let mut ended = 0;
    for session in sessions["data"].as_array().unwrap() {
        if session["kind"] == "token" && session["is_this"] == false {
            other.delete(&format!("/me/sessions/{}", session["id"].as_str().unwrap())).await.expect(204);
            ended += 1;
        }
    }
    assert_eq!(ended, 1);
    one.get("/me").await.expect(401);
    other.get("/me").await.ok();
    // Signed out everywhere, by the page.
    ana.post("/account/sign-out-everywhere", &[]).await.expect(303);
    other.get("/me").await.expect(401);
}

#[tokio::test]
async fn a_token_ended_at_one_node_opens_nothing_at_the_other() {
    let app = TestApp::start().await;
    app.join_nodes(None).await;
    let second = app.beside().await;
    second.join_nodes(None).await;
    let ana = app.buyer("Ana").await;
    let here = app.program_of(&ana).await;
    let there = second.program().with_token(here.token());
    there.get("/me").await.ok();
    ana.post("/account/sign-out-everywhere", &[]).await.expect(303);
    eventually("the other node knows", async || (there.get("/me").await.status == 401).then_some(())).await;
}

/// Each costs a look into the database, and those who have a token aren't held up by it.
#[tokio::test]
async fn tokens_arent_guessed_without_end() {
    let app = TestApp::start().await;
    let known = app.program_of(&app.buyer("Ana").await).await;
    known.get("/me").await.ok();
    let nobody = app.program();
    let mut refused = false;
    for round in 0..20 {
        let guesses: Vec<_> =
            (0..100).map(|n| nobody.with_token(&format!("hg_pat_{:042}A", round * 100 + n))).collect();
        let answers = futures_util::future::join_all(guesses.iter().map(|guess| guess.get("/me"))).await;
        assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 401 | 429)));
        refused = refused || answers.iter().any(|answer| answer.status == 429);
        if refused {
            break;
        }
    }
    assert!(refused);
    known.get("/me").await.ok();
}
