//! Webhooks: a real server is called, and verifies as the standard says.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use haggle::{chat::WebhookTail, notices::AllowedNetworks};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::support::{Person, Product, Program, TestApp, room};

/// Somebody's server.
#[derive(Clone)]
struct Receiver {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    calls: Vec<Call>,
    answers: Vec<u16>,
}

#[derive(Clone, Debug)]
struct Call {
    id: String,
    timestamp: String,
    signatures: Vec<String>,
    body: String,
}

impl Call {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// As receivers do it, with another implementation than the program's.
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.contains(&wanted)
    }
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let receiver = Receiver { url, shared: Arc::default() };
        let router = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// The next calls are answered so, the last one first.
    fn answer(&self, statuses: &[u16]) {
        self.shared.lock().unwrap().answers.extend(statuses);
    }

    fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.shared.lock().unwrap().calls)
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let mut shared = receiver.shared.lock().unwrap();
    shared.calls.push(Call {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
        body,
    });
    let status = shared.answers.pop().unwrap_or(204);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "http://127.0.0.1:1/")]).into_response()
}

struct World {
    app: TestApp,
    tomas: Person,
    program: Program,
    receiver: Receiver,
    id: String,
    secret: String,
}

const ALL: [&str; 5] =
    ["product.created", "product.updated", "product.state_changed", "room.created", "message.created"];

async fn start() -> TestApp {
    TestApp::start_adjusted(|app| {
        app.webhooks.allowed = AllowedNetworks::parse("127.0.0.0/8").unwrap();
    })
    .await
}

impl World {
    async fn new() -> Self {
        let app = start().await;
        let tomas = app.seller("Tomas").await;
        let program = app.program_of(&tomas).await;
        let receiver = Receiver::start().await;
        let new = json!({"url": receiver.url, "events": ALL});
        let made = program.post("/me/webhooks", &new).await.expect(201).json();
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        World { id: text("id"), secret: text("secret"), app, tomas, program, receiver }
    }

    async fn deliver(&self) -> Vec<Call> {
        WebhookTail { db: self.app.db.clone() }.look().await.unwrap();
        self.app.state().webhooks.deliver_due().await.unwrap();
        self.receiver.take()
    }

    /// As if so much time had passed.
    async fn wait(&self, interval: &str) {
        let sql =
            "UPDATE webhook_deliveries SET next_at = next_at - $1::text::interval WHERE state = 'waiting'";
        sqlx::query(sql).bind(interval).execute(&self.app.db).await.unwrap();
    }

    async fn calls(&self) -> Value {
        let path = format!("/me/webhooks/{}/deliveries", self.id);
        self.program.get(&path).await.ok().json()["data"].clone()
    }
}

#[tokio::test]
async fn a_server_is_told_what_happens_and_nothing_that_is_said() {
    let world = World::new().await;
    let body = json!({"title": "Purple lamp", "price": {"amount_minor": 100, "currency": "EUR"},
                      "category": "home", "condition": "good", "place": "Brno"});
    let id = world.program.post("/products", &body).await.expect(201).json()["id"].clone();
    let path = format!("/products/{}", id.as_str().unwrap());
    world.program.patch(&path, reqwest::header::HeaderMap::new(), &json!({"title": "Blue lamp"})).await.ok();
    world.program.post(&format!("{path}/sell"), &json!({})).await.ok();
    world.program.post(&format!("{path}/sell"), &json!({})).await.ok();
    let ana = world.app.buyer("Ana").await;
    let lamp = Product::new("Rug").create(&world.app, &world.tomas).await;
    ana.messages_about(lamp, "Is the secret still there?").await;
    world.tomas.sends(&room(&ana, &world.tomas), "The secret is").await;
    let calls = world.deliver().await;
    let mut told: Vec<(Value, Value)> = calls
        .iter()
        .map(|call| {
            let json = call.json();
            (json["type"].clone(), json["data"].clone())
        })
        .collect();
    told.sort_by_key(|(kind, data)| format!("{kind}{data}"));
    let room = room(&ana, &world.tomas);
    assert_eq!(
        told,
        [
            (json!("message.created"), json!({"from": "buyer", "room": room, "seq": 1})),
            (json!("message.created"), json!({"from": "seller", "room": room, "seq": 2})),
            (json!("product.created"), json!({"product_id": id, "state": "listed"})),
            (json!("product.state_changed"), json!({"product_id": id, "state": "sold"})),
            (json!("product.updated"), json!({"product_id": id, "state": "listed"})),
            (json!("room.created"), json!({"room": room})),
        ]
    );
    for call in &calls {
        assert!(call.is_signed_with(&world.secret), "{call:?}");
        assert!(!call.body.contains("secret") && !call.body.contains("lamp"), "{}", call.body);
        assert!(call.id.starts_with("msg_") && call.json()["timestamp"].is_string());
    }
    // Once; the tail looks at the same again and again.
    assert!(world.deliver().await.is_empty());
    let log = world.calls().await;
    assert_eq!(log.as_array().unwrap().len(), 6);
    assert!(
        log.as_array().unwrap().iter().all(|it| it["state"] == "delivered" && it["answer_status"] == 204)
    );
}

