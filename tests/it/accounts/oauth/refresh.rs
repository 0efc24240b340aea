//! Refresh tokens: rotated, and ended with their grant when a copy shows.

use futures_util::future::join_all;
use haggle::accounts::{AccessSignal, tokens};

use super::{OWN, Pair, holds, post, refresh, refused, sql, start};
use crate::support::{TestApp, eventually};

#[tokio::test]
async fn each_is_used_once_and_a_copy_ends_the_grant() {
    let app = start().await;
    app.start_jobs();
    let ana = app.buyer("Ana").await;
    let first = Pair::for_app_of(&app, &ana).await;
    let second = Pair::of(refresh(&app, &first.refresh).await);
    assert!(second.refresh != first.refresh && second.access != first.access);
    // Requests on their way have the token of before.
    assert!(holds(&app, &first.access).await && holds(&app, &second.access).await);
    let third = Pair::of(refresh(&app, &second.refresh).await);
    assert!(!holds(&app, &first.access).await, "two at a time");
    let access = tokens::authenticate(&app.db, &third.access).await.unwrap().expect("it holds");
    let mut signals = app.state().accounts.access.subscribe(&access.user);
    refused(refresh(&app, &first.refresh).await, "invalid_grant");
    assert_eq!(signals.next_signal().await, AccessSignal::Ended);
    for token in [&second.access, &third.access] {
        assert!(!holds(&app, token).await);
    }
    refused(refresh(&app, &third.refresh).await, "invalid_grant");
    let words = "An app’s token was used twice";
    eventually("the notice", async || ana.get("/notices").await.body().contains(words).then_some(())).await;
}

/// A phone loses the connection before the answer: it asks again with what it has.
#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_until_it_is_used() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    for shows_it_arrived in ["access", "refresh"] {
        let first = Pair::for_app_of(&app, &ana).await;
        let lost = Pair::of(refresh(&app, &first.refresh).await);
        // However late: the token of before worked meanwhile.
        assert!(holds(&app, &first.access).await);
        sql(&app, "UPDATE access_tokens SET expires_at = now() - interval '1 minute'").await;
        tokens::sweep(&app.db).await.unwrap();
        let again = Pair::of(refresh(&app, &first.refresh).await);
        assert_eq!((&again.access, &again.refresh), (&lost.access, &lost.refresh));
        let after = match shows_it_arrived {
            "access" => {
                assert!(holds(&app, &again.access).await);
                again
            }
            _ => Pair::of(refresh(&app, &again.refresh).await),
        };
        refused(refresh(&app, &first.refresh).await, "invalid_grant");
        assert!(!holds(&app, &after.access).await, "{shows_it_arrived}");
    }
}

/// Two tasks of an app wake up and refresh: one rule, whoever comes first.
#[tokio::test]
async fn those_of_the_same_moment_get_the_same_pair() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let mut pair = Pair::for_app_of(&app, &ana).await;
    for _ in 0..5 {
        let answers = join_all((0..8).map(|_| refresh(&app, &pair.refresh))).await;
        let mut pairs: Vec<Pair> = answers.into_iter().map(Pair::of).collect();
        pairs.dedup_by(|one, other| one.access == other.access && one.refresh == other.refresh);
        assert_eq!(pairs.len(), 1);
        pair = pairs.remove(0);
        assert!(holds(&app, &pair.access).await);
    }
    let tokens: i64 =
        sqlx::query_scalar("SELECT count(*) FROM access_tokens").fetch_one(&app.db).await.unwrap();
    assert_eq!(tokens, 2);
}

/// Using it and copying it at the same moment: both may be answered, but never with two pairs that hold.
#[tokio::test]
async fn a_race_of_use_and_copy_leaves_one_pair_or_none() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    for _ in 0..10 {
        let first = Pair::for_app_of(&app, &ana).await;
        let second = Pair::of(refresh(&app, &first.refresh).await);
        let (copy, next, _) = tokio::join!(
            refresh(&app, &first.refresh),
            refresh(&app, &second.refresh),
            holds(&app, &second.access)
        );
        if copy.status == 200 {
            assert_eq!(Pair::of(copy).refresh, second.refresh);
            Pair::of(next);
        } else {
            // The grant has ended, before or after the other's answer.
            assert!(!holds(&app, &second.access).await);
        }
        sql(&app, "DELETE FROM sessions WHERE kind = 'app'").await;
    }
}

#[tokio::test]
async fn scopes_never_grow() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let pair = Pair::for_app_of(&app, &ana).await;
    let ask = async |token: &str, scope: &str| {
        let fields =
            [("grant_type", "refresh_token"), ("client_id", OWN), ("refresh_token", token), ("scope", scope)];
        post(&app, "/oauth/token", &fields).await
    };
    for wider in ["profile chat:write", "profile chat:read push", "admin"] {
        refused(ask(&pair.refresh, wider).await, "invalid_scope");
    }
    // It was no use of the token; and fewer are answered with what holds.
    let answer = ask(&pair.refresh, "profile").await.ok().json();
    assert_eq!(answer["scope"], "profile chat:read");
}

