//! Whatever is written to a room, in whatever order, by however many programs: one timeline.

use std::collections::{BTreeMap, HashMap};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};
use sqlx::Executor as _;
use uuid::Uuid;

use haggle::app::App;

use crate::support::{Person, Product, TestApp, room};

/// What somebody does, at one of two nodes.
#[derive(Clone, Debug)]
enum Action {
    /// Few ids and bodies, so that many are repeats and some are reused for other words.
    Say {
        id: usize,
        body: usize,
        about: Topic,
    },
    Read {
        seq: i64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Topic {
    Nothing,
    Lamp,
    /// Of another seller.
    Foreign,
}

#[derive(Clone, Debug)]
struct Turn {
    node: usize,
    is_buyer: bool,
    deed: Action,
}

fn turn() -> impl Strategy<Value = Turn> {
    let about = prop_oneof![4 => Just(Topic::Nothing), 2 => Just(Topic::Lamp), 1 => Just(Topic::Foreign)];
    let say = (0..5_usize, 0..2_usize, about).prop_map(|(id, body, about)| Action::Say { id, body, about });
    let read = (-1..30_i64).prop_map(|seq| Action::Read { seq });
    let deed = prop_oneof![5 => say, 1 => read];
    (0..2_usize, any::<bool>(), deed).prop_map(|(node, is_buyer, deed)| Turn { node, is_buyer, deed })
}

/// What was answered to each message that was sent: side, id, words and product; the entry or the refusal.
type Answers = Vec<((bool, usize), (String, Option<i64>), Result<Value, String>)>;

struct Room {
    /// The buyer's and the seller's browser, at each node.
    buyer: [Person; 2],
    seller: [Person; 2],
    name: String,
    lamp: i64,
    foreign: i64,
    ids: HashMap<(bool, usize), Uuid>,
}

impl Room {
    async fn new(one: &TestApp, two: &TestApp) -> Self {
        let unique = Uuid::new_v4().simple();
        let buyer = one.buyer(&format!("Buyer {unique}")).await;
        let seller = one.seller(&format!("Seller {unique}")).await;
        let other = one.seller(&format!("Other {unique}")).await;
        let ids =
            [true, false].into_iter().flat_map(|side| (0..5).map(move |id| ((side, id), Uuid::new_v4())));
        Room {
            name: room(&buyer, &seller),
            lamp: Product::new("Lamp").create(one, &seller).await,
            foreign: Product::new("Vase").create(one, &other).await,
            buyer: [buyer.clone(), buyer.on_node(two)],
            seller: [seller.clone(), seller.on_node(two)],
            ids: ids.collect(),
        }
    }

    /// One after the other.
    async fn act(&self, turns: &[Turn]) -> Answers {
        let mut answers = Vec::new();
        for Turn { node, is_buyer, deed } in turns {
            let person = if *is_buyer { &self.buyer[*node] } else { &self.seller[*node] };
            match deed {
                Action::Read { seq } => {
                    person.get(&format!("/rooms/{}/seen.gif?seq={seq}", self.name)).await;
                }
                Action::Say { id, body, about } => {
                    let about = match about {
                        Topic::Nothing => None,
                        Topic::Lamp => Some(self.lamp),
                        Topic::Foreign => Some(self.foreign),
                    };
                    let (key, words) = ((*is_buyer, *id), format!("{id} {body}"));
                    let answer = self.say(person, self.ids[&key], &words, about).await;
                    answers.push((key, (words, about), answer));
                }
            }
        }
        answers
    }

    async fn say(&self, person: &Person, id: Uuid, body: &str, about: Option<i64>) -> Result<Value, String> {
        let fields = [
            ("client_id", id.to_string()),
            ("body", body.to_owned()),
            ("product_id", about.map(|id| id.to_string()).unwrap_or_default()),
        ];
        let path = format!("/rooms/{}/messages", self.name);
        let request = person.request(Method::POST, &path).header(ACCEPT, "application/json").form(&fields);
        let page = person.send(request).await;
        match page.status.as_u16() {
            200 => Ok(page.json()),
            404 => Err("no room yet".to_owned()),
            _ => Err(page.json()["code"].as_str().expect("a refusal").to_owned()),
        }
    }

    async fn timeline(&self, person: &Person) -> Vec<Value> {
        let path = format!("/rooms/{}/messages?limit=100", self.name);
        let page = person.get_json(&path).await;
        if page.status == 404 { Vec::new() } else { page.ok().json()["entries"].as_array().unwrap().clone() }
    }
}

#[test]
fn any_interleaving_at_two_nodes_is_one_timeline_with_each_message_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, two) = runtime.block_on(async {
        // As on a machine with eight cores.
        let writers = |app: &mut App| app.chat.set_shards(4, &app.supervisor.clone());
        let one = TestApp::start_adjusted(writers).await;
        let two = one.beside().await;
        (one, two)
    });
    // Four who act at the same time.
    let clients = proptest::collection::vec(proptest::collection::vec(turn(), 0..7), 4);
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&clients, |clients| {
        runtime.block_on(async {
            let room = Room::new(&one, &two).await;
            let (a, b, c, d) = tokio::join!(
                room.act(&clients[0]),
                room.act(&clients[1]),
                room.act(&clients[2]),
                room.act(&clients[3])
            );
            check(&room, [a, b, c, d].concat()).await;
            assert!(haggle::chat::verify(&one.db).await.unwrap().is_empty());
        });
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn check(room: &Room, answers: Answers) {
    let timeline = room.timeline(&room.buyer[0]).await;
    assert_eq!(timeline, room.timeline(&room.seller[1]).await);
    let seqs: Vec<_> = timeline.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=timeline.len() as i64).collect::<Vec<_>>());