#[tokio::test]
async fn what_isnt_taken_comes_again_under_the_same_id_until_it_is_given_up() {
    let world = World::new().await;
    let test = format!("/me/webhooks/{}/test", world.id);
    world.program.post(&test, &json!({})).await.expect(202);
    world.receiver.answer(&[302, 500]);
    let first = world.deliver().await;
    assert!(world.deliver().await.is_empty(), "not before its time");
    world.wait("5 seconds").await;
    let second = world.deliver().await;
    assert_eq!((first.len(), second.len(), &first[0].id), (1, 1, &second[0].id));
    let line = &world.calls().await[0];
    assert_eq!(
        (&line["state"], &line["attempts"], &line["answer_status"]),
        (&json!("waiting"), &json!(2), &json!(302))
    );
    world.wait("5 minutes").await;
    assert_eq!(world.deliver().await.len(), 1);
    assert_eq!(world.calls().await[0]["state"], "delivered");
    // Sent again by hand, it is the same call.
    let line = world.calls().await[0]["id"].as_str().unwrap().to_owned();
    let again = format!("/me/webhooks/{}/deliveries/{line}/retry", world.id);
    world.program.post(&again, &json!({})).await.expect(202);
    assert_eq!(world.deliver().await[0].id, first[0].id);
    // Ten times in three and a half days, and then no more.
    world.program.post(&test, &json!({})).await.expect(202);
    world.receiver.answer(&[500; 10]);
    let mut tries = 0;
    for _ in 0..12 {
        tries += world.deliver().await.len();
        world.wait("1 day").await;
    }
    assert_eq!(tries, 10);
    let webhook = world.program.get("/me/webhooks").await.ok().json()["data"][0].clone();
    assert_eq!(webhook["is_enabled"], false);
    assert!(webhook["disabled_reason"].as_str().unwrap().contains("three days"));
    let notices = world.program.get("/notices").await.ok().json();
    assert!(notices["data"].as_array().unwrap().iter().any(|it| it["kind"] == "webhook"), "{notices}");
    // Switched on again it is called again.
    let path = format!("/me/webhooks/{}", world.id);
    world.program.patch(&path, reqwest::header::HeaderMap::new(), &json!({"is_enabled": true})).await.ok();
    world.program.post(&test, &json!({})).await.expect(202);
    assert_eq!(world.deliver().await.len(), 1);
}

#[tokio::test]
async fn a_server_that_is_gone_is_called_no_more() {
    let world = World::new().await;
    world.program.post(&format!("/me/webhooks/{}/test", world.id), &json!({})).await.expect(202);
    world.receiver.answer(&[410]);
    assert_eq!(world.deliver().await.len(), 1);
    Product::new("Rug").create(&world.app, &world.tomas).await;
    world.wait("1 day").await;
    assert!(world.deliver().await.is_empty());
    assert_eq!(world.program.get("/me/webhooks").await.ok().json()["data"][0]["is_enabled"], false);
}

#[tokio::test]
async fn while_a_secret_changes_both_verify() {
    let world = World::new().await;
    let rotated = world.program.post(&format!("/me/webhooks/{}/rotate", world.id), &json!({})).await.ok();
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, world.secret);
    let test = format!("/me/webhooks/{}/test", world.id);
    world.program.post(&test, &json!({})).await.expect(202);
    let call = &world.deliver().await[0];
    assert!(call.is_signed_with(&new) && call.is_signed_with(&world.secret));
    sqlx::query("UPDATE webhooks SET rotated_at = now() - interval '1 day'")
        .execute(&world.app.db)
        .await
        .unwrap();
    world.program.post(&test, &json!({})).await.expect(202);
    let call = &world.deliver().await[0];
    assert!(call.is_signed_with(&new) && !call.is_signed_with(&world.secret));
    // Nothing in the database signs.
    let stored: String =
        sqlx::query_scalar("SELECT w::text FROM webhooks w").fetch_one(&world.app.db).await.unwrap();
    assert!(!stored.contains(&new[6..20]));
}

