//! What an account shows of itself: its name, and its `Customer` profile.

use sqlx::{PgExecutor, PgPool};

use super::{AccessChange, AccessEvents, Name, SellerCard, model::SellerProfile, store};
use crate::web::Result;

pub(super) async fn rename(db: &PgPool, events: &AccessEvents, account_id: i64, name: &Name) -> Result<()> {
    store::set_name(db, account_id, name).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

/// Makes or changes the account's `Customer` profile.
pub(super) async fn sell(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    profile: &SellerProfile,
) -> Result<()> {
    store::save_seller_profile(db, account_id, profile).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

pub async fn seller_card(db: impl PgExecutor<'_>, seller_id: i64) -> Result<Option<SellerCard>> {
    Ok(store::seller_card(db, seller_id).await?)
}
