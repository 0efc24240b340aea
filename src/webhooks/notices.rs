//! The notice that a webhook was switched off.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use sqlx::PgPool;

use super::{sentences, store};
use crate::notices::{Channel, Kind, Notice, Words};

pub struct WebhookKind;

#[async_trait]
impl Kind for WebhookKind {
    fn code(&self) -> &'static str {
        "webhook"
    }

    fn label(&self) -> &'static str {
        sentences::A_WEBHOOK_WAS_SWITCHED_OFF
    }

    fn push(&self) -> Channel {
        Channel::Off(Duration::ZERO)
    }

    fn mail(&self) -> Channel {
        Channel::On(Duration::ZERO)
    }

    async fn describe(&self, db: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        let ids: Vec<i64> = notices.iter().filter_map(|notice| notice.subject.parse().ok()).collect();
        let known: HashMap<i64, String> =
            store::urls(db, &ids).await?.into_iter().map(|(id, url, _)| (id, url)).collect();
        let words = |notice: &Notice| {
            let url = known.get(&notice.subject.parse().ok()?)?;
            Some(Words {
                title: sentences::A_WEBHOOK_WAS_SWITCHED_OFF.to_owned(),
                headline: sentences::A_WEBHOOK_WAS_SWITCHED_OFF.to_owned(),
                about: Some(url.clone()),
                text: notice.details["reason"].as_str().unwrap_or_default().to_owned(),
                discreet: sentences::A_WEBHOOK_WAS_SWITCHED_OFF,
                path: "/notices".to_owned(),
                icon: "bell",
                ..Words::default()
            })
        };
        Ok(notices.iter().map(words).collect())
    }
}
