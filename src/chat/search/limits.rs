//! Concurrency limit of searches.

use crate::chat::sentences;
use crate::web::concurrency_limit::{ConcurrencyLimit, LimitReached, Permit};

/// Searches at work: of the pool's twenty connections most are left for whoever only turns a page.
#[derive(Clone)]
pub struct SearchLimits(ConcurrencyLimit);

const SEARCHES: usize = 4;
const SEARCHES_EACH: usize = 2;

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits(ConcurrencyLimit::new(SEARCHES, SEARCHES_EACH))
    }
}

impl SearchLimits {
    /// A permit, to be held until the search is done, or the sentence for whoever gets none.
    pub async fn acquire(&self, account_id: i64) -> Result<Permit, &'static str> {
        self.0.acquire(account_id).await.map_err(|busy| match busy {
            LimitReached::PerAccount => sentences::YOUR_OTHER_SEARCHES_ARENT_DONE_YET,
            LimitReached::Global => sentences::VERY_MANY_PEOPLE_ARE_SEARCHING_JUST_NOW,
        })
    }
}
