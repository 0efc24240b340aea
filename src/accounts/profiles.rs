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
use crate::web::{Error, FieldErrors, Result, form};

/// Of a line about oneself.
const MAX_ABOUT_LINE: usize = 160;

/// Changes what somebody is called, and what they say of themselves in a line. `house`: what the marketplace is called.
pub async fn change(
    db: &PgPool,
    events: &AccessEvents,
    user: &CurrentUser,
    house: &str,
    name: &str,
    about_line: &str,
) -> Result<Result<(), FieldErrors>> {
    let mut errors = FieldErrors::default();
    let name = errors.check("name", Name::parse(name, house));
    let about_line = errors.check("about_line", form::optional_line(about_line, MAX_ABOUT_LINE));
    let (Some(name), Some(about_line)) = (name, about_line) else { return Ok(Err(errors)) };
    store::accounts::describe(db, user.account_id, &name, &about_line).await?;
    events.publish(AccessChange::Profile(user.account_id));
    Ok(Ok(()))
}

/// Makes or changes somebody's `Customer` profile: what their shop is called, its place, and about it.
pub async fn change_seller(
    db: &PgPool,
    events: &AccessEvents,
    user: &CurrentUser,
    house: &str,
    (shop_name, place, about): (&str, &str, &str),
) -> Result<Result<(), FieldErrors>> {
    let mut errors = FieldErrors::default();
    if user.is_admin {
        errors.add("shop_name", sentences::AN_ADMIN_RUNS_THE_MARKETPLACE_AND_CANT_SELL_IN);
    }
    let shop_name = errors.check("shop_name", Name::parse(shop_name, house));
    let place = errors.check("place", form::optional_line(place, 80));
    let about = errors.check("about", form::lines(about, 2000));
    let (Some(shop_name), Some(place), Some(about), true) = (shop_name, place, about, errors.is_empty())
    else {
        return Ok(Err(errors));
    };
    let profile = SellerProfile { shop_name, place, about };
    store::profiles::save_seller_profile(db, user.account_id, &profile).await?;
    events.publish(AccessChange::Profile(user.account_id));
    Ok(Ok(()))
}

/// In the caller's transaction. Answers the key of the photo that there was, and what to publish after the commit.
pub async fn set_photo(
    tx: &mut PgConnection,
    account_id: i64,
    key: Option<&str>,
) -> sqlx::Result<(Option<String>, AccessChange)> {
    Ok((store::accounts::set_photo(tx, account_id, key).await?, AccessChange::Profile(account_id)))
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
