//! What people are told while the database is away, and that all is well by itself when it is back.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Executor as _;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    processes::{Death, Node, Postgres},
    staleness::waiting,
    support::{Person, Product, Socket, TestApp, eventually, room},
};

/// Far more than a stop takes: the last requests, what is being written, and the connections are waited for.
const STOPPED: Duration = Duration::from_secs(90);

struct Market {
    postgres: Postgres,
    node: Node,
    ana: Person,
    tomas: Person,
    lamp: i64,
}

impl Market {
    async fn open(name: &str) -> Self {
        let postgres = Postgres::start().await;
        let node = Node::start(name, postgres.url(), None).await;
        let app = TestApp::outside(node.addr, postgres.pool().await);
        let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
        let lamp = Product::new("Lamp").create(&app, &tomas).await;
        ana.sends(&room(&ana, &tomas), "Before").await;
        app.db.close().await;
        Self { postgres, node, ana, tomas, lamp }
    }

    async fn sockets(&self) -> [Socket; 2] {
        let path = format!("/ws/{}", room(&self.ana, &self.tomas));
        let mut sockets = [self.ana.socket(&path).await, self.tomas.socket(&path).await];
        for socket in &mut sockets {
            socket.expect("hello").await;
        }
        sockets
    }

    async fn a_form_is_refused_with_its_text(&self) {
        let room = room(&self.ana, &self.tomas);
        for path in [format!("/rooms/{room}/messages"), format!("/products/{}/messages", self.lamp)] {
            let form = [("body", "Is it still there?"), ("product_id", "")];
            let page = self.ana.post(&path, &form).await.expect(503);
            assert_eq!(page.text("textarea[name=body]").trim(), "Is it still there?");
            assert_eq!(page.attr("main form", "action"), path);
        }
    }

    /// Sends again by whatever connection there is, until each is stored; then both see each once.
    async fn all_is_stored_once(&self, ids: &[Uuid]) {
        let history = format!("/rooms/{}/messages?limit=100", room(&self.ana, &self.tomas));
        eventually("the messages to be stored", async || {
            let mut socket =
                self.ana.dial(&format!("/ws/{}", room(&self.ana, &self.tomas)), None).await.ok()?;
            for id in ids {
                socket.try_send(send(*id)).await;
                while socket.next().await.ok().filter(|it| it["type"] != "error")?["client_id"] != json!(id) {
                }
            }
            Some(())
        })
        .await;
        let (bought, sold) =
            (self.ana.get_json(&history).await.ok().json(), self.tomas.get_json(&history).await.ok().json());
        assert_eq!(bought["entries"], sold["entries"]);
        let stored: Vec<_> =
            bought["entries"].as_array().unwrap().iter().map(|it| &it["client_id"]).collect();
        for id in ids {
            assert_eq!(stored.iter().filter(|it| ***it == json!(id)).count(), 1);
        }
        assert!(haggle::chat::verify(&self.postgres.pool().await).await.unwrap().is_empty());
    }
}

fn send(id: Uuid) -> Value {
    json!({ "type": "send", "client_id": id, "body": format!("Message {id}") })
}

/// Writes one, and more while the first is being tried; each is answered.
async fn hears_that_it_is_unavailable(socket: &mut Socket) -> Vec<Uuid> {
    let ids: Vec<_> = (0..4).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        socket.send(send(*id)).await;
        // Reading must keep nobody from hearing.
        socket.send(json!({ "type": "read", "seq": 1 })).await;
        sleep(Duration::from_millis(300)).await;
    }
    for id in &ids {
        let error = socket.expect("error").await;
        assert_eq!((&error["code"], &error["client_id"]), (&json!("unavailable"), &json!(id)));
    }
    ids
}

pub async fn senders_hear_of_a_dead_database_and_it_recovers_by_itself() {
    let mut market = Market::open("gone-dead").await;
    let [mut anas, _tomass] = market.sockets().await;
    market.postgres.end(Death::Killed).await;
    let ids = hears_that_it_is_unavailable(&mut anas).await;
    market.postgres.begin().await;
    market.all_is_stored_once(&ids).await;
    market.postgres.stop().await;
}

