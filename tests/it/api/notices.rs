//! Notices by program, and a phone that is pushed to without anybody's cloud.

use reqwest::header::HeaderMap;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn notices_are_listed_read_and_chosen() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    // Making a token is told.
    let program = app.program_of(&tomas).await;
    crate::support::sweep(&app).await;
    let list = crate::support::eventually("the notice", async || {
        let list = program.get("/notices").await.ok().json();
        list["data"].get(0).is_some().then_some(list)
    });
    app.start_jobs();
    let list = list.await;
    let notice = &list["data"][0];
    assert_eq!((&notice["is_read"], &list["next"]), (&json!(false), &json!(null)));
    let id = notice["id"].as_str().unwrap();
    program.put("/notices/read", &json!({"ids": [id]})).await.expect(204);
    assert_eq!(program.get("/notices").await.ok().json()["data"][0]["is_read"], true);
    program.put("/notices/read", &json!({})).await.expect(204);
    let settings = program.get("/me/notice_settings").await.ok().json();
    assert_eq!(settings["previews"], true);
    let change = json!({"time_zone": "Europe/Prague", "quiet": {"from": "22:00", "to": "07:00"},
                        "choices": [{"kind": "message", "channel": "mail", "is_on": false}]});
    let changed = program.patch("/me/notice_settings", HeaderMap::new(), &change).await.ok().json();
    assert_eq!(changed["quiet"], json!({"from": "22:00", "to": "07:00"}));
    let mail = changed["choices"].as_array().unwrap().iter();
    let mail = mail.clone().find(|it| it["kind"] == "message" && it["channel"] == "mail").unwrap();
    assert_eq!(mail["is_on"], false);
    // Null is none, nothing is as it was.
    let changed =
        program.patch("/me/notice_settings", HeaderMap::new(), &json!({"quiet": null})).await.ok().json();
    assert_eq!((&changed["quiet"], &changed["time_zone"]), (&json!(null), &json!("Europe/Prague")));
    for (wrong, pointer) in [
        (json!({"time_zone": "Mars/Olympus"}), "/time_zone"),
        (json!({"quiet": {"from": "25:00", "to": "07:00"}}), "/quiet"),
        (json!({"choices": [{"kind": "nothing", "channel": "mail", "is_on": true}]}), "/choices"),
    ] {
        let refused = program.patch("/me/notice_settings", HeaderMap::new(), &wrong).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_device_is_told_by_its_own_distributor_until_its_token_ends() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let program = app.program_of(&tomas).await;
    let keys = json!({"kind": "unifiedpush", "endpoint": "https://push.example/abc",
                      "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                      "auth": "BTBZMqHH6r4Tts7J_aSIgg"});
    program.put("/me/push/phone", &keys).await.expect(204);
    let count = || async {
        let devices = "SELECT count(*) FROM push_subscriptions WHERE account_id = $1";
        sqlx::query_scalar::<_, i64>(devices).bind(tomas.account_id).fetch_one(&app.db).await.unwrap()
    };
    assert_eq!(count().await, 1);
    // A new endpoint takes the place of the device's old one.
    let mut moved = keys.clone();
    moved["endpoint"] = json!("https://push.example/def");
    program.put("/me/push/phone", &moved).await.expect(204);
    assert_eq!(count().await, 1);
    for (field, value) in [
        ("endpoint", "http://push.example/abc"),
        ("endpoint", "https://127.0.0.1/abc"),
        ("endpoint", "https://[::1]/"),
        ("endpoint", "x"),
        ("p256dh", "x"),
        ("auth", ""),
        ("kind", "fcm"),
    ] {
        let mut wrong = keys.clone();
        wrong[field] = json!(value);
        program.put("/me/push/tablet", &wrong).await.expect(422);
    }
    program.put("/me/push/%00", &keys).await.expect(404);
    program.delete("/me/push/phone").await.expect(204);
    program.delete("/me/push/phone").await.expect(404);
    program.put("/me/push/phone", &keys).await.expect(204);
    tomas.post("/account/sign-out-everywhere", &[]).await.expect(303);
    assert_eq!(count().await, 0);
}