#[tokio::test]
async fn what_leads_into_the_house_is_refused() {
    let app = TestApp::start().await;
    let program = app.program_of(&app.seller("Tomas").await).await;
    for url in [
        "http://shop.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://user:word@shop.example/",
        "ftp://shop.example/",
        "x",
        "",
    ] {
        let new = json!({"url": url, "events": ["product.created"]});
        let refused = program.post("/me/webhooks", &new).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/url", "{url}");
    }
    for events in [json!([]), json!(["message.words"])] {
        let new = json!({"url": "https://shop.example/", "events": events});
        let refused = program.post("/me/webhooks", &new).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/events");
    }
    let new = json!({"url": "https://shop.example/", "events": ["product.created"]});
    for _ in 0..10 {
        program.post("/me/webhooks", &new).await.expect(201);
    }
    program.post("/me/webhooks", &new).await.expect(422);
}

#[tokio::test]
async fn whoever_blocks_tells_their_server_nothing_of_the_other() {
    let world = World::new().await;
    let ana = world.app.buyer("Ana").await;
    let lamp = Product::new("Lamp").create(&world.app, &world.tomas).await;
    ana.messages_about(lamp, "Hello").await;
    world.deliver().await;
    let room = room(&ana, &world.tomas);
    world.tomas.post(&format!("/rooms/{room}/block"), &[]).await.expect(303);
    ana.sends(&room, "Hello?").await;
    assert!(world.deliver().await.is_empty());
}

#[tokio::test]
async fn the_marketplaces_own_webhooks_hear_of_products_only() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let root = app.admin("Root").await;
    let made = root.post("/admin/webhooks", &[("url", &receiver.url)]).await.ok();
    assert!(made.text("[data-secret]").starts_with("whsec_"));
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let program = app.program_of(&tomas).await;
    let body = json!({"title": "Lamp", "price": {"amount_minor": 100, "currency": "EUR"},
                      "category": "home", "condition": "good", "place": "Brno"});
    let id = program.post("/products", &body).await.expect(201).json()["id"].clone();
    ana.messages_about(id.as_str().unwrap().parse().unwrap(), "Hello").await;
    WebhookTail { db: app.db.clone() }.look().await.unwrap();
    app.state().webhooks.deliver_due().await.unwrap();
    let calls = receiver.take();
    assert_eq!((calls.len(), &calls[0].json()["type"]), (1, &json!("product.created")));
    let page = root.get("/admin/webhooks").await.ok();
    assert_eq!(page.texts("tbody code"), ["product.created"]);
    let delivery = page.attr("input[name=delivery]", "value");
    let form = page.form("form[action$='/send-again']");
    assert_eq!(form.value("delivery"), delivery);
    root.submit(&form).await.expect(303);
    app.state().webhooks.deliver_due().await.unwrap();
    assert_eq!(receiver.take().len(), 1);
    root.post("/admin/webhooks", &[("url", "http://x/")]).await.refused();
}

#[tokio::test]
async fn one_of_the_marketplaces_own_that_is_off_is_switched_on_by_its_page() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let root = app.admin("Root").await;
    assert_eq!(root.get("/admin/webhooks").await.ok().text(".empty-title"), "No webhooks yet");
    root.post("/admin/webhooks", &[("url", &receiver.url)]).await.ok();
    let test = root.get("/admin/webhooks").await.ok().form("form[action$='/test']");
    root.submit(&test).await.expect(303);
    receiver.answer(&[410]);
    app.state().webhooks.deliver_due().await.unwrap();
    assert_eq!(receiver.take().len(), 1);
    // Off, there is nothing to press that would do nothing.
    let off = root.get("/admin/webhooks").await.ok();
    assert_eq!(off.texts(".tag-bad"), ["Off", "Failed"]);
    assert!(off.body().contains("gone (410)"));
    assert!(!off.has("form[action$='/test']") && !off.has("form[action$='/send-again']"));
    root.submit(&off.form("form[action$='/enable']")).await.redirects_to("/admin/webhooks");
    let on = root.get("/admin/webhooks").await.ok();
    assert!(!on.has("form[action$='/enable']") && on.has("form[action$='/send-again']"));
    assert!(root.get("/admin/audit").await.ok().body().contains("Switched on a webhook"));
    // It is called again, and the eleventh call and those before are folded.
    for _ in 0..11 {
        root.submit(&test).await.expect(303);
    }
    app.state().webhooks.deliver_due().await.unwrap();
    assert_eq!(receiver.take().len(), 11);
    let page = root.get("/admin/webhooks").await.ok();
    assert_eq!((page.count("section > table tbody tr"), page.count("details tbody tr")), (10, 2));
    root.post("/admin/webhooks/0/enable", &[]).await.expect(404);
}
