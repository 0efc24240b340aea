//! Figures about reports for everybody to read: no names, and nothing of what was reported.
//!
//! Cache-aside: a node counts them once a minute at most, however many ask.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::PgPool;
use tokio::sync::Mutex;

use super::{model::CaseFigures, store};

const MAX_AGE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
pub struct PublicFigures(Arc<Mutex<Option<(Instant, CaseFigures)>>>);

impl PublicFigures {
    pub(super) async fn current(&self, db: &PgPool) -> sqlx::Result<CaseFigures> {
        let mut kept = self.0.lock().await;
        if let Some((at, figures)) = &*kept
            && at.elapsed() < MAX_AGE
        {
            return Ok(*figures);
        }
        let figures = store::cases::figures(db).await?;
        *kept = Some((Instant::now(), figures));
        Ok(figures)
    }
}
