//! The kind of notices about what staff did to something of somebody's.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{
    accounts,
    notices::{self, Channel, Kind, NewNotice, Notice, Words},
    products,
};

#[derive(Clone, Copy, Debug, Default)]
pub struct Moderation;

/// What staff did to a product; codes are kept in notices.
#[derive(Clone, Copy, Debug)]
pub(super) enum ProductDecision {
    Hidden,
    Shown,
    PhotoTakenDown,
}

impl ProductDecision {
    fn code(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Shown => "shown",
            Self::PhotoTakenDown => "photo_taken_down",
        }
    }
}

/// Tells a product's seller, in the transaction of the decision.
pub(super) async fn tell_seller(
    tx: &mut PgConnection,
    product_id: i64,
    title: &str,
    decision: ProductDecision,
) -> crate::web::Result<()> {
    let Some(product) = products::summaries(&mut *tx, &[product_id]).await?.pop() else { return Ok(()) };
    let Some(seller) = accounts::seller_card(&mut *tx, product.seller_id).await? else { return Ok(()) };
    let subject = format!("product_{product_id}");
    let notice = NewNotice::new(seller.account_id, subject, OffsetDateTime::now_utc())
        .details(json!({ "what": decision.code(), "title": title }));
    Ok(notices::record(tx, &Moderation, &[notice]).await?)
}

#[async_trait]
impl Kind for Moderation {
    fn code(&self) -> &'static str {
        "moderation"
    }

    fn label(&self) -> &'static str {
        "Decisions of staff about what is yours"
    }

    fn push(&self) -> Channel {
        Channel::On(Duration::ZERO)
    }

    fn mail(&self) -> Channel {
        Channel::On(Duration::from_secs(5 * 60))
    }

    async fn describe(&self, _: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        Ok(notices.iter().map(words).collect())
    }
}

fn words(notice: &Notice) -> Option<Words> {
    let text = match notice.details["what"].as_str()? {
        "hidden" => "Staff have hidden this product. Only you and they see it.",
        "shown" => "Staff have shown this product again.",
        "photo_taken_down" => "Staff have taken down a photo of this product.",
        _ => return None,
    };
    Some(Words {
        headline: format!("A decision of staff about “{}”", notice.details["title"].as_str()?),
        title: notice.details["title"].as_str()?.to_owned(),
        text: text.to_owned(),
        discreet: "A decision of staff",
        path: format!("/products/{}", notice.subject.strip_prefix("product_")?),
        icon: "shield",
        ..Words::default()
    })
}
