//! OAuth as an app sees it, with somebody at a browser who says yes.

mod apps;
mod authorize;
mod codes;
mod refresh;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use haggle::accounts::{oauth::AppRedirects, tokens};
use reqwest::{Client, Url};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{Page, Person, TestApp};

const OWN: &str = "haggle-app";
const REDIRECT: &str = "org.example.app:/signed-in";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A marketplace with an app of its own.
async fn start() -> TestApp {
    TestApp::start_adjusted(|app| {
        let redirects =
            "org.example.app:/signed-in, http://127.0.0.1/signed-in,https://app.example/signed-in";
        app.accounts.app_redirects = AppRedirects::parse(redirects).unwrap();
    })
    .await
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// What an app opens in the browser, with something said otherwise (or left out, if empty).
fn asked(otherwise: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", OWN),
        ("redirect_uri", REDIRECT),
        ("scope", "profile chat:read"),
        ("state", "a state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in otherwise {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    let url = Url::parse_with_params("http://x/oauth/authorize", pairs).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

/// What an app is told in the address that it gets back.
fn told(page: &Page, name: &str) -> Option<String> {
    assert_eq!(page.status, 303, "{}", page.body());
    let url = Url::parse(page.location()).expect("an address");
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Somebody who is signed in says yes.
async fn allow(person: &Person, path: &str) -> Page {
    let form = person.get(path).await.ok().form("form[action='/oauth/authorize']");
    person.submit(&form.set("decision", "allow")).await
}

async fn code_for(person: &Person) -> String {
    told(&allow(person, &asked(&[])).await, "code").expect("a code")
}

/// As an app asks: without a cookie, without an origin.
async fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Page {
    app.visitor().send(Client::new().post(format!("{}{path}", app.origin())).form(fields)).await
}

async fn exchange_as(app: &TestApp, code: &str, otherwise: &[(&str, &str)]) -> Page {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", OWN),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in otherwise {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    post(app, "/oauth/token", &fields).await
}

async fn exchange(app: &TestApp, code: &str) -> Page {
    exchange_as(app, code, &[]).await
}

async fn refresh(app: &TestApp, token: &str) -> Page {
    let fields = [("grant_type", "refresh_token"), ("client_id", OWN), ("refresh_token", token)];
    post(app, "/oauth/token", &fields).await
}

#[track_caller]
fn refused(page: Page, error: &str) {
    let answer = page.expect(400);
    assert_eq!(answer.json()["error"], error);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

/// Somebody's app, with its first pair.
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn of(page: Page) -> Self {
        let answer = page.ok().json();
        Pair { access: text(&answer, "access_token"), refresh: text(&answer, "refresh_token") }
    }

    async fn for_app_of(app: &TestApp, person: &Person) -> Self {
        Pair::of(exchange(app, &code_for(person).await).await)
    }
}

async fn holds(app: &TestApp, token: &str) -> bool {
    tokens::authenticate(&app.db, token).await.expect("an answer").is_some()
}

async fn sql(app: &TestApp, statement: &'static str) {
    sqlx::query(statement).execute(&app.db).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
}
