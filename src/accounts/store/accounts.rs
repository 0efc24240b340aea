use sqlx::{PgConnection, PgExecutor};

use super::profiles::{insert_buyer, save_seller_profile};
use crate::accounts::{
    model::{Email, Name, Role, SellerProfile},
    password::Hash,
};

/// What signing in needs to know.
pub(in crate::accounts) struct Credentials {
    pub id: i64,
    pub password_hash: String,
    pub suspended: bool,
    pub session_epoch: i32,
    pub email_confirmed: bool,
    pub has_second_factor: bool,
}

pub(in crate::accounts) async fn credentials(
    db: impl PgExecutor<'_>,
    email: &Email,
) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"SELECT id, password_hash, suspended_at IS NOT NULL AS "suspended!", session_epoch,
                  email_confirmed_at IS NOT NULL AS "email_confirmed!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = accounts.id) AS "has_second_factor!"
           FROM accounts WHERE email = $1"#,
        email.as_str()
    )
    .fetch_optional(db)
    .await
}

/// Whether it is the demo's; no account is nobody's.
pub(in crate::accounts) async fn is_demo(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("SELECT is_demo FROM accounts WHERE id = $1", account_id);
    Ok(found.fetch_optional(db).await?.unwrap_or_default())
}

/// Of whoever has proved who they are by a passkey.
pub(in crate::accounts) struct KeyOwner {
    pub email: String,
    pub suspended: bool,
    pub session_epoch: i32,
    pub email_confirmed: bool,
}

pub(in crate::accounts) async fn key_owner(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<KeyOwner>> {
    sqlx::query_as!(
        KeyOwner,
        r#"SELECT email, suspended_at IS NOT NULL AS "suspended!", session_epoch,
                  email_confirmed_at IS NOT NULL AS "email_confirmed!"
           FROM accounts WHERE id = $1"#,
        account_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn password_hash(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT password_hash FROM accounts WHERE id = $1", account_id).fetch_one(db).await
}

pub(in crate::accounts) async fn has_no_accounts(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT 1 FROM accounts) AS "nobody!""#).fetch_one(db).await
}

pub(in crate::accounts) async fn has_no_admin(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM accounts WHERE is_admin) AS "nobody!""#)
        .fetch_one(db)
        .await
}

/// Nobody else makes a first admin until the transaction ends.
pub(in crate::accounts) async fn lock_admins(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('first_admin'))").execute(db).await?;
    Ok(())
}

pub(in crate::accounts) async fn insert_account(
    db: impl PgExecutor<'_>,
    email: &Email,
    name: &Name,
    hash: &Hash,
    is_admin: bool,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO accounts (email, name, password_hash, is_admin) VALUES ($1, $2, $3, $4) RETURNING id",
        email.as_str(),
        name.as_str(),
        hash.as_str(),
        is_admin
    )
    .fetch_one(db)
    .await
}

/// A person's account with the profiles of their role, in the caller's transaction.
pub(in crate::accounts) async fn insert_person(
    tx: &mut PgConnection,
    email: &Email,
    name: &Name,
    hash: &Hash,
    role: Role,
) -> sqlx::Result<i64> {
    let id = insert_account(&mut *tx, email, name, hash, false).await?;
    insert_buyer(&mut *tx, id).await?;
    if role == Role::Seller {
        let profile = SellerProfile { shop_name: name.clone(), place: String::new(), about: String::new() };
        save_seller_profile(tx, id, &profile).await?;
    }
    Ok(id)
}

pub(in crate::accounts) async fn describe(
    db: impl PgExecutor<'_>,
    account_id: i64,
    name: &Name,
    about_line: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE accounts SET name = $2, about_line = $3 WHERE id = $1",
        account_id,
        name.as_str(),
        about_line
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Compare-and-set: false if the password is another one by now.
pub(in crate::accounts) async fn replace_password(
    db: impl PgExecutor<'_>,
    account_id: i64,
    old: &str,
    new: &Hash,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
        account_id,
        old,
        new.as_str()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Without the old one: false if the account has another address by now.
pub(in crate::accounts) async fn set_password(
    db: impl PgExecutor<'_>,
    account_id: i64,
    email: &str,
    hash: &Hash,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND email = $2",
        account_id,
        email,
        hash.as_str()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Suspends or restores; false if there is no such person, or they already are.
pub(in crate::accounts) async fn set_suspended(
    db: impl PgExecutor<'_>,
    account_id: i64,
    suspended: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE accounts SET suspended_at = CASE WHEN $2 THEN now() END
         WHERE id = $1 AND deleted_at IS NULL AND (suspended_at IS NOT NULL) <> $2",
        account_id,
        suspended
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Answers the key of the photo that there was.
pub(in crate::accounts) async fn set_photo(
    tx: &mut PgConnection,
    account_id: i64,
    key: Option<&str>,
) -> sqlx::Result<Option<String>> {
    let before = sqlx::query_scalar!("SELECT photo_key FROM accounts WHERE id = $1 FOR UPDATE", account_id)
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query!("UPDATE accounts SET photo_key = $2 WHERE id = $1", account_id, key).execute(tx).await?;
    Ok(before)
}
