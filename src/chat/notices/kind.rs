//! The kind of notices about messages: one for each room that waits.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use sqlx::PgPool;

use crate::{
    chat::{
        domain::room_key::RoomKey,
        store::{self, notices::WaitingMessages},
    },
    notices::{Channel, Kind, Notice, Words},
    products,
};

/// As `notices.kind` has it.
pub const MESSAGE: &str = "message";

#[derive(Clone, Copy, Debug)]
pub struct MessageKind {
    pub push_after: Duration,
    pub mail_after: Duration,
}

impl Default for MessageKind {
    fn default() -> Self {
        MessageKind { push_after: Duration::from_secs(10), mail_after: Duration::from_secs(5 * 60) }
    }
}

#[async_trait]
impl Kind for MessageKind {
    fn code(&self) -> &'static str {
        MESSAGE
    }

    fn label(&self) -> &'static str {
        "Messages"
    }

    fn push(&self) -> Channel {
        Channel::On(self.push_after)
    }

    fn mail(&self) -> Channel {
        Channel::On(self.mail_after)
    }

    fn is_urgent(&self) -> bool {
        true
    }

    async fn describe(&self, db: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        let asked: Vec<(i64, RoomKey)> = notices
            .iter()
            .filter_map(|notice| Some((notice.account_id, notice.subject.parse().ok()?)))
            .collect();
        let waiting = store::notices::waiting_messages(db, &asked).await?;
        let about: Vec<i64> = waiting.values().filter_map(|room| room.product_id).collect();
        let titles = products::titles(db, &about).await?;
        let words = |notice: &Notice| {
            let key = (notice.account_id, notice.subject.parse().ok()?);
            let room = waiting.get(&key)?;
            let about = room.product_id.and_then(|id| titles.get(&id).cloned());
            Some(words(key.1, room, about))
        };
        Ok(notices.iter().map(words).collect())
    }

    /// Every message that waits.
    async fn unread(&self, db: &PgPool, accounts: &[i64]) -> sqlx::Result<Option<HashMap<i64, i64>>> {
        store::notices::unread_totals(db, accounts).await.map(Some)
    }

    async fn invites_push(&self, db: &PgPool, account_id: i64) -> sqlx::Result<bool> {
        store::notices::has_talked(db, account_id).await
    }
}

fn words(room: RoomKey, waiting: &WaitingMessages, about: Option<String>) -> Words {
    let text = match (&*waiting.kind, &*waiting.excerpt) {
        ("photo", "") => "Photo".to_owned(),
        ("photo_removed", _) => "Photo removed".to_owned(),
        (_, excerpt) => excerpt.to_owned(),
    };
    let headline = match &about {
        Some(about) => format!("{} wrote to you about “{about}”", waiting.other_name),
        None => format!("{} wrote to you", waiting.other_name),
    };
    Words {
        headline,
        title: waiting.other_name.clone(),
        about,
        text,
        discreet: "New message",
        path: format!("/rooms/{room}"),
        is_settled: waiting.unread == 0,
        is_shown: waiting.is_shown,
        icon: "message-circle",
    }
}