    let mut stored = BTreeMap::new();
    for (key, (words, about), answer) in answers {
        let id = json!(room.ids[&key]);
        let from = if key.0 { "buyer" } else { "seller" };
        let entries: Vec<_> =
            timeline.iter().filter(|entry| entry["client_id"] == id && entry["from"] == from).collect();
        match answer {
            Ok(told) => {
                let [entry] = entries[..] else { panic!("stored {} times: {told}", entries.len()) };
                assert_eq!((&entry["seq"], &entry["body"]), (&told["seq"], &told["body"]));
                assert_eq!((&entry["body"], &entry["product_id"]), (&json!(words), &json!(about)));
                stored.insert(key, entry["seq"].as_i64().unwrap());
            }
            Err(why) if why == "client_id_reused" => {
                let [entry] = entries[..] else { panic!("stored {} times", entries.len()) };
                assert!(entry["body"] != words || entry["product_id"] != json!(about), "{entry}");
            }
            Err(why) if why == "bad_product" => assert_eq!(about, Some(room.foreign)),
            Err(why) => assert_eq!((why.as_str(), from), ("no room yet", "seller")),
        }
    }
    assert_eq!(stored.len(), timeline.len(), "all that is stored was acknowledged");
}

/// The first keeps the writer waiting.
#[tokio::test]
async fn what_comes_while_one_transaction_runs_is_written_by_the_next() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    let mut lock = app.db.begin().await.unwrap();
    lock.execute("SELECT * FROM rooms FOR UPDATE").await.unwrap();
    for n in 0..20 {
        socket.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": n.to_string() })).await;
    }
    socket.send_text("nonsense").await;
    socket.expect("error").await;
    lock.rollback().await.unwrap();
    for n in 0..20 {
        assert_eq!(socket.expect("message").await["body"], json!(n.to_string()));
    }
    let transactions: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM messages WHERE seq > 1")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert!(transactions <= 2, "{transactions}");
}

