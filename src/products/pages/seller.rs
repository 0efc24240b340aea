//! `/sellers/{id}`: a seller, and what they sell and have sold.

use axum::extract::State;
use serde::Deserialize;
use sqlx::PgPool;

use super::super::{
    Viewer, seller,
    store::{self, browse::PER_PAGE},
    views::SellerPage,
};
use crate::accounts::MaybeUser;
use crate::safety;
use crate::web::{Pager, Path, Query, Result, Shell};

#[derive(Deserialize)]
pub struct Paged {
    #[serde(default)]
    page: String,
}

pub async fn show(
    State(db): State<PgPool>,
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Path(id): Path<i64>,
    Query(Paged { page }): Query<Paged>,
) -> Result<SellerPage> {
    let viewer = Viewer::from(&user);
    let (seller, available, sold) = seller::find(&db, user.as_deref(), id).await?;
    let pager = Pager::new(page.parse().ok(), PER_PAGE, available + sold, format!("/sellers/{id}?"));
    let block = match &user {
        Some(user) if user.buyer_id.is_some() && user.account_id != seller.account_id => {
            Some(safety::find_block(&db, user.account_id, seller.account_id).await?)
        }
        _ => None,
    };
    Ok(SellerPage {
        cards: store::browse::of_seller(&db, id, pager.limit(), pager.offset()).await?,
        shell,
        viewer,
        seller,
        available,
        sold,
        block,
        pager,
    })
}
