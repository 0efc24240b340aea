//! Each node's view of the settings, brought up to date by polling (a revision of two numbers, twice a second).

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval},
};

use super::{model::Settings, saved, store, theme};
use crate::{
    legal,
    web::{Contact, LegalLink, LiveMarketplace, Logo, Marketplace, with_task_timeout},
};

const POLL_INTERVAL: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub struct LiveSettings {
    db: PgPool,
    /// What the program was started with.
    base: Arc<Marketplace>,
    cell: LiveMarketplace,
    /// Which revision is in the cell. Held while it is replaced, so that an older one never comes last.
    seen: Arc<Mutex<Option<(i64, i64)>>>,
}

impl LiveSettings {
    /// The cell holds what the program was started with until [`refresh`](Self::refresh) has been there.
    pub fn new(db: PgPool, base: Marketplace) -> Self {
        let cell = LiveMarketplace::new(base.clone());
        LiveSettings { db, base: Arc::new(base), cell, seen: Arc::default() }
    }

    pub fn marketplace(&self) -> LiveMarketplace {
        self.cell.clone()
    }

    /// What the program was started with: what the form leaves open.
    pub fn base(&self) -> &Marketplace {
        &self.base
    }

    /// Looks whether there is something new, and takes it.
    pub async fn refresh(&self) -> sqlx::Result<()> {
        let mut seen = self.seen.lock().await;
        let revision = with_task_timeout(store::revision(&self.db)).await?;
        if *seen == Some(revision) {
            return Ok(());
        }
        let settings = with_task_timeout(saved::load(&self.db)).await?;
        let legal = with_task_timeout(legal::links(&self.db)).await?;
        self.cell.set(overlay(&self.base, settings, legal));
        // What was saved between the two reads is read once more by the next poll.
        *seen = Some(revision);
        Ok(())
    }

    /// For ever.
    pub async fn run(self) {
        let mut polls = interval(POLL_INTERVAL);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut was_refused = false;
        loop {
            polls.tick().await;
            let refreshed = self.refresh().await;
            if let (Err(error), false) = (&refreshed, was_refused) {
                tracing::warn!(%error, "settings can't be read; the last ones are kept");
            }
            was_refused = refreshed.is_err();
        }
    }
}

/// What is set, over what the program was started with.
fn overlay(base: &Marketplace, settings: Settings, legal: Vec<LegalLink>) -> Marketplace {
    let currencies =
        if settings.currencies.is_empty() { base.currencies.clone() } else { settings.currencies };
    Marketplace {
        name: settings.name.unwrap_or_else(|| base.name.clone()),
        tagline: settings.tagline,
        contact: settings.contact.as_deref().and_then(Contact::parse).or_else(|| base.contact.clone()),
        origin: base.origin.clone(),
        banner: settings.banner,
        logo: settings.logo.map(|key| Logo {
            small: format!("/media/{key}/small.webp"),
            preview: format!("/media/{key}/preview.jpg"),
            key,
        }),
        theme: settings.accent.map(theme::theme),
        country: settings.country.or_else(|| base.country.clone()),
        time_zone: settings.time_zone.or_else(|| base.time_zone.clone()),
        default_currency: settings
            .default_currency
            .or_else(|| base.default_currency.clone())
            .filter(|code| currencies.is_empty() || currencies.contains(code)),
        currencies,
        registration: settings.registration,
        reviews_first: settings.reviews_first,
        legal,
        apps: base.apps.clone(),
        is_set_up: settings.is_saved,
    }
}