/// The first keeps the writer waiting, so that all the others are one batch.
#[tokio::test]
async fn an_entry_that_the_database_refuses_fails_alone() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    app.db
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN IF NEW.body = ''raised'' THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END';
             CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse();
             ALTER TABLE messages ADD CONSTRAINT no_bad_words CHECK (body <> 'checked')",
        )
        .await
        .unwrap();
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;

    let mut lock = app.db.begin().await.unwrap();
    lock.execute("SELECT * FROM rooms FOR UPDATE").await.unwrap();
    let bodies = ["0", "1", "checked", "2", "3", "raised", "4"];
    let ids: Vec<_> = bodies.iter().map(|_| Uuid::new_v4()).collect();
    for (id, body) in ids.iter().zip(bodies) {
        socket.send(json!({ "type": "send", "client_id": id, "body": body })).await;
    }
    socket.send_text("nonsense").await;
    assert_eq!(socket.expect("error").await["code"], "bad_frame", "all before it are handed in");
    lock.rollback().await.unwrap();

    for refused in [2, 5] {
        let error = socket.expect("error").await;
        assert_eq!((&error["code"], &error["client_id"]), (&json!("bad_frame"), &json!(ids[refused])));
        let why = error["message"].as_str().unwrap();
        assert!(why.contains("can't be stored as it is"), "sent again it would be refused again: {why}");
    }
    for (seq, body) in (2..).zip(["0", "1", "2", "3", "4"]) {
        let told = tomass.expect("message").await;
        assert_eq!((&told["seq"], &told["body"]), (&json!(seq), &json!(body)));
    }
    let page = ana.post(&format!("/rooms/{name}/messages"), &[("body", "checked")]).await.refused();
    assert_eq!(page.form("form.panel").value("body").trim(), "checked", "its words can be changed");
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_bad_entry_beside_a_locked_room_delays_nobody() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let (locked, free) = (room(&ana, &tomas), room(&bo, &tomas));
    ana.sends(&locked, "Hello").await;
    bo.sends(&free, "Hello").await;
    app.db.execute("ALTER TABLE messages ADD CONSTRAINT no_bad_words CHECK (body <> 'bad')").await.unwrap();
    let mut anas = ana.socket(&format!("/ws/{locked}")).await;
    let mut bos = bo.socket(&format!("/ws/{free}")).await;
    let mut lock = app.db.begin().await.unwrap();
    lock.execute("SELECT * FROM rooms ORDER BY id LIMIT 1 FOR UPDATE").await.unwrap();
    let ids: Vec<_> = (0..5).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        anas.send(json!({ "type": "send", "client_id": id, "body": "Is it still there?" })).await;
    }
    anas.send_text("nonsense").await;
    anas.expect("error").await;
    for body in ["bad", "good"] {
        bos.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": body })).await;
    }
    // In either order.
    let mut heard = Vec::new();
    while heard.len() < 2 {
        let answer =
            bos.expect_where("an answer", |it| it["type"] == "error" || it["type"] == "message").await;
        heard.push(if answer["type"] == "error" { answer["code"].clone() } else { answer["body"].clone() });
    }
    heard.sort_by_key(Value::to_string);
    assert_eq!(heard, ["bad_frame", "good"]);
    for id in &ids {
        let error = anas.expect("error").await;
        assert_eq!((&error["code"], &error["client_id"]), (&json!("unavailable"), &json!(id)));
    }
}

/// Here by a transaction that doesn't end, as a program leaves one that is stopped in the middle.
#[tokio::test]
async fn a_room_that_somebody_keeps_locked_holds_up_no_other() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let (locked, free) = (room(&ana, &tomas), room(&bo, &tomas));
    ana.sends(&locked, "Hello").await;
    bo.sends(&free, "Hello").await;
    let mut anas = ana.socket(&format!("/ws/{locked}")).await;
    let mut bos = bo.socket(&format!("/ws/{free}")).await;
    bos.expect("hello").await;

    let mut lock = app.db.begin().await.unwrap();
    lock.execute("SELECT * FROM rooms ORDER BY id LIMIT 1 FOR UPDATE").await.unwrap();
    let (stuck, after) = (Uuid::new_v4(), Uuid::new_v4());
    anas.send(json!({ "type": "send", "client_id": stuck, "body": "Is it still there?" })).await;
    anas.send_text("nonsense").await;
    anas.expect("error").await;
    bos.send(json!({ "type": "send", "client_id": after, "body": "Could I have it?" })).await;
    assert_eq!(bos.expect("message").await["client_id"], json!(after));
    let error = anas.expect("error").await;
    assert_eq!((&error["code"], &error["client_id"]), (&json!("unavailable"), &json!(stuck)));

    lock.rollback().await.unwrap();
    anas.send(json!({ "type": "send", "client_id": stuck, "body": "Is it still there?" })).await;
    assert_eq!(anas.expect("message").await["seq"], 2);
}
