//! What people are called, and the `Customer` profile of those who sell.

use sqlx::{PgExecutor, PgPool};

use super::{
    access::{AccessChange, AccessEvents},
    model::{Name, SellerCard, SellerProfile},
    store,
};
use crate::web::Result;

pub(super) async fn rename(db: &PgPool, events: &AccessEvents, account_id: i64, name: &Name) -> Result<()> {
    store::accounts::set_name(db, account_id, name).await?;
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
    store::profiles::save_seller_profile(db, account_id, profile).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

pub async fn seller_card(db: impl PgExecutor<'_>, seller_id: i64) -> Result<Option<SellerCard>> {
    Ok(store::profiles::seller_card(db, seller_id).await?)
}
