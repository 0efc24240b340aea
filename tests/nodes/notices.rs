//! Notices while a node dies: what was stored is told, once.

use std::collections::BTreeSet;

use crate::{
    processes::{Node, Postgres},
    support::{PushService, TestApp, eventually, room},
};

const PEOPLE: usize = 20;

/// The node that stored the messages is gone before anything was due; the other one tells of all of them.
pub async fn a_node_killed_between_storing_and_sending_loses_and_doubles_nothing() {
    let postgres = Postgres::start().await;
    let mut one = Node::start("notices-one", postgres.url(), None).await;
    let two = Node::start("notices-two", postgres.url(), None).await;
    let db = postgres.pool().await;
    let (here, there) = (TestApp::outside(one.addr, db.clone()), TestApp::outside(two.addr, db.clone()));
    let service = PushService::start().await;
    let ana = here.buyer("Ana").await;
    let mut sellers = Vec::new();
    for n in 0..PEOPLE {
        let seller = here.seller(&format!("Seller {n}")).await;
        service.subscribe(&seller.on_node(&there), &format!("phone{n}")).await;
        sellers.push(seller);
    }
    for seller in &sellers {
        ana.sends(&room(&ana, seller), "Is it still there?").await;
    }
    one.kill().await;

    let mut pushed = Vec::new();
    eventually("everybody to be told", async || {
        pushed.extend(service.take().into_iter().map(|push| push.browser));
        (pushed.iter().collect::<BTreeSet<_>>().len() == PEOPLE).then_some(())
    })
    .await;
    // Nothing is left that could be told a second time.
    eventually("nothing to be due", async || {
        let due: i64 =
            sqlx::query_scalar("SELECT count(*) FROM notices WHERE push_at IS NOT NULL OR pushed_at IS NULL")
                .fetch_one(&db)
                .await
                .unwrap();
        (due == 0).then_some(())
    })
    .await;
    pushed.extend(service.take().into_iter().map(|push| push.browser));
    assert_eq!(pushed.len(), PEOPLE, "each once: {pushed:?}");

    // Letters are made in one transaction with their mark: none is missing, none is there twice.
    eventually("letters", async || {
        let written: i64 = sqlx::query_scalar("SELECT count(*) FROM notices WHERE mailed_at IS NOT NULL")
            .fetch_one(&db)
            .await
            .unwrap();
        (written == PEOPLE as i64).then_some(())
    })
    .await;
    let letters: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE name = 'mail.send'")
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(letters, PEOPLE as i64);
    drop((two, ana));
    db.close().await;
    postgres.stop().await;
}