pub async fn senders_hear_of_a_frozen_database_and_it_recovers_by_itself() {
    let market = Market::open("gone-frozen").await;
    let [mut anas, _tomass] = market.sockets().await;
    market.postgres.freeze().await;
    let ids = hears_that_it_is_unavailable(&mut anas).await;
    market.postgres.thaw().await;
    market.all_is_stored_once(&ids).await;
    market.postgres.stop().await;
}

pub async fn a_program_whose_database_is_frozen_can_be_stopped() {
    let mut market = Market::open("gone-stop").await;
    let [_anas, mut tomass] = market.sockets().await;
    let db = market.postgres.pool().await;
    let mut lock = db.begin().await.unwrap();
    lock.execute("LOCK TABLE nodes").await.unwrap();
    waiting(&db, "INSERT INTO nodes", 1).await;
    // What waits is never answered now.
    market.postgres.freeze().await;
    let (stopped, code) = tokio::join!(timeout(STOPPED, market.node.stop()), tomass.closed());
    stopped.expect("it ends");
    assert_eq!(code, 1012);
    market.postgres.thaw().await;
    lock.rollback().await.unwrap();
    db.close().await;
    market.postgres.stop().await;
}

/// The commit takes until nobody waits for it any more, and goes through.
pub async fn a_late_commit_reaches_everybody_in_the_room() {
    let market = Market::open("gone-slow").await;
    let db = market.postgres.pool().await;
    db.execute(
        "CREATE TABLE go_on ();
         CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN WHILE NOT EXISTS (SELECT FROM go_on) LOOP PERFORM pg_sleep(0.02); END LOOP; RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER delay AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION delay()",
    )
    .await
    .unwrap();
    let [mut anas, mut tomass] = market.sockets().await;
    let mut inbox = market.tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;
    let id = Uuid::new_v4();
    anas.send(send(id)).await;
    assert_eq!(anas.expect("error").await["code"], "unavailable");
    // It may be stored already, and isn't yet.
    inbox.expect("hello").await;
    db.execute("INSERT INTO go_on DEFAULT VALUES").await.unwrap();
    db.close().await;
    assert_eq!(tomass.expect("message").await["client_id"], json!(id));
    assert_eq!(anas.expect("message").await["client_id"], json!(id), "its sender learns of it as well");
    inbox.expect_where("both messages", |frame| frame["total"] == 2).await;
    market.postgres.stop().await;
}

pub async fn a_form_keeps_its_text_while_the_database_is_gone() {
    let mut market = Market::open("gone-form").await;
    for death in [None, Some(Death::Killed), Some(Death::Immediate)] {
        match death {
            None => market.postgres.freeze().await,
            Some(death) => market.postgres.end(death).await,
        }
        market.a_form_is_refused_with_its_text().await;
        match death {
            None => market.postgres.thaw().await,
            Some(_) => market.postgres.begin().await,
        }
    }
    let (ana, room) = (&market.ana, room(&market.ana, &market.tomas));
    let path = format!("/rooms/{room}/messages");
    eventually("the form to be taken", async || {
        let page = ana.post(&path, &[("body", "Is it still there?")]).await;
        (page.status == 303).then_some(())
    })
    .await;
    market.postgres.stop().await;
}

/// The one that runs inside.
pub async fn a_private_database_that_is_killed_runs_again_by_itself() {
    let node = Node::private("gone-private").await;
    let app = TestApp::outside(node.addr, node.pool().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "Before").await;
    let path = format!("/ws/{}", room(&ana, &tomas));
    let mut tomass = tomas.socket(&path).await;
    let mut anas = ana.socket(&path).await;
    anas.expect("hello").await;
    node.kill_database().await;
    // Refused, or kept until it runs again; the same connection all the time.
    let id = Uuid::new_v4();
    anas.send(send(id)).await;
    while anas.expect_where("an answer", |frame| frame["client_id"] == json!(id)).await["type"] == "error" {
        sleep(Duration::from_millis(200)).await;
        anas.send(send(id)).await;
    }
    assert_eq!(tomass.expect("message").await["client_id"], json!(id));
    assert!(haggle::chat::verify(&node.pool().await).await.unwrap().is_empty());
}
