//! A seller's public face, for whoever may see it.

use sqlx::PgPool;

use super::{Viewer, sentences, store};
use crate::{
    accounts::{self, CurrentUser, SellerCard},
    web::{Error, Result},
};

/// The seller, how many of their products can be bought, and how many are sold. Whoever shows themselves to signed-in
/// people only doesn't exist for visitors.
pub(super) async fn find(db: &PgPool, user: Option<&CurrentUser>, id: i64) -> Result<(SellerCard, i64, i64)> {
    let seller = accounts::seller_card(db, id).await?.ok_or(Error::NotFound)?;
    // As if there were no such number.
    if user.is_none() && seller.hides_from_visitors {
        return Err(Error::NotFound);
    }
    if seller.suspended && !Viewer::new(user).is_admin() {
        return Err(Error::Gone(sentences::THIS_SELLER_ISNT_HERE_ANY_MORE));
    }
    let (available, sold) = store::browse::counts_of_seller(db, id).await?;
    Ok((seller, available, sold))
}

/// For programs: the seller, and how many of their products can be bought.
pub async fn seller(db: &PgPool, user: Option<&CurrentUser>, id: i64) -> Result<(SellerCard, i64)> {
    let (seller, available, _) = find(db, user, id).await?;
    Ok((seller, available))
}

/// Places that the newest products are in.
pub async fn places(db: &PgPool) -> Result<Vec<String>> {
    Ok(store::browse::places(db).await?)
}
