//! Writers in many rooms while everything under them is killed in turn.

use std::{collections::HashSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    chat_client::ChatClient,
    nats_server::NatsServer,
    processes::{Death, Node, Postgres},
    support::{Person, TestApp, room},
    transport::Transport,
};

/// Each seller talks to two buyers.
const SELLERS: usize = 3;
/// Messages that each side of each room writes.
const QUOTA: usize = 30;
const ROOMS: usize = 2 * SELLERS;
/// It takes some fifteen seconds.
const GIVE_UP: Duration = Duration::from_secs(120);
const MESSAGES: usize = ROOMS * 2 * QUOTA;

#[derive(Clone, Copy, Debug)]
enum Kill {
    Node(usize),
    Database(Death),
    Nats,
}

pub async fn one_node_loses_nothing_while_everything_is_killed_in_turn() {
    use Kill::*;
    let kills = [Node(0), Database(Death::Killed), Node(0), Database(Death::Immediate)];
    let world = World::start("chaos-one-node", 1, Transport::Database).await;
    timeout(GIVE_UP, world.survives(&kills)).await.expect("everybody gets through");
}

pub async fn two_nodes_lose_nothing_while_everything_is_killed_in_turn(over: Transport) {
    use Kill::*;
    let kills = [Nats, Node(0), Database(Death::Killed), Nats, Node(1), Database(Death::Immediate)];
    let kills: Vec<_> =
        kills.into_iter().filter(|it| over == Transport::Nats || !matches!(it, Nats)).collect();
    let world = World::start(&format!("chaos-{over}"), 2, over).await;
    timeout(GIVE_UP, world.survives(&kills)).await.expect("everybody gets through");
}

struct World {
    postgres: Postgres,
    nats: Option<NatsServer>,
    nodes: Vec<Node>,
}

impl World {
    async fn start(name: &str, nodes: usize, over: Transport) -> Self {
        let (postgres, nats) = (Postgres::start().await, over.server().await);
        let mut world = Self { postgres, nats, nodes: Vec::new() };
        for n in 0..nodes {
            let nats = world.nats.as_ref().map(NatsServer::url);
            let node = Node::start(&format!("{name}-{n}"), world.postgres.url(), nats).await;
            world.nodes.push(node);
        }
        world
    }

    async fn survives(mut self, kills: &[Kill]) {
        let pairs = self.people().await;
        let (acknowledged, mut acks) = watch::channel(0);
        let acknowledged = Arc::new(acknowledged);
        let mut talkers = JoinSet::new();
        for (buyer, seller) in &pairs {
            for (first, person) in [buyer, seller].into_iter().enumerate() {
                let name = room(buyer, seller);
                let tabs = self.tabs(person, first);
                let talker = ChatClient::new(tabs, name.clone(), QUOTA, acknowledged.clone());
                talkers.spawn(async move { (name, talker.run().await.shown) });
            }
        }

        for (n, kill) in kills.iter().enumerate() {
            let due = MESSAGES * (n + 1) / (kills.len() + 1);
            acks.wait_for(|count| *count >= due).await.unwrap();
            self.kill(*kill, &mut acks).await;
        }

        let shown = talkers.join_all().await;
        let db = self.postgres.pool().await;
        for (buyer, seller) in &pairs {
            let name = room(buyer, seller);
            let stored = stored(&db, buyer, seller).await;
            for (_, shown) in shown.iter().filter(|(room, _)| *room == name) {
                assert_eq!(shown.iter().map(facts).collect::<Vec<_>>(), stored, "{name}: what a page shows");
            }
            let seqs: Vec<_> = stored.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
            assert_eq!(seqs, (1..=2 * QUOTA as i64).collect::<Vec<_>>(), "{name}");
            let bodies: HashSet<_> = stored.iter().map(|entry| entry["body"].as_str().unwrap()).collect();
            assert_eq!(bodies.len(), 2 * QUOTA, "{name}: all that was written, each once");
        }
        assert!(haggle::chat::verify(&db).await.unwrap().is_empty());
        for person in pairs.iter().flat_map(|(buyer, seller)| [buyer, seller]) {
            let page = person.get("/messages").await.ok();
            assert_eq!(page.attr(".nav .badge", "data-unread"), unread(&db, person).await, "{}", person.name);
        }
        drop(self.nodes);
        db.close().await;
        self.postgres.stop().await;
    }

    /// Two buyers for each seller.
    async fn people(&self) -> Vec<(Person, Person)> {
        let app = TestApp::outside(self.nodes[0].addr, self.postgres.pool().await);
        let mut pairs = Vec::new();
        for n in 0..SELLERS {
            let seller = app.seller(&format!("Seller {n}")).await;
            for m in 0..2 {
                let buyer = app.buyer(&format!("Buyer {n}.{m}")).await;
                pairs.push((buyer, seller.clone()));
            }
        }
        app.db.close().await;
        pairs
    }

    /// The person's browser at each node, beginning with the `n`-th.
    fn tabs(&self, person: &Person, n: usize) -> Vec<Person> {
        let count = self.nodes.len();
        (n..n + count).map(|n| person.at_origin(self.nodes[n % count].origin())).collect()
    }

    /// Kills it and starts it again; where others can go on without it, not before they have.
    async fn kill(&mut self, kill: Kill, acks: &mut watch::Receiver<usize>) {
        let others_go_on = async |acks: &mut watch::Receiver<usize>| {
            let due = *acks.borrow() + MESSAGES / 20;
            acks.wait_for(|count| *count >= due).await.unwrap();
        };
        match kill {
            Kill::Node(n) => {
                self.nodes[n].kill().await;
                if self.nodes.len() > 1 {
                    others_go_on(acks).await;
                }
                self.nodes[n].begin().await;
            }
            Kill::Database(death) => {
                self.postgres.end(death).await;
                self.postgres.begin().await;
            }
            Kill::Nats => {
                let nats = self.nats.as_mut().unwrap();
                nats.kill().await;
                others_go_on(acks).await;
                nats.begin().await;
            }
        }
    }
}

/// What an entry is, without how it is shown.
fn facts(entry: &Value) -> Value {
    json!({
        "seq": entry["seq"], "from": entry["from"], "client_id": entry["client_id"], "body": entry["body"]
    })
}

/// The room's entries as the tables have them.
async fn stored(db: &PgPool, buyer: &Person, seller: &Person) -> Vec<Value> {
    sqlx::query_scalar(
        "SELECT jsonb_build_object('seq', seq, 'from', side, 'client_id', client_id, 'body', body)
         FROM (SELECT 'buyer' AS side, room_id, seq, client_id, body FROM messages
               UNION ALL SELECT 'seller', room_id, seq, client_id, body FROM post_messages) AS entry
         JOIN rooms ON rooms.id = room_id WHERE buyer_id = $1 AND seller_id = $2 ORDER BY seq",
    )
    .bind(buyer.buyer_id())
    .bind(seller.seller_id())
    .fetch_all(db)
    .await
    .unwrap()
}

/// The others' entries past this person's read marks, counted one by one.
async fn unread(db: &PgPool, person: &Person) -> String {
    let count: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM post_messages JOIN rooms ON rooms.id = room_id
                 JOIN buyers ON buyers.id = buyer_id WHERE account_id = $1 AND seq > buyer_read_seq)
              + (SELECT count(*) FROM messages JOIN rooms ON rooms.id = room_id
                 JOIN customers ON customers.id = seller_id WHERE account_id = $1 AND seq > seller_read_seq)",
    )
    .bind(person.account_id)
    .fetch_one(db)
    .await
    .unwrap();
    count.to_string()
}
