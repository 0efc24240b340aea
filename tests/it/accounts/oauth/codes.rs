//! Codes: once, soon, for who asked.

use futures_util::future::join_all;
use reqwest::{Client, header::CONTENT_TYPE};

use super::{OWN, Pair, VERIFIER, code_for, exchange, exchange_as, holds, post, refused, sql, start};
use crate::support::TestApp;

#[tokio::test]
async fn a_code_is_for_who_asked_for_it() {
    let app = start().await;
    let ines = app.admin("Ines").await;
    let ana = app.buyer("Ana").await;
    ines.post("/admin/apps", &[("name", "Notes"), ("redirect_uris", "https://notes.example/")])
        .await
        .expect(303);
    let other = ines.get("/admin/apps").await.ok().texts("td code")[2].clone();
    let code = code_for(&ana).await;
    let long = "x".repeat(129);
    for (name, value) in [
        ("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
        ("code_verifier", &super::challenge()),
        ("code_verifier", &long),
        ("redirect_uri", "https://app.example/signed-in"),
        ("client_id", &other),
        ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("code", "x"),
    ] {
        refused(exchange_as(&app, &code, &[(name, value)]).await, "invalid_grant");
    }
    for name in ["code_verifier", "redirect_uri", "client_id", "code", "grant_type"] {
        refused(exchange_as(&app, &code, &[(name, "")]).await, "invalid_request");
    }
    refused(exchange_as(&app, &code, &[("client_id", "nobody")]).await, "invalid_client");
    refused(exchange_as(&app, &code, &[("grant_type", "password")]).await, "unsupported_grant_type");
    // Whoever tried has not used it up.
    exchange(&app, &code).await.ok();
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_it_made() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let code = code_for(&ana).await;
    let pair = Pair::of(exchange(&app, &code).await);
    assert!(holds(&app, &pair.access).await);
    refused(exchange(&app, &code).await, "invalid_grant");
    assert!(!holds(&app, &pair.access).await);
    refused(super::refresh(&app, &pair.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn of_several_at_the_same_moment_one_is_answered() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let code = code_for(&ana).await;
    let answers = join_all((0..6).map(|_| exchange(&app, &code))).await;
    assert_eq!(answers.iter().filter(|page| page.status == 200).count(), 1);
    let pair = Pair::of(answers.into_iter().find(|page| page.status == 200).unwrap());
    assert!(!holds(&app, &pair.access).await, "the others came second");
}

#[tokio::test]
async fn what_ends_meanwhile_ends_the_code() {
    for how in [
        "UPDATE oauth_codes SET expires_at = now() - interval '1 second'",
        "UPDATE accounts SET suspended_at = now()",
        "UPDATE accounts SET session_epoch = session_epoch + 1",
        "UPDATE accounts SET admission = 'refused'",
        "DELETE FROM sessions",
        "UPDATE oauth_clients SET client_id = 'gone'",
        "DELETE FROM oauth_clients",
    ] {
        let app = start().await;
        let ana = app.buyer("Ana").await;
        let code = code_for(&ana).await;
        if how.contains("SET client_id") {
            sql(&app, "ALTER TABLE oauth_codes DROP CONSTRAINT oauth_codes_client_id_fkey").await;
        }
        sql(&app, how).await;
        let answer = exchange(&app, &code).await.expect(400).json();
        let expected = if how.contains("oauth_clients") { "invalid_client" } else { "invalid_grant" };
        assert_eq!(answer["error"], expected, "{how}");
    }
}

/// A second one takes the first one's place.
#[tokio::test]
async fn a_browser_has_one_code_for_an_app() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let (first, second) = (code_for(&ana).await, code_for(&ana).await);
    refused(exchange(&app, &first).await, "invalid_grant");
    exchange(&app, &second).await.ok();
}

#[tokio::test]
async fn old_ones_are_forgotten() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let pair = Pair::for_app_of(&app, &ana).await;
    code_for(&ana).await;
    sql(&app, "UPDATE oauth_codes SET expires_at = now() - interval '1 minute'").await;
    let left = async || {
        haggle::accounts::tokens::sweep(&app.db).await.unwrap();
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM oauth_codes").fetch_one(&app.db).await.unwrap()
    };
    assert_eq!(left().await, 1, "a used one is kept for a day");
    sql(&app, "UPDATE oauth_codes SET expires_at = now() - interval '25 hours'").await;
    assert_eq!(left().await, 0);
    assert!(holds(&app, &pair.access).await);
    sql(&app, "UPDATE access_tokens SET expires_at = now() - interval '1 minute'").await;
    left().await;
    let tokens: i64 =
        sqlx::query_scalar("SELECT count(*) FROM access_tokens").fetch_one(&app.db).await.unwrap();
    assert_eq!(tokens, 0);
}

#[tokio::test]
async fn what_isnt_a_form_is_refused_in_json() {
    let app = start().await;
    let visitor = app.visitor();
    let address = format!("{}/oauth/token", app.origin());
    let many = "a=b&".repeat(10_000);
    let twice =
        format!("grant_type=authorization_code&client_id={OWN}&code=x&code=y&code_verifier={VERIFIER}");
    for (kind, body) in [
        ("application/json", "{\"grant_type\":\"refresh_token\"}"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("text/plain", "grant_type=refresh_token"),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "%ff=%00"),
        ("application/x-www-form-urlencoded", &many),
        ("application/x-www-form-urlencoded", &twice),
        ("application/x-www-form-urlencoded", &"x".repeat(100_000)),
    ] {
        let request = Client::new().post(&address).header(CONTENT_TYPE, kind).body(body.to_owned());
        refused(visitor.send(request).await, "invalid_request");
    }
    visitor.get("/oauth/token").await.expect(405);
    // Cookies and origins mean nothing here.
    let request = Client::new()
        .post(&address)
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .form(&[("grant_type", "refresh_token"), ("client_id", OWN), ("refresh_token", "hg_rt_x")]);
    let answer = visitor.send(request).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    refused(answer, "invalid_grant");
}

#[tokio::test]
async fn guessing_costs_a_network_its_budget_and_using_costs_nothing() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut pair = Pair::for_app_of(&app, &ana).await;
    for _ in 0..80 {
        pair = Pair::of(super::refresh(&app, &pair.refresh).await);
    }
    let guess = [("grant_type", "refresh_token"), ("client_id", OWN), ("refresh_token", "hg_rt_x")];
    let mut last = post(&app, "/oauth/token", &guess).await;
    for _ in 0..200 {
        if last.status != 400 {
            break;
        }
        last = post(&app, "/oauth/token", &guess).await;
    }
    let last = last.expect(429);
    assert!(last.header("retry-after").is_some() && last.json()["error"] == "temporarily_unavailable");
}

#[tokio::test]
async fn programs_find_the_addresses() {
    let app = TestApp::start().await;
    let told = app.visitor().get("/.well-known/oauth-authorization-server").await.ok().json();
    assert_eq!(told["issuer"], app.origin());
    for name in ["authorization_endpoint", "token_endpoint", "revocation_endpoint"] {
        assert!(told[name].as_str().unwrap().starts_with(&format!("{}/oauth/", app.origin())), "{told}");
    }
    assert_eq!(told["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(told["scopes_supported"].as_array().unwrap().len(), 8);
}
