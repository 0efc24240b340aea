use sqlx::PgExecutor;

use crate::accounts::model::{SellerCard, SellerProfile};

pub(super) async fn insert_buyer(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO buyers (account_id) VALUES ($1)", account_id).execute(db).await?;
    Ok(())
}

/// Makes or changes the account's `Customer` profile.
pub(in crate::accounts) async fn save_seller_profile(
    db: impl PgExecutor<'_>,
    account_id: i64,
    profile: &SellerProfile,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO customers (account_id, shop_name, place, about) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT customers_account_id_key
         DO UPDATE SET shop_name = excluded.shop_name, place = excluded.place, about = excluded.about",
        account_id,
        profile.shop_name.as_str(),
        profile.place,
        profile.about
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes the account's `Customer` profile, named as the account is, unless there is one; its id.
pub(in crate::accounts) async fn add_seller_profile(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO customers (account_id, shop_name) SELECT id, name FROM accounts WHERE id = $1
         ON CONFLICT ON CONSTRAINT customers_account_id_key DO UPDATE SET account_id = excluded.account_id
         RETURNING id",
        account_id
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn set_hides_from_visitors(
    db: impl PgExecutor<'_>,
    account_id: i64,
    hides: bool,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE customers SET hides_from_visitors = $2 WHERE account_id = $1", account_id, hides)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::accounts) async fn seller_card(
    db: impl PgExecutor<'_>,
    seller_id: i64,
) -> sqlx::Result<Option<SellerCard>> {
    sqlx::query_as!(
        SellerCard,
        r#"SELECT c.id, c.account_id, c.shop_name, c.place, c.about, c.created_at AS since,
                  a.suspended_at IS NOT NULL AS "suspended!", c.hides_from_visitors,
                  a.created_at AS joined, a.about_line, a.photo_key,
                  t.median_seconds AS "answer_seconds?"
           FROM customers c JOIN accounts a ON a.id = c.account_id
           LEFT JOIN answer_times t ON t.seller_id = c.id
           WHERE c.id = $1"#,
        seller_id
    )
    .fetch_optional(db)
    .await
}
