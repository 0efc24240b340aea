//! `/admin/sellers/{id}`: a seller and their counts. Never a room.

use axum::extract::State;
use sqlx::PgPool;

use crate::{
    accounts::{self, Admin},
    admin::{store, views::AdminSellerPage},
    web::{Error, Path, Result, Shell},
};

pub(super) async fn show(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Path(id): Path<i64>,
) -> Result<AdminSellerPage> {
    let card = accounts::seller_card(&db, id).await?.ok_or(Error::NotFound)?;
    let person = store::people::find(&db, card.account_id).await?.ok_or(Error::NotFound)?;
    let figures = store::people::seller_stats(&db, id).await?;
    Ok(AdminSellerPage { shell, card, person, figures })
}
