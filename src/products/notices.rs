//! The kind of notices about a product's state, and the job that its moves leave for whoever tells of them.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{lifecycle::ProductState, store};
use crate::products::sentences;
use crate::{
    jobs::NewJob,
    notices::{Channel, Kind, NewNotice, Notice, Words},
};

/// The durable job's name; its payload is [`ProductMoved`].
pub const PRODUCT_MOVED_JOB: &str = "products.moved";

/// A product's move from one state to another. Kept in jobs, so serialized names stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductMoved {
    pub product_id: i64,
    from: String,
    to: String,
    #[serde(with = "time::serde::timestamp::microseconds")]
    at: OffsetDateTime,
}

impl ProductMoved {
    pub(super) fn new(product_id: i64, (from, to): (ProductState, ProductState)) -> Self {
        let (from, to) = (from.code().to_owned(), to.code().to_owned());
        ProductMoved { product_id, from, to, at: OffsetDateTime::now_utc() }
    }

    /// Leaves the news in the transaction of the move, for those who stand above products.
    pub(super) async fn enqueue(&self, tx: &mut PgConnection) -> sqlx::Result<()> {
        let payload = serde_json::to_value(self).map_err(|error| sqlx::Error::Encode(error.into()))?;
        NewJob::new(PRODUCT_MOVED_JOB, payload).enqueue(tx).await.map(drop)
    }

    /// Whether it is news to those who want it: reserved, sold, or for sale again.
    pub fn concerns_buyers(&self) -> bool {
        let taken = [ProductState::Reserved, ProductState::Sold].map(ProductState::code);
        taken.contains(&&*self.to) || (self.to == ProductState::Listed.code() && taken.contains(&&*self.from))
    }

    pub fn notice(&self, account_id: i64) -> NewNotice {
        NewNotice::new(account_id, format!("product_{}", self.product_id), self.at)
    }
}

/// Reserved, sold, for sale again.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductStateKind;

#[async_trait]
impl Kind for ProductStateKind {
    fn code(&self) -> &'static str {
        "product"
    }

    fn label(&self) -> &'static str {
        "Products you talk about: reserved, sold, for sale again"
    }

    fn push(&self) -> Channel {
        Channel::On(Duration::from_secs(10))
    }

    fn mail(&self) -> Channel {
        Channel::Off(Duration::from_secs(5 * 60))
    }

    async fn describe(&self, db: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        let ids: Vec<Option<i64>> = notices.iter().map(|notice| product_id(&notice.subject)).collect();
        let known: Vec<i64> = ids.iter().copied().flatten().collect();
        let products = store::summaries(db, &known).await?;
        let words = |id: &Option<i64>| {
            let product = products.iter().find(|product| Some(product.id) == *id)?;
            let text = sentence(product.state)?;
            Some(Words {
                title: product.title.clone(),
                headline: format!("“{}” has moved on", product.title),
                text: text.to_owned(),
                discreet: "A product you talk about",
                path: format!("/products/{}", product.id),
                icon: "tag",
                ..Words::default()
            })
        };
        Ok(ids.iter().map(words).collect())
    }
}

/// As it stands now; none where it can't be seen.
fn sentence(state: ProductState) -> Option<&'static str> {
    match state {
        ProductState::Reserved => Some(sentences::IT_IS_RESERVED_FOR_SOMEBODY),
        ProductState::Sold => Some(sentences::IT_IS_SOLD),
        ProductState::Listed => Some(sentences::IT_IS_FOR_SALE_AGAIN),
        _ => None,
    }
}

fn product_id(subject: &str) -> Option<i64> {
    subject.strip_prefix("product_")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buyers_hear_of_what_changes_their_chance() {
        use ProductState::{Deleted, Draft, Hidden, Listed, Paused, Reserved, Sold};
        for (from, to, is_news) in [
            (Listed, Reserved, true),
            (Reserved, Sold, true),
            (Sold, Listed, true),
            (Reserved, Listed, true),
            (Draft, Listed, false),
            (Hidden, Listed, false),
            (Paused, Listed, false),
            (Listed, Hidden, false),
            (Listed, Deleted, false),
        ] {
            assert_eq!(ProductMoved::new(1, (from, to)).concerns_buyers(), is_news, "{from:?} → {to:?}");
        }
    }
}
