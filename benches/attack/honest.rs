//! Somebody signed in, going about their day: pages, sending by socket and by form.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use futures_util::SinkExt as _;

use crate::{
    client::{self, Socket},
    http::{Client, Content},
    market::Market,
    report::{Answers, Samples},
};

/// Between two clicks: one person isn't a load.
const PAUSE: Duration = Duration::from_millis(5);
static NEXT_MESSAGE: AtomicU64 = AtomicU64::new(1);

pub struct HonestPerson {
    client: Client,
    socket: Socket,
    pages: [(&'static str, String); 5],
    form: String,
    /// What wasn't answered as it should be.
    pub failures: Answers,
}

impl HonestPerson {
    /// The buyer of that pair.
    pub async fn new(market: &Market, n: usize) -> anyhow::Result<Self> {
        let pair = market.pair(n);
        let pages = [
            ("home", "/".to_owned()),
            ("product", market.product.clone()),
            ("inbox", "/messages".to_owned()),
            ("conversation", format!("/rooms/{}", pair.room)),
            ("search", "/products?q=old+wooden+chair".to_owned()),
        ];
        Ok(HonestPerson {
            client: Client::new(market.addr(), Ipv4Addr::LOCALHOST, &pair.buyer.cookie),
            socket: client::open(market.addr(), &pair.room, &pair.buyer).await?,
            pages,
            form: format!("/rooms/{}/messages", pair.room),
            failures: Answers::default(),
        })
    }

    /// Everything once, and again, for so long.
    pub async fn go_on(&mut self, duration: Duration) -> anyhow::Result<Samples> {
        let (began, mut samples) = (Instant::now(), Samples::default());
        while began.elapsed() < duration {
            for (kind, path) in self.pages.clone() {
                self.visit(kind, &path, &mut samples).await;
            }
            self.send_by_socket(&mut samples).await?;
            self.send_by_form(&mut samples).await;
        }
        Ok(samples)
    }

    async fn visit(&mut self, kind: &'static str, path: &str, samples: &mut Samples) {
        tokio::time::sleep(PAUSE).await;
        match self.client.get(path).await {
            Ok(answer) if answer.status == 200 => samples.add(kind, answer.took),
            Ok(answer) => self.failures.add(answer.status),
            Err(_) => self.failures.add(0),
        }
    }

    /// Until it comes back, which is the acknowledgement.
    async fn send_by_socket(&mut self, samples: &mut Samples) -> anyhow::Result<()> {
        tokio::time::sleep(PAUSE).await;
        let id = client::client_id(0xA77A, NEXT_MESSAGE.fetch_add(1, Relaxed));
        let began = Instant::now();
        self.socket.send(client::message(&id)).await?;
        while client::next_id(&mut self.socket).await? != id {}
        samples.add("send by socket", began.elapsed());
        Ok(())
    }

    async fn send_by_form(&mut self, samples: &mut Samples) {
        tokio::time::sleep(PAUSE).await;
        let id = client::client_id(0xA77B, NEXT_MESSAGE.fetch_add(1, Relaxed));
        let form = Content::Form(format!("client_id={id}&body=Is+it+still+there%3F"));
        match self.client.post(&self.form, form).await {
            Ok(answer) if answer.status == 303 => samples.add("send by form", answer.took),
            Ok(answer) => self.failures.add(answer.status),
            Err(_) => self.failures.add(0),
        }
    }
}
