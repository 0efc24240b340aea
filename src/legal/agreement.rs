//! What somebody agrees to when they register: the pages and versions that stood beside the box they ticked.

use sqlx::PgExecutor;

use super::store;
use crate::legal::sentences;
use crate::web::Marketplace;

/// Pages with their versions, as the form carries them: `terms:3 rules:1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement(Vec<(String, i32)>);

impl Agreement {
    /// What there is to agree to now; empty, if nothing.
    pub fn wanted(marketplace: &Marketplace) -> Self {
        Agreement(marketplace.agreed_to().map(|page| (page.code.to_owned(), page.version)).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the form.
    pub fn code(&self) -> String {
        self.0.iter().map(|(page, version)| format!("{page}:{version}")).collect::<Vec<_>>().join(" ")
    }

    /// What was ticked has to be what there is now; else the sentence for the form.
    pub fn check(marketplace: &Marketplace, ticked: &str) -> Result<Self, &'static str> {
        let wanted = Self::wanted(marketplace);
        match ticked.trim() {
            ticked if ticked == wanted.code() => Ok(wanted),
            "" => Err(sentences::PLEASE_READ_THESE),
            _ if wanted.is_empty() => Ok(wanted),
            _ => Err(sentences::THESE_HAVE_CHANGED_SINCE_YOU_OPENED_THIS_PAGE),
        }
    }

    /// Keeps who agreed, in the transaction that makes the account.
    pub async fn record(&self, db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let (pages, versions): (Vec<String>, Vec<i32>) = self.0.iter().cloned().unzip();
        store::agree(db, account_id, &pages, &versions).await
    }
}