#[tokio::test]
async fn what_ended_isnt_refreshed() {
    for how in [
        "UPDATE accounts SET suspended_at = now()",
        "UPDATE accounts SET session_epoch = session_epoch + 1",
        "UPDATE accounts SET admission = 'waiting'",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "DELETE FROM sessions WHERE kind = 'app'",
    ] {
        let app = start().await;
        let ana = app.buyer("Ana").await;
        let pair = Pair::for_app_of(&app, &ana).await;
        sql(&app, how).await;
        refused(refresh(&app, &pair.refresh).await, "invalid_grant");
        assert!(!holds(&app, &pair.access).await, "{how}");
    }
}

#[tokio::test]
async fn it_is_one_apps_and_no_other_kind_of_token() {
    let app = start().await;
    let (ines, ana) = (app.admin("Ines").await, app.buyer("Ana").await);
    ines.post("/admin/apps", &[("name", "Notes"), ("redirect_uris", "https://notes.example/")])
        .await
        .expect(303);
    let other = ines.get("/admin/apps").await.ok().texts("td code")[2].clone();
    let pair = Pair::for_app_of(&app, &ana).await;
    let fields = [("grant_type", "refresh_token"), ("client_id", &*other), ("refresh_token", &*pair.refresh)];
    refused(post(&app, "/oauth/token", &fields).await, "invalid_grant");
    assert!(!holds(&app, &pair.refresh).await);
    for wrong in [&pair.access, "hg_rt_", "hg_rt_AAAA", &app.token(&ana, &["profile"]).await] {
        refused(refresh(&app, wrong).await, "invalid_grant");
    }
    assert!(holds(&app, &pair.access).await);
    // Nothing of the database opens it.
    let stored = "SELECT count(*) FROM refresh_tokens r WHERE r::text LIKE '%' || $1 || '%'";
    let found: i64 = sqlx::query_scalar(stored).bind(&pair.refresh[6..]).fetch_one(&app.db).await.unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_grant_lasts_as_long_as_it_is_refreshed() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let pair = Pair::for_app_of(&app, &ana).await;
    sql(&app, "UPDATE sessions SET expires_at = now() + interval '1 minute' WHERE kind = 'app'").await;
    Pair::of(refresh(&app, &pair.refresh).await);
    let days: f64 = sqlx::query_scalar(
        "SELECT extract(epoch FROM expires_at - now())::float8 / 86400 FROM sessions WHERE kind = 'app'",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert!(days > 89.0 && days <= 90.0, "{days}");
}

#[tokio::test]
async fn any_token_of_a_grant_gives_it_up() {
    let app = start().await;
    let ana = app.buyer("Ana").await;
    let give_up = async |token: &str, client: &str| {
        let fields = [("token", token), ("client_id", client), ("token_type_hint", "whatever")];
        post(&app, "/oauth/revoke", &fields).await.ok();
    };
    let (one, other) = (Pair::for_app_of(&app, &ana).await, Pair::for_app_of(&app, &ana).await);
    for unknown in ["x", "hg_at_x", "hg_rt_x"] {
        give_up(unknown, OWN).await;
    }
    give_up(&one.access, "another-app").await;
    give_up(&one.refresh, "another-app").await;
    assert!(holds(&app, &one.access).await);
    give_up(&one.access, OWN).await;
    assert!(!holds(&app, &one.access).await && holds(&app, &other.access).await);
    refused(refresh(&app, &one.refresh).await, "invalid_grant");
    give_up(&other.refresh, OWN).await;
    assert!(!holds(&app, &other.access).await);
    let script = app.token(&ana, &["profile"]).await;
    post(&app, "/oauth/revoke", &[("token", &script)]).await.ok();
    assert!(!holds(&app, &script).await);
    refused(post(&app, "/oauth/revoke", &[("client_id", OWN)]).await, "invalid_request");
    // A browser's session isn't a token.
    let session =
        super::text(&serde_json::json!({ "cookie": ana.cookies().unwrap().to_str().unwrap() }), "cookie");
    give_up(session.split('=').next_back().unwrap(), OWN).await;
    ana.get("/account").await.ok();
}

/// Each grant on a row of its own, which a hundred rotations leave as it is.
#[tokio::test]
async fn rotating_leaves_nothing_behind() {
    let app: TestApp = start().await;
    let ana = app.buyer("Ana").await;
    let mut pair = Pair::for_app_of(&app, &ana).await;
    for _ in 0..30 {
        pair = Pair::of(refresh(&app, &pair.refresh).await);
    }
    let rows: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM refresh_tokens), (SELECT count(*) FROM access_tokens)")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(rows, (1, 2));
}
