//! What people are told of besides the page they look at.

mod bell;
mod choices;
mod kinds;
mod mail;
mod push;

use haggle::{
    chat::{MessageKind, Tail},
    notices::{AllowedNetworks, PushClient},
};
use time::{Duration, OffsetDateTime};

use crate::support::TestApp;

/// A marketplace that may push to this machine.
pub async fn start() -> TestApp {
    TestApp::start_adjusted(|app| {
        let here = AllowedNetworks::parse("127.0.0.0/8").expect("a network");
        app.notices.pusher.client = PushClient::new(here);
    })
    .await
}

/// Pushes what is due as of so many seconds from now.
pub async fn push(app: &TestApp, seconds: i64) {
    push_at(app, OffsetDateTime::now_utc() + Duration::seconds(seconds)).await;
}

pub async fn push_at(app: &TestApp, now: OffsetDateTime) {
    app.state().notices.pusher.push_due(now).await.expect("what is due is pushed");
}

/// The tail's look as of so many seconds from now.
pub async fn look(app: &TestApp, seconds: i64) {
    look_at(app, OffsetDateTime::now_utc() + Duration::seconds(seconds)).await;
}

pub async fn look_at(app: &TestApp, now: OffsetDateTime) {
    let tail = Tail { db: app.db.clone(), kind: MessageKind::default() };
    tail.look_at(now).await.expect("a look");
}
