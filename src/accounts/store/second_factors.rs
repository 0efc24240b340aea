//! The tables `totp_secrets` and `recovery_codes`, and what an account has of all second factors.

use sqlx::PgExecutor;

use crate::accounts::model::SecondFactors;

/// The account's unconfirmed secret, which is this one if there was none. One that is confirmed stays.
pub(in crate::accounts) async fn begin(
    db: impl PgExecutor<'_>,
    account_id: i64,
    sealed: &[u8],
) -> sqlx::Result<Vec<u8>> {
    sqlx::query_scalar!(
        "INSERT INTO totp_secrets (account_id, sealed) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT totp_secrets_pkey DO UPDATE SET account_id = excluded.account_id
         RETURNING sealed",
        account_id,
        sealed
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn replace_unconfirmed(
    db: impl PgExecutor<'_>,
    account_id: i64,
    sealed: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE totp_secrets SET sealed = $2 WHERE account_id = $1 AND confirmed_at IS NULL",
        account_id,
        sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::accounts) struct SealedSecret {
    pub sealed: Vec<u8>,
    pub last_step: i64,
}

pub(in crate::accounts) async fn secret(
    db: impl PgExecutor<'_>,
    account_id: i64,
    confirmed: bool,
) -> sqlx::Result<Option<SealedSecret>> {
    sqlx::query_as!(
        SealedSecret,
        "SELECT sealed, last_step FROM totp_secrets WHERE account_id = $1 AND (confirmed_at IS NOT NULL) = $2",
        account_id,
        confirmed
    )
    .fetch_optional(db)
    .await
}

/// Compare-and-set: of two that use the same step one wins.
pub(in crate::accounts) async fn use_step(
    db: impl PgExecutor<'_>,
    account_id: i64,
    step: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE totp_secrets SET last_step = $2 WHERE account_id = $1 AND last_step < $2",
        account_id,
        step
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

pub(in crate::accounts) async fn confirm(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE totp_secrets SET confirmed_at = now() WHERE account_id = $1 AND confirmed_at IS NULL",
        account_id
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

pub(in crate::accounts) async fn use_recovery_code(
    db: impl PgExecutor<'_>,
    account_id: i64,
    hash: &[u8],
) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM recovery_codes WHERE account_id = $1 AND code_hash = $2", account_id, hash);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

pub(in crate::accounts) async fn recovery_codes_left(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM recovery_codes WHERE account_id = $1"#,
        account_id
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn replace_recovery_codes(
    tx: &mut sqlx::PgConnection,
    account_id: i64,
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM recovery_codes WHERE account_id = $1", account_id).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO recovery_codes (account_id, code_hash) SELECT $1, unnest($2::bytea[])",
        account_id,
        hashes
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn of_account(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<SecondFactors> {
    sqlx::query_as!(
        SecondFactors,
        r#"SELECT EXISTS (SELECT 1 FROM totp_secrets WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "has_app!",
                  (SELECT count(*) FROM passkeys WHERE account_id = $1) AS "passkeys!""#,
        account_id
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn remove_app(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM totp_secrets WHERE account_id = $1", account_id).execute(db).await?;
    Ok(())
}

/// Recovery codes of whoever has no second factor any more.
pub(in crate::accounts) async fn remove_idle_codes(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM recovery_codes
         WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM second_factors WHERE account_id = $1)",
        account_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All of them; false if the account had none.
pub(in crate::accounts) async fn remove_all(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"WITH codes AS (DELETE FROM recovery_codes WHERE account_id = $1),
                app AS (DELETE FROM totp_secrets WHERE account_id = $1 RETURNING account_id),
                keys AS (DELETE FROM passkeys WHERE account_id = $1 RETURNING account_id)
           SELECT EXISTS (SELECT 1 FROM app UNION ALL SELECT 1 FROM keys) AS "any!""#,
        account_id
    )
    .fetch_one(db)
    .await
}
