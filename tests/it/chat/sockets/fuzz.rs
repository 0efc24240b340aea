//! Whatever comes in by a socket: it is answered as the contract says, and the program goes on.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, TestApp, room};

#[derive(Clone, Debug)]
enum Sent {
    Text(String),
    Binary(Vec<u8>),
}

/// Any JSON.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("00000000-0000-0000-0000-000000000000")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let key = prop_oneof!["type|client_id|body|product_id|seq", "[a-z]{1,4}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(key, inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// Something like a frame of the contract, with fields of any kind.
fn nearly() -> impl Strategy<Value = Value> {
    let kind = "send|read|typing|hello|message|error|dance";
    let field = "client_id|body|product_id|seq|html";
    (kind, proptest::collection::hash_map(field, value(), 0..5)).prop_map(|(kind, fields)| {
        let mut frame = Value::from_iter(fields);
        frame["type"] = json!(kind);
        frame
    })
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![
        "\\PC{0,200}".prop_map(Sent::Text),
        any::<String>().prop_map(Sent::Text),
        value().prop_map(|value| Sent::Text(value.to_string())),
        nearly().prop_map(|value| Sent::Text(value.to_string())),
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Sent::Binary),
    ]
}

/// Whether it is surely not a frame: everything that is no object with a `type`.
fn is_broken(sent: &Sent) -> bool {
    let Sent::Text(text) = sent else { return true };
    let Ok(Value::Object(frame)) = serde_json::from_str(text) else { return true };
    !frame.get("type").is_some_and(Value::is_string)
}

struct Talk {
    ana: Person,
    path: String,
    _app: TestApp,
    // Dropped last: the others live in it.
    runtime: tokio::runtime::Runtime,
}

impl Talk {
    fn begin() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (app, ana, path) = runtime.block_on(async {
            let app = TestApp::start().await;
            let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
            let path = format!("/ws/{}", room(&ana, &tomas));
            (app, ana, path)
        });
        Self { ana, path, _app: app, runtime }
    }

    fn run<S: Strategy>(&self, cases: u32, strategy: S, test: impl AsyncFn(S::Value)) {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(&strategy, |value| {
            self.runtime.block_on(test(value));
            Ok(())
        });
        result.unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn frames_of_any_kind_are_answered_or_ignored_and_the_next_message_goes_through() {
    let talk = Talk::begin();
    talk.run(32, proptest::collection::vec(sent(), 1..20), async |frames| {
        let mut socket = talk.ana.socket(&talk.path).await;
        for frame in &frames {
            match frame {
                Sent::Text(text) => socket.send_text(text).await,
                Sent::Binary(bytes) => socket.send_binary(bytes.clone()).await,
            }
        }
        // Mentioned in its refusal, so it marks the end of all answers before it.
        let end = Uuid::new_v4();
        socket.send(json!({ "type": "send", "client_id": end, "body": "" })).await;
        let mut refused = 0;
        loop {
            let error = socket.expect("error").await;
            if error["client_id"] == json!(end) {
                break;
            }
            refused += usize::from(error["code"] == "bad_frame");
        }
        let broken = frames.iter().filter(|frame| is_broken(frame)).count();
        assert!(refused >= broken, "{refused} of {broken} broken frames were refused");
        assert!(refused <= frames.len(), "one answer each");
        socket.close().await;
    });
}

#[test]
fn bytes_that_are_no_web_socket_end_their_own_connection_only() {
    let talk = Talk::begin();
    talk.run(32, proptest::collection::vec(any::<u8>(), 1..300), async |bytes| {
        let mut broken = talk.ana.socket(&talk.path).await;
        broken.send_raw(&bytes).await;
        let mut socket = talk.ana.socket(&talk.path).await;
        socket.expect("hello").await;
        socket.send_text("nonsense").await;
        assert_eq!(socket.expect("error").await["code"], "bad_frame");
        socket.close().await;
    });
}
