//! What people are called, and the `Customer` profile of those who sell.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{
    access::{AccessChange, AccessEvents},
    current_user::CurrentUser,
    extract::Seller,
    model::{Name, SellerCard, SellerProfile},
    store,
};
use crate::accounts::sentences;
use crate::web::{Error, Result};

/// What people are called, and what they say of themselves in a line.
pub(super) async fn describe(
    db: &PgPool,
    events: &AccessEvents,
    account_id: i64,
    name: &Name,
    about_line: &str,
) -> Result<()> {
    store::accounts::describe(db, account_id, name, about_line).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

/// In the caller's transaction. Answers the key of the photo that there was, and what to publish after the commit.
pub async fn set_photo(
    tx: &mut PgConnection,
    account_id: i64,
    key: Option<&str>,
) -> sqlx::Result<(Option<String>, AccessChange)> {
    Ok((store::accounts::set_photo(tx, account_id, key).await?, AccessChange::Profile(account_id)))
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

/// Idempotent: makes the seller profile of somebody who has none, under their own name and with no place yet.
pub async fn start_selling(db: &PgPool, events: &AccessEvents, mut user: CurrentUser) -> Result<Seller> {
    if user.is_admin {
        return Err(Error::Forbidden(sentences::AN_ADMIN_RUNS_THE_MARKETPLACE_AND_CANT_SELL_IN));
    }
    let id = match user.seller_id {
        Some(id) => id,
        None => {
            let id = store::profiles::add_seller_profile(db, user.account_id).await?;
            events.publish(AccessChange::Profile(user.account_id));
            id
        }
    };
    user.seller_id = Some(id);
    Ok(Seller { id, user })
}

pub async fn seller_card(db: impl PgExecutor<'_>, seller_id: i64) -> Result<Option<SellerCard>> {
    Ok(store::profiles::seller_card(db, seller_id).await?)
}
