//! Accounts that run the place.

use sqlx::PgExecutor;

use crate::accounts::model::AdminAccount;

/// Those who can sign in, locked until the transaction's end.
pub(in crate::accounts) async fn lock_active(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "SELECT id FROM accounts WHERE is_admin AND suspended_at IS NULL ORDER BY id FOR UPDATE"
    )
    .fetch_all(db)
    .await
}

/// With the `Buyer` profile that everybody else has; false if they are no admin.
pub(in crate::accounts) async fn demote(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    let demoted = sqlx::query_scalar!(
        "WITH demoted AS (UPDATE accounts SET is_admin = false WHERE id = $1 AND is_admin RETURNING id)
         INSERT INTO buyers (account_id) SELECT id FROM demoted
         ON CONFLICT ON CONSTRAINT buyers_account_id_key DO UPDATE SET account_id = excluded.account_id
         RETURNING account_id",
        account_id
    );
    Ok(demoted.fetch_optional(db).await?.is_some())
}

pub(in crate::accounts) async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<AdminAccount>> {
    sqlx::query_as!(
        AdminAccount,
        r#"SELECT a.email, a.name, a.suspended_at IS NOT NULL AS "is_suspended!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = a.id) AS "has_second_factor!"
           FROM accounts a WHERE a.is_admin ORDER BY a.id"#
    )
    .fetch_all(db)
    .await
}
